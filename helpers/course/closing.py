"""The recap: what a notebook asked, answered with the learner's own numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd

from helpers.charts.chart import Chart
from helpers.charts.guess import guesses_chart
from helpers.course import exercises, gallery, notes, predictions
from helpers.deck import Slide
from helpers.provenance import Provenance

_LEARNERS_FILE = (
    "All this is kept in your state folder, in {}; delete it to start the course afresh."
)


@dataclass(frozen=True, eq=False, repr=False)
class Recap:
    """Questions, guesses, measurements and exercises; shows itself as a page.

    Attributes:
        questions: one row for each: notebook, question, guess, measured, verdict, right (None
            where either is missing).
        exercises: one row for each: notebook, task, state (✓, ✗ or ○).
        closing: the sentences below.
        drawn: all guesses in numbers beside the measurements, on the page of the whole course.
        saved: the charts that the notebooks saved, on the page of the whole course.
    """

    questions: pd.DataFrame
    exercises: pd.DataFrame
    closing: str
    drawn: Chart | None = None
    saved: Sequence[Slide] = ()

    def _repr_html_(self) -> str:
        tables = _table(self.questions.drop(columns="right")) + _table(self.exercises)
        picture = self.drawn.html() if self.drawn else ""
        return f"{tables}{picture}<p>{escape(self.closing)}</p>{gallery.html(self.saved)}"

    def __repr__(self) -> str:
        rows = [
            f"{row.notebook}  {row.question}\n    guess: {row.guess}; measured: {row.measured}. "
            f"{row.verdict}".rstrip()
            for row in self.questions.itertuples()
        ]
        rows += [f"{row.state} {row.notebook}  {row.task}" for row in self.exercises.itertuples()]
        rows += [f"chart {one.name}: {one.description}" for one in self.saved]
        return "\n".join([*rows, self.closing])


def recap(notebook: str | None = None) -> Recap:
    """Return what a notebook asked and the learner found; without a number, the whole course.

    The page of the whole course also has the charts that the notebooks saved.

    Args:
        notebook: its two digits.
    """
    asked = notes.read("predictions")
    names = [n for n in asked if notebook in (None, notes.notebook_of(n))]
    if notebook is None:
        names.sort(key=notes.notebook_of)
    rows = [_question(name, asked[name]) for name in names]
    questions = pd.DataFrame(rows, columns=list(_question("00-none", {})))
    solved = _exercises(notebook)
    closing = [_score(questions), _exercises_score(solved)]
    if notebook is None:
        closing += [_progress(questions), _LEARNERS_FILE.format(notes.path().name)]
    drawn = _drawn({name: asked[name] for name in names}) if notebook is None else None
    saved = gallery.saved_charts() if notebook is None else []
    closing += ["The charts are the last that each notebook saved."] if saved else []
    return Recap(questions, solved, " ".join(filter(None, closing)), drawn, saved)


def _question(name: str, kept: notes.Entry) -> dict[str, object]:
    return {
        "notebook": notes.notebook_of(name),
        "question": kept.get("question", name),
        "guess": predictions.said_guess(kept),
        "measured": predictions.measurement(kept) if "measured" in kept else "not yet",
        "verdict": predictions.verdict(kept),
        "right": predictions.is_right(kept),
    }


def _drawn(asked: dict[str, notes.Entry]) -> Chart | None:
    """Draw all guesses that have a size; none where there are none."""
    rows = []
    for name, kept in asked.items():
        found = [kept.get(key) for key in ("guess", "measured", "low", "high")]
        guess, measured, low, high = (x if isinstance(x, float) else math.nan for x in found)
        if guess > 0 and measured > 0:
            notebook, question = notes.notebook_of(name), kept.get("question", name)
            rows.append({"notebook": notebook, "question": question, "guess": guess,
                         "measured": measured, "low": low, "high": high})  # fmt: skip
    return guesses_chart(pd.DataFrame(rows), Provenance("computed")) if rows else None


def _exercises(notebook: str | None) -> pd.DataFrame:
    """List all exercises of a notebook, also those whose cell has not run."""
    kept = notes.read("exercises")
    numbers = [notebook] if notebook else [f"{number:02}" for number in range(11)]
    rows = [
        {"notebook": number, "task": one.task, "state": kept.get(one.name, {}).get("state", "○")}
        for number in numbers
        for one in exercises.of_notebook(number)
    ]
    return pd.DataFrame(rows, columns=["notebook", "task", "state"])


def _score(questions: pd.DataFrame) -> str:
    known = questions["right"].dropna()
    if known.empty:
        return "No question has both a guess and a measurement yet." if len(questions) else ""
    return f"Of {len(known)} guesses that were measured, {int(known.sum())} were right."


def _exercises_score(solved: pd.DataFrame) -> str:
    if solved.empty:
        return ""
    return f"Exercises solved: {int((solved['state'] == '✓').sum())} of {len(solved)}."


def _progress(questions: pd.DataFrame) -> str:
    """Return whether guesses got better; a half with fewer than three says nothing."""
    known = questions.dropna(subset="right")
    half = len(known) // 2
    if half < 3:  # noqa: PLR2004
        return ""
    first, last = known["right"].iloc[:half], known["right"].iloc[-half:]
    return (
        f"In the first half of them {int(first.sum())} of {half} were right, in the last "
        f"{int(last.sum())} of {half}."
    )


def _table(rows: pd.DataFrame) -> str:
    """Format a table in HTML, words on the left; what a learner or a notebook says is escaped."""
    if rows.empty:
        return ""
    with pd.option_context("display.max_colwidth", None):
        words = str(rows.to_html(index=False, border=0, justify="left"))
    return words.replace("<td>", '<td style="text-align: left">')
