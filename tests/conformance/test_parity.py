"""The local cloud's DynamoDB answers as MiniStack's does, with and without replicas."""

from __future__ import annotations

import json
import random
import re
import time
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from helpers.targets import LocalTarget
from tests.conformance.cases import CONTROL, DATA, TABLE, Case, key, n, put
from tests.localcloud.test_control_plane import Table, wait

_VARIES = {
    "ResponseMetadata", "CreationDateTime", "TableId", "LatestStreamLabel", "LatestStreamArn",
    "LastUpdateToPayPerRequestDateTime", "EarliestRestorableDateTime", "LatestRestorableDateTime",
}  # fmt: skip


def ask(client: Any, table: str, operation: str, parameters: dict[str, Any]) -> Any:
    """Make one request, and return what can be compared of its answer."""
    text = json.dumps(parameters, default=lambda b: {"bytes": b.hex()}).replace("TABLE", table)
    given = json.loads(text, object_hook=lambda o: bytes.fromhex(o["bytes"]) if o.keys() == {"bytes"} else o)  # fmt: skip
    if "TABLE" not in json.dumps(parameters, default=str):
        given = {"TableName": table, **given}
    if operation in ("describe_limits", "execute_statement"):
        given.pop("TableName", None)
    try:
        answer = getattr(client, operation)(**given)
    except ClientError as refused:
        answer = {
            **refused.response,
            "Status": refused.response["ResponseMetadata"]["HTTPStatusCode"],
        }
    return comparable(answer, table)


def comparable(answer: Any, table: str) -> Any:
    """Leave out what differs from run to run, and call the table by one name."""
    if isinstance(answer, dict):
        kept = {k: v for k, v in answer.items() if k not in _VARIES}
        return {k.replace(table, "TABLE"): comparable(v, table) for k, v in kept.items()}
    if isinstance(answer, list):
        return [comparable(v, table) for v in answer]
    if isinstance(answer, str):
        return re.sub(r"localhost:\d+", "", answer.replace(table, "TABLE"))
    return answer


@pytest.fixture(scope="module")
def name() -> str:
    return f"t-{uuid.uuid4().hex[:8]}"


@pytest.fixture(scope="module")
def pair(bare: Any, target: LocalTarget, name: str) -> tuple[Any, Any]:
    """The same table on MiniStack alone and on the local cloud."""
    ours = target.client("dynamodb", "us-east-1")
    for client in (bare, ours):
        client.create_table(TableName=name, **TABLE)
    wait(lambda: ours.describe_table(TableName=name)["Table"]["TableStatus"] == "ACTIVE")
    return bare, ours


@pytest.fixture(scope="module")
def replicated(target: LocalTarget) -> Table:
    """A table of that shape with a replica in another Region."""
    table = Table(target, f"t-{uuid.uuid4().hex[:8]}")
    table.create("us-east-1", **TABLE)
    table.add("eu-west-1", at="us-east-1")
    return table


def label(case: Case) -> str:
    return case[0]


# The cases build on each other, in this order.
@pytest.mark.parametrize("case", [*DATA, *CONTROL], ids=label)
def test_the_answer_is_ministacks(pair: tuple[Any, Any], name: str, case: Case) -> None:
    """Status, error, message and body of each request are the same through our door."""
    bare, ours = pair
    assert ask(ours, name, *case[1:]) == ask(bare, name, *case[1:])


def test_a_replica_changes_nothing_of_what_its_home_answers(
    pair: tuple[Any, Any], replicated: Table
) -> None:
    """The same requests on a table with a replica get the same answers as on one without."""
    bare = pair[0]
    plain = f"t-{uuid.uuid4().hex[:8]}"
    bare.create_table(TableName=plain, **TABLE)
    for case in DATA:
        expected = ask(bare, plain, *case[1:])
        assert ask(replicated.client("us-east-1"), replicated.name, *case[1:]) == expected, case[0]
    same_after_quiescence(replicated)


def same_after_quiescence(table: Table) -> None:
    """Wait until nothing is in flight, and compare the Regions."""
    deadline = time.monotonic() + 20
    while any(link["in_flight"] for link in table.target.cloud.get("status")["links"]):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    scans = [
        sorted(repr(i) for i in table.client(region).scan(TableName=table.name)["Items"])
        for region in ("us-east-1", "eu-west-1")
    ]
    if scans[0] != scans[1]:
        told = [line for line in table.target.cloud.events() if table.name in line]
        pytest.fail(
            "\n".join(["The Regions differ. The last events:", *told[-40:], *map(str, scans)])
        )


def arbitrary(rng: random.Random) -> tuple[str, dict[str, Any]]:
    """Draw one request on a few items."""
    pk, sk = rng.choice("xyz"), rng.choice("12")
    number = n(rng.randint(-3, 3))
    condition = rng.choice(
        [
            {},
            {"ConditionExpression": "attribute_exists(PK)"},
            {"ConditionExpression": "attribute_not_exists(Bookmark)"},
        ]
    )
    add = {
        "Key": key(pk, sk), "UpdateExpression": "ADD Bookmark :n",
        "ExpressionAttributeValues": {":n": number}, "ReturnValues": "ALL_NEW", **condition,
    }  # fmt: skip
    # Where there is no item MiniStack makes one (docs/upstream.md).
    remove = {
        "Key": key(pk, sk), "UpdateExpression": "REMOVE Bookmark",
        "ConditionExpression": "attribute_exists(PK)",
    }  # fmt: skip
    delete = {"Key": key(pk, sk), "ReturnValues": "ALL_OLD", **condition}
    insert = f"INSERT INTO \"TABLE\" VALUE {{'PK': '{pk}', 'SK': '{sk}', 'Bookmark': 1}}"
    return rng.choice(
        [
            ("put_item", {**put(pk, sk, Bookmark=number), **condition, "ReturnValues": "ALL_OLD"}),
            ("update_item", add),
            ("update_item", remove),
            ("delete_item", delete),
            ("get_item", {"Key": key(pk, sk)}),
            ("execute_statement", {"Statement": insert}),
            ("scan", {}),
        ]
    )


def test_thousands_of_arbitrary_requests_are_answered_alike(
    pair: tuple[Any, Any], replicated: Table
) -> None:
    """Drawn from a seed, on a table with a replica here and without one there."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    plain = f"t-{uuid.uuid4().hex[:8]}"
    pair[0].create_table(TableName=plain, **TABLE)
    ours = replicated.client("us-east-1")
    for item in ours.scan(TableName=replicated.name)["Items"]:
        ours.delete_item(TableName=replicated.name, Key={k: item[k] for k in ("PK", "SK")})
    for _ in range(2_000):
        operation, parameters = arbitrary(rng)
        answers = [
            ask(client, table, operation, parameters)
            for client, table in ((pair[0], plain), (ours, replicated.name))
        ]
        assert answers[0] == answers[1], (operation, parameters)
    same_after_quiescence(replicated)
