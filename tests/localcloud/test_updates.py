"""Taking something away from an item that is not there leaves nothing there."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from helpers.localcloud.ministack.updates import takes_away_only
from helpers.targets import LocalTarget
from tests.conftest import AWAY
from tests.localcloud.test_control_plane import Table, wait

KEY = {"Id": {"S": "x"}}


@pytest.fixture(scope="module")
def table(target: LocalTarget) -> Iterator[Table]:
    """A table with a replica."""
    made = Table(target, f"updates-{uuid.uuid4().hex[:8]}")
    made.create()
    made.add(AWAY)
    return made


def update(table: Table, **how: Any) -> dict:
    return table.client().update_item(TableName=table.name, Key=KEY, **how)


@pytest.mark.parametrize(
    "how",
    [
        {"UpdateExpression": "REMOVE A"},
        {"UpdateExpression": "remove #s, B", "ExpressionAttributeNames": {"#s": "SET"}},
        {"UpdateExpression": "DELETE A :a REMOVE B",
         "ExpressionAttributeValues": {":a": {"SS": ["1"]}}},
        {"AttributeUpdates": {"A": {"Action": "DELETE"}}},
    ],
    ids=str,
)  # fmt: skip
def test_taking_away_makes_no_item_here_or_elsewhere(table: Table, how: dict) -> None:
    """No item, no stream record, nothing on the links; where there is one, it goes as ever."""
    events = table.target.cloud.get("status")["counts"].get("write", 0)
    assert "Attributes" not in update(table, **how, ReturnValues="UPDATED_NEW")
    assert "Item" not in table.client().get_item(TableName=table.name, Key=KEY)
    assert table.target.cloud.get("status")["counts"].get("write", 0) == events
    table.client().put_item(TableName=table.name, Item={**KEY, "A": {"SS": ["1", "2"]}})
    update(table, **how)
    wait(lambda: table.ids(AWAY) == {"x"})
    table.client().delete_item(TableName=table.name, Key=KEY)
    wait(lambda: table.ids(AWAY) == set())


def test_giving_makes_the_item_and_a_condition_still_holds(table: Table) -> None:
    """With a clause that gives, or none at all, it is made; a failed condition is told."""
    with pytest.raises(ClientError, match="conditional request failed"):
        update(table, UpdateExpression="REMOVE A", ConditionExpression="attribute_exists(Id)")
    for how in ({}, {"UpdateExpression": "REMOVE A SET B = :b",
                     "ExpressionAttributeValues": {":b": {"S": "b"}}}):  # fmt: skip
        update(table, **how)
        assert "Item" in table.client().get_item(TableName=table.name, Key=KEY)
        table.client().delete_item(TableName=table.name, Key=KEY)


def test_clauses_are_told_from_names() -> None:
    """A name, a value or a part of a path that reads like a clause is none."""
    for taking in ("REMOVE A", "REMOVE #set, a.#add", "DELETE tags :set", "REMOVE Settings"):
        assert takes_away_only({"UpdateExpression": taking}), taking
    for giving in ("SET A = :a", "REMOVE A ADD n :n", "ADD n :n", ""):
        assert not takes_away_only({"UpdateExpression": giving}), giving
