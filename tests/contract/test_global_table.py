"""What a global table does, on either target: the same code runs on the local cloud and on AWS.

WORKSHOP_TARGET=aws runs it there, with your credentials and at your cost; the fixtures of this
folder choose. Nothing here asks for more than the facts that AWS documents.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from helpers import tables
from helpers.experiments.conflicts import run_conflicts
from helpers.experiments.staleness import run_staleness
from helpers.targets import Target
from tests.conftest import AWAY, HOME

KEY = {"PK": {"S": "viewer"}, "SK": {"S": "show"}}


def eventually(holds: Callable[[], bool], *, within_s: float = 30.0) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, "It did not come to hold."
        time.sleep(0.05)


def read(target: Target, region: str, viewer: str) -> dict:
    """Read the test's item in a Region."""
    key = {**KEY, "PK": {"S": viewer}}
    answer = target.client("dynamodb", region).get_item(TableName=tables.TABLE, Key=key)
    return answer.get("Item", {})


def put(target: Target, region: str, viewer: str, bookmark: int) -> None:
    """Put the test's item in a Region."""
    item = {**KEY, "PK": {"S": viewer}, "Bookmark": {"N": str(bookmark)}}
    target.client("dynamodb", region).put_item(TableName=tables.TABLE, Item=item)


def test_a_write_is_stale_elsewhere_and_fresh_after_the_lag(contract: Target, viewer: str) -> None:
    """Read at once in the other Region: nothing there. Read later: there it is, whole."""
    put(contract, HOME, viewer, 15)
    assert read(contract, AWAY, viewer) == {}
    eventually(lambda: bool(read(contract, AWAY, viewer)))
    assert read(contract, AWAY, viewer) == read(contract, HOME, viewer)


def test_every_replica_takes_writes(contract: Target, viewer: str) -> None:
    """There is no primary: a write of the other Region comes to this one."""
    put(contract, AWAY, viewer, 30)
    eventually(lambda: bool(read(contract, HOME, viewer)))


def test_a_delete_arrives_too(contract: Target, viewer: str) -> None:
    """What is deleted in one Region goes from the other."""
    put(contract, HOME, viewer, 15)
    eventually(lambda: bool(read(contract, AWAY, viewer)))
    key = {**KEY, "PK": {"S": viewer}}
    contract.client("dynamodb", AWAY).delete_item(TableName=tables.TABLE, Key=key)
    eventually(lambda: not read(contract, HOME, viewer))


def test_increments_in_two_regions_at_once_lose_one(contract: Target) -> None:
    """Each is atomic and acknowledged, and one of them is gone: whole images travel."""
    seen = run_conflicts(contract, HOME, AWAY, gaps_ms=[0.0], trials=3).trials
    assert seen["lost"].all()
    assert set(seen["final_value"]) <= {1030, 980}
    assert (seen["outcome"] == "ok").all()


def test_a_strong_read_is_strong_in_its_own_region_only(contract: Target) -> None:
    """In the writer's Region each first read is fresh; elsewhere it is as stale as any other."""
    here = run_staleness(contract, HOME, HOME, trials=5, consistent=True).reads
    there = run_staleness(contract, HOME, AWAY, trials=5, consistent=True).reads
    assert here[here["probe"] == 0]["fresh"].all()
    assert not there[there["probe"] == 0]["fresh"].any()


def test_describe_lists_the_other_replicas_only(contract: Target) -> None:
    """The Region that answers is not in its own list."""
    described = tables.describe(contract, HOME) or {}
    assert tables.replicas(contract, HOME) == {AWAY: "ACTIVE"}
    assert tables.replicas(contract, AWAY) == {HOME: "ACTIVE"}
    assert described["GlobalTableVersion"] == "2019.11.21"
    assert "MultiRegionConsistency" not in described
    assert described["StreamSpecification"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"


@pytest.mark.parametrize(
    ("updates", "code", "message"),
    [
        ([{"Create": {"RegionName": AWAY}}], "ValidationException", "already existed as tables"),
        ([{"Delete": {"RegionName": "eu-west-1"}}], "ValidationException", r"replicas: \[eu-west-1\]"),
        ([{"Create": {"RegionName": HOME}}], "ValidationException", "Cannot add or delete the local"),
        ([{"Create": {"RegionName": "mars-1"}}], "ValidationException", "Region mars-1 is not supp"),
        (
            [{"Create": {"RegionName": "eu-west-1"}}, {"Create": {"RegionName": "eu-west-2"}}],
            "ValidationException",
            "more than one create or delete",
        ),
        (
            [{"Create": {"RegionName": "eu-west-1"}, "Delete": {"RegionName": AWAY}}],
            "ValidationException",
            "more than one type",
        ),
    ],
)  # fmt: skip
def test_what_aws_refuses_is_refused_in_its_words(
    contract: Target, updates: list, code: str, message: str
) -> None:
    """A wrong request is refused with AWS's code and message, and changes nothing."""
    with pytest.raises(ClientError, match=message) as refused:
        contract.client("dynamodb", HOME).update_table(
            TableName=tables.TABLE, ReplicaUpdates=updates
        )
    assert refused.value.response["Error"]["Code"] == code
    assert tables.replicas(contract, HOME) == {AWAY: "ACTIVE"}


def test_the_source_of_a_replica_cannot_be_deleted_first(contract: Target) -> None:
    """Replicas go first, then the table they were copied from."""
    with pytest.raises(ClientError, match="acted as a source region"):
        contract.client("dynamodb", HOME).delete_table(TableName=tables.TABLE)


def test_after_quiescence_both_regions_hold_the_same(contract: Target) -> None:
    """When nothing is under way, the tables are equal item by item, attribute by attribute."""
    eventually(lambda: tables.items(contract, HOME).equals(tables.items(contract, AWAY)))
