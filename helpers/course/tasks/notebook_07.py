"""The exercises of notebook 7: what a strong write costs, and what contradicts a single copy."""

from __future__ import annotations

from helpers.course.exercises import Exercise, case

_WRITES = ((0, 10), (20, 30), (40, 55))

EXERCISES = (
    Exercise(
        name="07-strong-write-ms",
        task="From the round trips to the other Regions, what strong consistency adds to a write.",
        size="about 1 line",
        hint="Two of three have to have it. The writer is one of them; which one answers first?",
        cases=(
            case({"us-east-2": 52, "us-east-1": 65}, gives=52),
            case({"us-west-2": 65, "us-east-2": 12}, gives=12),
            case({"eu-west-2": 11, "eu-west-3": 18, "eu-central-1": 25}, gives=11),
        ),
    ),
    Exercise(
        name="07-is-stale",
        task="Does a read contradict a single copy: had what it saw been overwritten before?",
        size="about 2 lines",
        hint=(
            "A write overwrote what was seen if it began after that had ended; it counts if it had "
            "ended itself before the read started."
        ),
        cases=(
            case(35, (0, 10), _WRITES, gives=True),
            case(25, (0, 10), _WRITES, gives=False),
            case(35, (20, 30), _WRITES, gives=False),
            case(60, (20, 30), _WRITES, gives=True),
            case(60, (40, 55), _WRITES, gives=False),
            case(50, (0, 30), ((0, 30), (20, 40)), gives=False),
        ),
    ),
)
