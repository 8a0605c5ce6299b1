"""A replica is added to a table with many items, while others read and write."""

from __future__ import annotations

import threading
import time
import uuid
from pathlib import Path

import pytest

from helpers.localcloud.process import daemon
from helpers.targets import LocalTarget
from tests.conftest import AWAY, HOME
from tests.localcloud.test_control_plane import wait
from tests.localcloud.test_restart import Kept

MANY = 1_500


def fill(target: LocalTarget, table: str, count: int = MANY) -> None:
    """Make a table in HOME with so many items."""
    client = target.client("dynamodb", HOME)
    client.create_table(
        TableName=table, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )  # fmt: skip
    client.get_waiter("table_exists").wait(TableName=table, WaiterConfig={"Delay": 0.1})
    for first in range(0, count, 25):
        items = [{"id": {"S": f"{n}"}, "V": {"N": "0"}} for n in range(first, first + 25)]
        puts = [{"PutRequest": {"Item": item}} for item in items]
        client.batch_write_item(RequestItems={table: puts})


def everything(target: LocalTarget, region: str, table: str) -> dict[str, str]:
    """Read a whole table: the value by id."""
    pages = target.client("dynamodb", region).get_paginator("scan")
    found = pages.paginate(TableName=table, ConsistentRead=True)
    return {item["id"]["S"]: item["V"]["N"] for page in found for item in page["Items"]}


def active(target: LocalTarget, table: str) -> bool:
    """Return whether the replica is there."""
    described = target.client("dynamodb", HOME).describe_table(TableName=table)["Table"]
    return [r["ReplicaStatus"] for r in described.get("Replicas", [])] == ["ACTIVE"]


def add(target: LocalTarget, table: str) -> None:
    """Ask for a replica in AWAY."""
    target.client("dynamodb", HOME).update_table(
        TableName=table, ReplicaUpdates=[{"Create": {"RegionName": AWAY}}]
    )


def test_what_is_written_while_a_replica_is_filled_is_in_it(target: LocalTarget) -> None:
    """Puts and deletes go on from the request to ACTIVE; in the end both Regions are equal."""
    table = f"filled-{uuid.uuid4().hex[:8]}"
    fill(target, table)
    there, writes = threading.Event(), 0
    client = target.client("dynamodb", HOME)

    def write() -> None:
        nonlocal writes
        while not there.is_set():
            writes += 1
            key = {"id": {"S": f"{writes * 7 % (MANY + 50)}"}}
            if writes % 5:
                client.put_item(TableName=table, Item={**key, "V": {"N": f"{writes}"}})
            else:
                client.delete_item(TableName=table, Key=key)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        add(target, table)
        wait(lambda: active(target, table) and writes > 20)
    finally:
        there.set()
        writer.join()
    wait(lambda: everything(target, AWAY, table) == everything(target, HOME, table))
    assert len(everything(target, HOME, table)) > MANY // 2


@pytest.mark.cloud
def test_a_cloud_that_is_killed_while_it_fills_a_replica_fills_it_again(tmp_path: Path) -> None:
    """Whatever the moment, the replica comes, has every item, and goes on replicating."""
    kept = Kept(tmp_path)
    fill(kept.target, "killed")
    last = {"id": {"S": "last"}}
    kept.client().put_item(TableName="killed", Item={**last, "V": {"N": "1"}})
    add(kept.target, "killed")
    # Creating takes 0.3 s on this timescale, and filling some tenths of a second more.
    time.sleep(0.35)
    kept.kill()
    kept.start()
    try:
        wait(lambda: active(kept.target, "killed"))
        assert len(everything(kept.target, AWAY, "killed")) == MANY + 1
        kept.client().delete_item(TableName="killed", Key=last)
        wait(lambda: len(everything(kept.target, AWAY, "killed")) == MANY)
    finally:
        daemon.stop(kept.target.cloud)
