"""The exercises of notebook 9: what is under way when a Region is lost, and what a save costs."""

from __future__ import annotations

from helpers.course.exercises import Exercise, case

_CHEAP = {"call": 3.5, "write": 0.6}
_DEAR = {"call": 4.0, "write": 0.8}

EXERCISES = (
    Exercise(
        name="09-behind",
        task="How many bookmarks are not elsewhere yet when one of the Regions is lost?",
        size="about 2 lines",
        hint=(
            "Rate times time: how many save each second in the lost Region, and how long is each "
            "under way? Of one viewer only the latest save counts."
        ),
        cases=(
            case(1_000_000, 2, 10, 1.0, gives=50_000),
            case(900_000, 3, 30, 0.5, gives=5_000),
            case(1_000_000, 2, 10, 20.0, gives=500_000),
            case(0, 2, 10, 1.0, gives=0),
        ),
    ),
    Exercise(
        name="09-bill-usd",
        task="What do saves cost that come in here and are written here and in all the others?",
        size="about 2 lines",
        hint="The call is paid once, where it comes in; the write is paid in every Region.",
        cases=(
            case(100, _CHEAP, [], gives=410),
            case(100, _CHEAP, [_CHEAP], gives=470),
            case(100, _CHEAP, [_DEAR], gives=490),
            case(10, _DEAR, [_CHEAP, _CHEAP], gives=60),
        ),
    ),
)
