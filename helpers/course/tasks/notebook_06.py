"""The exercises of notebook 6: when to move to the other Region, and what to send again."""

from __future__ import annotations

from helpers.course.exercises import Case, Exercise, case

HERE, OTHER = "us-west-2", "us-east-2"


def _again(outcome: str, adds: bool, overtaken: bool, gives: bool) -> Case:
    """Format a call that did not go as planned."""
    what = "adds 15 s" if adds else "sets the position"
    since = "a later one has succeeded" if overtaken else "the latest of the viewer"
    return case(outcome, adds, overtaken, gives=gives, shown=f"{outcome}, {what}, {since}")


EXERCISES = (
    Exercise(
        name="06-next-region",
        task="A failover policy: stay through one lost save, move after two in a row.",
        size="about 1 line",
        hint="`lost` counts the saves in a row that did not succeed here; after two it is 2.",
        cases=(
            case(HERE, OTHER, 0, gives=HERE),
            case(HERE, OTHER, 1, gives=HERE),
            case(HERE, OTHER, 2, gives=OTHER),
            case(HERE, OTHER, 3, gives=OTHER),
            case(OTHER, HERE, 0, gives=OTHER),
        ),
    ),
    Exercise(
        name="06-send-again",
        task="A retry rule that never undoes a later save and never adds twice.",
        size="about 3 lines",
        hint=(
            "Two questions: could it have been done already, and does that matter for what it "
            "does? And would setting an old position now take the viewer back?"
        ),
        cases=(
            _again("ok", adds=False, overtaken=False, gives=False),
            _again("failed", adds=False, overtaken=False, gives=True),
            _again("unknown", adds=False, overtaken=False, gives=True),
            _again("unknown", adds=False, overtaken=True, gives=False),
            _again("failed", adds=True, overtaken=True, gives=True),
            _again("unknown", adds=True, overtaken=False, gives=False),
            _again("ok", adds=True, overtaken=True, gives=False),
        ),
    ),
)
