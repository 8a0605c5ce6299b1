"""The exercises of notebook 1: read an item, and know what a read costs."""

from __future__ import annotations

from typing import Any

from helpers.course.exercises import Case, Exercise, case


def _request(table: str) -> dict[str, Any]:
    return {
        "TableName": table,
        "Key": {"PK": {"S": "user100"}, "SK": {"S": "AshlandValley"}},
        "ConsistentRead": True,
    }


EXERCISES = (
    Exercise(
        name="01-request",
        task="The arguments of get_item for a strongly consistent read of the item just written.",
        size="about 3 lines",
        hint="TableName; Key, with PK and SK as they stand in the item; ConsistentRead.",
        cases=(
            Case("a name", lambda a: a("global-serverless"), _request("global-serverless")),
            Case("one with a prefix", lambda a: a("ada-serverless"), _request("ada-serverless")),
        ),
        is_value=True,
    ),
    Exercise(
        name="01-read-units",
        task="The read units of one read: the item's size in bytes, and whether it is consistent.",
        size="about 2 lines",
        hint="Round the size up to whole blocks of 4096 bytes. Each costs one unit if the read is "
        "strongly consistent, half a unit if it is not.",
        cases=(
            case(200, True, gives=1),
            case(200, False, gives=0.5),
            case(4096, True, gives=1),
            case(4097, True, gives=2),
            case(9000, False, gives=1.5),
        ),
    ),
)
