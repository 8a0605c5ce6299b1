"""The exercises of notebook 3: the one call, and what a stale read is."""

from __future__ import annotations

from helpers.course.exercises import Case, Exercise, case

EXERCISES = (
    Exercise(
        name="03-updates",
        task="The change of a table that adds a replica in another Region.",
        size="about 1 line",
        hint='A list with one dictionary in it. Its key is what to do, "Create"; its value is a '
        'dictionary again, with the "RegionName".',
        cases=(
            Case("us-east-2", lambda a: a("us-east-2"), [{"Create": {"RegionName": "us-east-2"}}]),
            Case("eu-west-1", lambda a: a("eu-west-1"), [{"Create": {"RegionName": "eu-west-1"}}]),
        ),
        is_value=True,
    ),
    Exercise(
        name="03-is-stale",
        task="Whether a read is stale: its bookmark, and the bookmarks acknowledged before it.",
        size="about 1 line",
        hint="The viewer only ever moves forward here. A fresh read shows at least the greatest "
        "bookmark that was acknowledged; before the first one there is nothing to miss.",
        cases=(
            case(15, [15, 30], gives=True),
            case(30, [15, 30], gives=False),
            case(45, [15, 30], gives=False),
            case(0, [], gives=False),
            case(15, [30, 15], gives=True),
        ),
    ),
)
