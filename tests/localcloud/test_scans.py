"""A scan in slices answers what MiniStack answers in one step, page by page."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pytest
from ministack.core import responses
from ministack.services import dynamodb

from helpers.localcloud.ministack import scans

T = TypeVar("T")
ACCOUNT, REGION = "123456789012", "us-west-2"


@pytest.fixture
def sliced(monkeypatch: pytest.MonkeyPatch) -> scans.Scans:
    """Scans at work in MiniStack, which is put back as it was."""
    for name in scans.SEAMS:
        monkeypatch.setattr(dynamodb, name, getattr(dynamodb, name))
    monkeypatch.setattr(dynamodb, "_tables", responses.AccountRegionScopedDict())
    return scans.Scans(dynamodb, responses)


def make(draw: random.Random, items: int, *, sort: bool) -> str:
    """Make a table with items of many sizes."""
    keys = [("p", "HASH"), ("s", "RANGE")] if sort else [("p", "HASH")]
    with responses.request_scope(ACCOUNT, REGION):
        answer = dynamodb._create_table({
            "TableName": "t-scan", "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": n, "KeyType": k} for n, k in keys],
            "AttributeDefinitions": [{"AttributeName": n, "AttributeType": "S"} for n, _ in keys],
        })  # fmt: skip
        assert answer[0] == 200, answer
        for _ in range(items):
            change(draw, sort=sort, delete=False)
    return "t-scan"


def change(draw: random.Random, *, sort: bool, delete: bool) -> None:
    """Put an item, or delete one that may be there."""
    key = {"p": {"S": f"{draw.randrange(60 if sort else 5000)}"}}
    if sort:
        key["s"] = {"S": f"{draw.randrange(900)}"}
    if delete:
        dynamodb._delete_item({"TableName": "t-scan", "Key": key})
    else:
        size = draw.choice([1, 40, 400, 4000, 390_000 if draw.random() < 0.01 else 9])
        item = {**key, "n": {"N": f"{draw.randrange(9)}"}, "text": {"S": "ä" * (size // 2)}}
        assert dynamodb._put_item({"TableName": "t-scan", "Item": item})[0] == 200


def plain(payload: dict) -> tuple[int, dict]:
    """Scan in one step."""
    with responses.request_scope(ACCOUNT, REGION):
        status, _headers, body = dynamodb._scan(payload)
    return status, json.loads(body)


def on_a_loop(scan: Coroutine[Any, Any, T]) -> T:
    """Run a scan on an event loop of its own; the tests' own thread may have Playwright's."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, scan).result()


def in_slices(sliced: scans.Scans, payload: dict) -> tuple[int, dict]:
    """Scan in slices."""
    stored = dynamodb._tables.get_scoped(ACCOUNT, REGION, payload["TableName"])
    answer = on_a_loop(sliced.scan(stored, ACCOUNT, REGION, payload))
    assert answer.headers["content-length"] == str(len(answer.body))
    return answer.status, json.loads(answer.body)


FILTER = {
    "FilterExpression": "n > :n", "ExpressionAttributeValues": {":n": {"N": "4"}},
}  # fmt: skip


@pytest.mark.parametrize("sort", [False, True])
@pytest.mark.parametrize(
    "more",
    [{}, {"Limit": 333}, {"Select": "COUNT"}, FILTER, {"ProjectionExpression": "n"},
     {"ConsistentRead": True, "ReturnConsumedCapacity": "TOTAL"}],
    ids=["all", "limit", "count", "filter", "projection", "capacity"],
)  # fmt: skip
def test_every_page_is_the_same(sliced: scans.Scans, sort: bool, more: dict) -> None:
    """Items, counts and the key to go on from, also after items have come and gone."""
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    draw = random.Random(seed)
    payload = {"TableName": make(draw, 1500, sort=sort), **more}
    pages = 0
    while True:
        expected, seen = plain(payload), in_slices(sliced, payload)
        assert seen == expected
        pages += 1
        if "LastEvaluatedKey" not in seen[1]:
            break
        payload["ExclusiveStartKey"] = seen[1]["LastEvaluatedKey"]
        with responses.request_scope(ACCOUNT, REGION):
            for _ in range(20):
                change(draw, sort=sort, delete=draw.random() < 0.5)
    assert pages > 1


def test_a_page_ends_at_a_megabyte(sliced: scans.Scans) -> None:
    """As on AWS, and whatever the slices."""
    make(random.Random(1), 3000, sort=True)
    status, page = in_slices(sliced, {"TableName": "t-scan"})
    assert status == 200
    size = sum(dynamodb._item_size_bytes(item) for item in page["Items"])
    assert 1_048_576 - 400_000 < size <= 1_048_576
    assert "LastEvaluatedKey" in page


def test_a_table_that_has_gone_is_not_held_on_to(sliced: scans.Scans) -> None:
    """The order of its keys would keep all of its items in memory."""
    make(random.Random(4), 600, sort=False)
    in_slices(sliced, {"TableName": "t-scan"})
    assert sliced._ordered
    sliced.forget()
    assert not sliced._ordered
    assert in_slices(sliced, {"TableName": "t-scan"}) == plain({"TableName": "t-scan"})


@pytest.mark.parametrize(
    "wrong",
    [{"Limit": 0}, {"FilterExpression": "n >"}, {"ExclusiveStartKey": {"x": {"S": "1"}}},
     {"Select": "ALL_PROJECTED_ATTRIBUTES"}],
)  # fmt: skip
def test_what_is_refused_is_refused_alike(sliced: scans.Scans, wrong: dict) -> None:
    """With the same status and the same words."""
    payload = {"TableName": make(random.Random(2), 600, sort=False), **wrong}
    status, said = in_slices(sliced, payload)
    assert status == 400
    assert (status, said) == plain(payload)
