"""Queries, and scans of indexes and segments, answer in slices what MiniStack answers in one step."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from ministack.core import responses
from ministack.services import dynamodb

from helpers.localcloud.ministack import ordered_reads, scans
from tests.localcloud.test_scans import ACCOUNT, REGION, on_a_loop

TABLE = "t-reads"
HANDLERS = {"Query": "_query", "Scan": "_scan"}
PROJECTED = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["text"]}


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> ordered_reads.OrderedReads:
    """Reads at work in MiniStack, which is put back as it was."""
    for name in scans.SEAMS:
        monkeypatch.setattr(dynamodb, name, getattr(dynamodb, name))
    monkeypatch.setattr(dynamodb, "_tables", responses.AccountRegionScopedDict())
    made = ordered_reads.OrderedReads(dynamodb, responses, scans.Scans(dynamodb, responses))
    with responses.request_scope(ACCOUNT, REGION):
        answer = dynamodb._create_table({
            "TableName": TABLE, "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": schema("p", "s"),
            "AttributeDefinitions": [
                {"AttributeName": n, "AttributeType": k} for n, k in (("p", "S"), ("s", "N"), ("g", "S"))
            ],
            "GlobalSecondaryIndexes": [
                {"IndexName": "by-g", "KeySchema": schema("g", "s"), "Projection": PROJECTED},
            ],
            "LocalSecondaryIndexes": [
                {"IndexName": "by-l", "KeySchema": schema("p", "g"),
                 "Projection": {"ProjectionType": "ALL"}},
            ],
        })  # fmt: skip
        assert answer[0] == 200, answer
    return made


def schema(partition: str, sort: str) -> list[dict[str, str]]:
    """Word a key of two attributes."""
    return [
        {"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"},
    ]  # fmt: skip


def put(draw: random.Random, items: int) -> None:
    """Put items, most of them into one partition; some have no place in the indexes."""
    with responses.request_scope(ACCOUNT, REGION):
        for _ in range(items):
            item: dict[str, Any] = {
                "p": {"S": draw.choice("aaab")}, "s": {"N": f"{draw.randrange(-5000, 5000)}"},
                "text": {"S": "ä" * draw.choice([1, 40, 700, 2000])}, "n": {"N": f"{draw.randrange(9)}"},
            }  # fmt: skip
            if draw.random() < 0.9:
                item["g"] = {"S": draw.choice("xxxyz")}
            assert dynamodb._put_item({"TableName": TABLE, "Item": item})[0] == 200


def plain(operation: str, payload: dict) -> tuple[int, dict]:
    """Read in one step."""
    with responses.request_scope(ACCOUNT, REGION):
        status, _headers, body = getattr(dynamodb, HANDLERS[operation])(payload)
    return status, json.loads(body)


def in_slices(reads: ordered_reads.OrderedReads, operation: str, payload: dict) -> tuple[int, dict]:
    """Read in slices."""
    assert reads.concerned(operation, ACCOUNT, REGION, payload)
    answer = on_a_loop(reads.read(operation, ACCOUNT, REGION, payload))
    assert answer is not None
    return answer.status, json.loads(answer.body)


def query(condition: str, more: dict | None = None, **values: dict[str, str]) -> dict[str, Any]:
    """Word a Query."""
    given = {f":{name}": value for name, value in values.items()}
    return {
        "KeyConditionExpression": condition, "ExpressionAttributeValues": given, **(more or {}),
    }  # fmt: skip


A, X = {"S": "a"}, {"S": "x"}
FILTER = {"FilterExpression": "n > :n"}
READS: dict[str, tuple[str, dict[str, Any]]] = {
    "partition": ("Query", query("p = :p", p=A)),
    "backwards": ("Query", query("p = :p", {"ScanIndexForward": False}, p=A)),
    "range": ("Query", query("p = :p AND s BETWEEN :b AND :e", p=A, b={"N": "-4000"}, e={"N": "99"})),
    "filter": ("Query", query("p = :p", FILTER, p=A, n={"N": "4"})),
    "limit": ("Query", query("p = :p", {"Limit": 333}, p=A)),
    "count": ("Query", query("p = :p", {"Select": "COUNT"}, p=A)),
    "capacity": ("Query", query("p = :p", {"ReturnConsumedCapacity": "TOTAL"}, p=A)),
    "global index": ("Query", query("g = :g", {"IndexName": "by-g"}, g=X)),
    "index backwards": (
        "Query", query("g = :g", {"IndexName": "by-g", "ScanIndexForward": False}, g=X),
    ),
    "local index": ("Query", query("p = :p", {"IndexName": "by-l", "Limit": 700}, p=A)),
    "scan of an index": ("Scan", {"IndexName": "by-g"}),
    "scan of a local index": ("Scan", {"IndexName": "by-l", "Limit": 500}),
    "segment": ("Scan", {"Segment": 1, "TotalSegments": 2}),
    "segment of an index": ("Scan", {"IndexName": "by-g", "Segment": 0, "TotalSegments": 2}),
}  # fmt: skip


@pytest.mark.parametrize("name", READS)
def test_every_page_is_the_same(reads: ordered_reads.OrderedReads, name: str) -> None:
    """Items, their order, counts and the key to go on from, while items come between the pages."""
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    draw = random.Random(seed)
    put(draw, 1500)
    operation, asked = READS[name]
    payload = {"TableName": TABLE, **asked}
    looked_at = 0
    while True:
        expected, seen = plain(operation, payload), in_slices(reads, operation, payload)
        assert seen == expected
        looked_at += seen[1]["ScannedCount"]
        if "LastEvaluatedKey" not in seen[1]:
            break
        payload["ExclusiveStartKey"] = seen[1]["LastEvaluatedKey"]
        put(draw, 9)
    assert looked_at > 300


@pytest.mark.parametrize(
    ("operation", "wrong"),
    [
        ("Query", query("p = :p", {"Limit": 0}, p=A)),
        ("Query", query("p = :p", {"FilterExpression": "n >"}, p=A)),
        ("Query", query("p = :p", {"ExclusiveStartKey": {"p": A}}, p=A)),
        ("Query", query("p = :p", {"Select": "ALL_PROJECTED_ATTRIBUTES"}, p=A)),
        ("Scan", {"Segment": 3, "TotalSegments": 2}),
        ("Scan", {"IndexName": "no-such-index"}),
        ("Scan", {"IndexName": "by-g", "ConsistentRead": True}),
    ],
)
def test_what_is_refused_is_refused_alike(
    reads: ordered_reads.OrderedReads, operation: str, wrong: dict[str, Any]
) -> None:
    """With the same status and the same words."""
    put(random.Random(1), 1000)
    payload = {"TableName": TABLE, **wrong}
    seen = in_slices(reads, operation, payload)
    assert seen[0] == 400
    assert seen == plain(operation, payload)


@pytest.mark.parametrize(
    "small",
    [query("p = :p", p={"S": "none"}), query("g = :g", {"IndexName": "by-none"}, g=X),
     query("p = :p AND", p=A) | {"KeyConditionExpression": ""}, {"TableName": "none"}],
)  # fmt: skip
def test_what_is_small_or_wrong_from_the_start_is_left_to_ministack(
    reads: ordered_reads.OrderedReads, small: dict[str, Any]
) -> None:
    """It costs nobody else much."""
    put(random.Random(2), 600)
    assert not reads.concerned("Query", ACCOUNT, REGION, {"TableName": TABLE, **small})
