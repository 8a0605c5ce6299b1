"""The exercises of notebook 2: add inside the table, and read a percentile."""

from __future__ import annotations

from helpers.course.exercises import Case, Exercise, case

_SLOW_ONE = [5] * 99 + [200]

EXERCISES = (
    Exercise(
        name="02-expression",
        task="The update expression that adds :seconds to the attribute Bookmark.",
        size="about 1 line",
        hint="Three words in one string: the verb ADD, the attribute, the placeholder.",
        cases=(Case("no data", lambda answer: answer(), "ADD Bookmark :seconds"),),
        is_value=True,
    ),
    Exercise(
        name="02-percentile",
        task="The time within which a share of the calls was done.",
        size="about 2 lines",
        hint="Sort the times. Of n calls, the share covers the first share * n, rounded up, as "
        "math.ceil does; take the last of those.",
        cases=(
            case([40, 10, 30, 20], 0.5, gives=20),
            case([40, 10, 30, 20], 0.75, gives=30),
            case(_SLOW_ONE, 0.99, gives=5, shown="99 calls of 5 ms and one of 200 ms, 0.99"),
            case(_SLOW_ONE, 1.0, gives=200, shown="99 calls of 5 ms and one of 200 ms, 1.0"),
        ),
    ),
)
