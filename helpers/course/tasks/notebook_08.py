"""The exercises of notebook 8: an alarm's rule, and how late it may be."""

from __future__ import annotations

from helpers.course.exercises import Exercise, case

EXERCISES = (
    Exercise(
        name="08-alarm-rule",
        task="An alarm's rule: m of the latest n periods are above the threshold, or silent.",
        size="about 2 lines",
        hint="`periods[-n:]` are the latest n. A period without data is None: count it as bad.",
        cases=(
            case([1.0, 1.0, 9.0], 5, 1, 1, gives=True),
            case([9.0, 9.0, 1.0], 5, 1, 1, gives=False),
            case([1.0, 9.0, 1.0], 5, 2, 3, gives=False),
            case([9.0, 1.0, 9.0], 5, 2, 3, gives=True),
            case([9.0, None, 1.0], 5, 2, 3, gives=True),
            case([9.0, 9.0, 9.0, 1.0, 1.0, 1.0], 5, 2, 3, gives=False),
            case([5.0], 5, 1, 1, gives=False),
        ),
    ),
    Exercise(
        name="08-unnoticed-s",
        task="How long may replication stand still, at most, until m periods in a row are bad?",
        size="about 1 line",
        hint=(
            "The age passes the threshold after threshold_s. The period in which that happens is "
            "bad already, but it may have just begun."
        ),
        cases=(
            case(5, 60, 1, gives=65),
            case(5, 60, 3, gives=185),
            case(5, 10, 1, gives=15),
            case(30, 10, 2, gives=50),
        ),
    ),
)
