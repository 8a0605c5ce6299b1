"""What a learner does in a notebook: guess, compare, solve, look back.

Four functions; each prints a few lines in the style of the checkpoints, and raises nothing that a
learner could cause. Names begin with the notebook's two digits.

**A prediction** is a cell before the measurement, with `guess = None` as committed (skipped: ○):

    guess = None
    predict("04-stale-500", "How many of 100 writes are unseen after 500 ms?", guess, unit="%")

The guess is a number (`unit=`: "%" takes 0 to 100), one of `choices=("home", "second")`, or a
curve: one number for each of `at=(500, 1000, 2500), at_unit="ms"`. After the measurement

    compare("04-stale-500", row["p_stale"], row["ci_lo"], row["ci_hi"])

says guess and measurement in a sentence. Where the unit is "%", what was measured is a share from 0
to 1; for a choice it is the choice that was right, for a curve each argument is a list; None is for
what could not be measured. With `chart=seen.chart()` it returns that chart with the guess drawn: a
curve as points at `at` (a "%" on an axis of shares), a single number as a vertical line. So the
unit of `at`, or of that number, is that of the x axis.

**An exercise** is stated in `helpers/course/tasks/notebook_NN.py` and solved in
`notebooks/solutions/NN_*.py`, by a function of its name without the digits, hyphens as underscores:

    def merged(one, other):
        ...
    merged = exercise("05-merged", merged)

It returns the learner's function if it is right on every shown case, else the reference. A value
that depends on data is compared with what the solution returns for the data that is passed on:

    units = exercise("01-units", ..., described)       # solution: def units(described)

**The end of a notebook**: `recap("04")`; `recap()` is the page of the whole course.

What is guessed, measured and solved is kept in the learner's file; `notes.py` says where and why.
Tests: `tests/course`. A new exercise needs a mistake in `tests/course/mistakes.py`; that its
notebook shows ○ as committed is read from the notebook that has run.
"""

from helpers.course.closing import Recap, recap
from helpers.course.exercises import exercise
from helpers.course.predictions import compare, predict

__all__ = ["Recap", "compare", "exercise", "predict", "recap"]
