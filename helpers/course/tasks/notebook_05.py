"""The exercises of notebook 5: which write wins, when one is lost, and how to keep both."""

from __future__ import annotations

from typing import Any

from helpers.course.exercises import Answer, Case, Exercise, case

_HERE = {"us-west-2": 50, "us-east-2": 0}
_THERE = {"us-west-2": 20, "us-east-2": 30}
_BOTH = {"us-west-2": 50, "us-east-2": 30}


def _in_any_order(merge: Answer) -> Any:
    """Merge the other way round, and again what is merged already."""
    once = merge(_HERE, _THERE)
    if once is None or once is ...:
        return once
    return [merge(_THERE, _HERE) == once, merge(once, _THERE) == once]


EXERCISES = (
    Exercise(
        name="05-winner",
        task="Of two images of an item, (stamp, Region, seconds), the one that stays.",
        size="about 1 line",
        hint="The later stamp wins, whatever the seconds are. If the stamps are equal, the local "
        "cloud takes the Region whose name comes later in the alphabet.",
        cases=(
            case((4, "us-west-2", 1030), (7, "us-east-2", 980), gives=(7, "us-east-2", 980)),
            case((9, "us-west-2", 1030), (7, "us-east-2", 980), gives=(9, "us-west-2", 1030)),
            case((7, "us-west-2", 980), (7, "us-east-2", 1030), gives=(7, "us-west-2", 980)),
        ),
    ),
    Exercise(
        name="05-is-lost",
        task="Whether one of two writes is lost: the gap between them, and the first one's lag.",
        size="about 1 line",
        hint="The first write is safe if it has arrived by the time the second one is made.",
        cases=(
            case(0, 700, gives=True),
            case(500, 700, gives=True),
            case(900, 700, gives=False),
            case(2500, 700, gives=False),
        ),
    ),
    Exercise(
        name="05-merged",
        task="Merge two copies of a bookmark in which each Region counts only its own seconds.",
        size="about 1 line",
        hint="A Region's own count only ever grows. So of two numbers for one Region, which is the "
        "newer one?",
        cases=(
            case({"us-west-2": 30, "us-east-2": 0}, {"us-west-2": 0, "us-east-2": 20},
                 gives={"us-west-2": 30, "us-east-2": 20}),
            case(_HERE, _THERE, gives=_BOTH),
            Case("the other way round, and merged twice: the same?", _in_any_order, [True, True]),
        ),
    ),
)  # fmt: skip
