"""Time a learner can feel: distance, copies that are behind, and the journal as it grows."""

from __future__ import annotations

import itertools
import json
import random
import statistics
import threading
import time
from collections.abc import Iterator

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from helpers import deploy, tables
from helpers.localcloud.engine.lagging_copy import LaggingCopy, ReadModel, parse_reads
from helpers.localcloud.process.daemon import CloudError, RunningCloud
from helpers.targets import LocalTarget
from tests.conftest import AWAY, HOME

KEY = {"PK": {"S": "near-and-far"}, "SK": {"S": "show"}}


@pytest.fixture
def plain(cloud: RunningCloud) -> Iterator[RunningCloud]:
    """The cloud, without distance and with latest reads again after the test."""
    yield cloud
    cloud.post("place", {"place": ""})
    cloud.post("reads", {"reads": "latest"})


def took_ms(act) -> float:
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000


def test_distance_is_added_for_the_caller_and_not_within_a_region(
    plain: RunningCloud, global_app: LocalTarget
) -> None:
    """A call from afar takes the round trip more; the function's own call to DynamoDB does not."""
    (api,) = deploy.apis(global_app, [AWAY])
    api.get("viewer", "show")
    answer = plain.post("place", {"place": "berlin"})
    trip_ms = answer["round_trip_ms"][AWAY]
    assert trip_ms > 50
    assert plain.get("status")["place"] == "berlin"
    client = global_app.client("dynamodb", AWAY)
    read = lambda: client.get_item(TableName=tables.TABLE, Key=KEY)  # noqa: E731
    assert min(took_ms(read) for _ in range(3)) >= trip_ms
    results = [api.get("viewer", "show") for _ in range(5)]
    api.close()
    assert min(result.rtt_ms for result in results) >= trip_ms
    assert statistics.median(result.dynamodb_ms or 0 for result in results) < trip_ms


def test_a_place_nobody_knows_is_refused_with_those_that_are(plain: RunningCloud) -> None:
    """The error has the list."""
    with pytest.raises(CloudError, match="singapore"):
        plain.post("place", {"place": "atlantis"})


def test_an_eventual_read_may_be_behind_and_a_consistent_one_never(
    plain: RunningCloud, global_table: LocalTarget, viewer: str
) -> None:
    """With a copy that is far behind, the reads differ as they should, queries and scans too."""
    plain.post("reads", {"reads": "lagging:1,60000"})
    client = global_table.client("dynamodb", HOME)
    key = {"PK": {"S": viewer}, "SK": {"S": "show"}}
    client.put_item(TableName=tables.TABLE, Item={**key, "Bookmark": {"N": "1"}})
    client.put_item(TableName=tables.TABLE, Item={**key, "Bookmark": {"N": "2"}})

    def found(*, consistent: bool) -> list[int]:
        got = client.get_item(TableName=tables.TABLE, Key=key, ConsistentRead=consistent)
        batch = client.batch_get_item(
            RequestItems={tables.TABLE: {"Keys": [key], "ConsistentRead": consistent}}
        )["Responses"][tables.TABLE]
        query = client.query(
            TableName=tables.TABLE, ConsistentRead=consistent,
            KeyConditionExpression="PK = :v", ExpressionAttributeValues={":v": {"S": viewer}},
        )["Items"]  # fmt: skip
        scan = client.scan(TableName=tables.TABLE, ConsistentRead=consistent)["Items"]
        items = [got.get("Item", {}), *batch, *query, *(i for i in scan if i["PK"]["S"] == viewer)]
        return [int(item["Bookmark"]["N"]) for item in items if item]

    assert found(consistent=False) == []
    assert found(consistent=True) == [2, 2, 2, 2]
    plain.post("reads", {"reads": "latest"})
    assert found(consistent=True) == [2, 2, 2, 2]


@given(
    writes=st.lists(st.tuples(st.sampled_from("ab"), st.floats(0, 50)), max_size=30),
    seed=st.integers(0, 2**32),
)
def test_the_copy_only_ever_moves_forward(writes: list[tuple[str, float]], seed: int) -> None:
    """What the copy shows is an image that stood there, and never an older one than before."""
    copy = LaggingCopy(random.Random(seed))
    copy.model = ReadModel(1.0, 20.0)
    now_ms, latest, shown = 0.0, {"a": 0, "b": 0}, {"a": 0, "b": 0}
    for number, (key, gap_ms) in enumerate(writes, start=1):
        now_ms += gap_ms
        copy.note(("t", "r"), key, {"v": latest[key]}, now_ms)
        latest[key] = number
        images = copy.images(("t", "r"), now_ms)
        for name, newest in latest.items():
            seen = (images.get(name) or {"v": newest})["v"]
            assert shown[name] <= seen <= newest
            shown[name] = seen
    assert copy.images(("t", "r"), now_ms + 1e9) == {}


@pytest.mark.parametrize("text", ["lagging", "lagging:2,5", "lagging:0.5", "lagging:x,y", "newest"])
def test_a_read_model_that_is_none_is_refused(text: str) -> None:
    """The message says what can be written."""
    with pytest.raises(ValueError, match=r"lagging:0\.33,5"):
        parse_reads(text)


def test_the_journal_can_be_read_as_json_lines(
    cloud: RunningCloud, global_table: LocalTarget, viewer: str
) -> None:
    """Each event is a line, in order, and the life of a write can be told from them."""
    since = cloud.get("status")["last_event"]
    key = {"PK": {"S": viewer}, "SK": {"S": "show"}}
    global_table.client("dynamodb", HOME).put_item(TableName=tables.TABLE, Item=key)
    mine = []
    for line in cloud.events(since, follow=True):
        event = json.loads(line)
        if event.get("key", [""])[0] == viewer:
            mine.append(event)
        if mine and mine[-1]["kind"] == "apply":
            break
    assert [event["kind"] for event in mine] == ["write", "ship", "apply"]
    assert mine[-1]["lag_ms"] >= 300
    past = [json.loads(line)["sequence"] for line in cloud.events(since)]
    assert all(b - a == 1 for a, b in itertools.pairwise(past))


def test_a_reader_of_the_journal_that_leaves_does_no_harm(cloud: RunningCloud) -> None:
    """Many readers come and go; the cloud goes on answering."""

    def look() -> None:
        url = f"{cloud.endpoint}/_cloud/events.jsonl?follow=true"
        key = {"X-Workshop-Key": cloud.keys.own}
        with requests.get(url, headers=key, stream=True, timeout=5) as answer:
            next(answer.iter_lines())

    readers = [threading.Thread(target=look) for _ in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert cloud.get("status")["port"] == cloud.port
