"""A second table with multi-Region strong consistency: made by one call, removed by one."""

from __future__ import annotations

import time
from collections.abc import Callable

from helpers import tables
from helpers.regions import STRONG as REGIONS
from helpers.targets import Target

TABLE = "global-serverless-strong"
# One of the sets of Regions within which AWS offers it; the first is where the table is made.
_PATIENCE_S = 1800.0
_LOOK_EVERY_S = 0.2

Progress = Callable[[str], None]


def prepare(target: Target, *, progress: Progress = print) -> None:
    """Make the table with a replica in each of the three Regions; one that is there is kept.

    Raises:
        NotReachedError: it did not become ACTIVE everywhere in half an hour.
    """
    home, *others = REGIONS
    if _ready(target):
        return
    progress(f"Creating {TABLE} in {home}, empty: strong consistency cannot be added later.")
    tables.create(target, home, TABLE)
    if "Replicas" not in (tables.describe(target, home, TABLE) or {}):
        progress(f"One call for both replicas: {', '.join(others)}.")
        target.client("dynamodb", home).update_table(
            TableName=TABLE,
            MultiRegionConsistency="STRONG",
            ReplicaUpdates=[{"Create": {"RegionName": region}} for region in others],
        )
    _wait(lambda: _ready(target), "ACTIVE in all three Regions")
    progress(f"{TABLE} is ACTIVE in {', '.join(REGIONS)}.")


def remove(target: Target, *, progress: Progress = print) -> None:
    """Remove all of it: both replicas by one call, as none can go alone, and then the table.

    Raises:
        NotReachedError: it was not gone in half an hour.
    """
    home, *others = REGIONS
    described = tables.describe(target, home, TABLE)
    if described is None:
        return
    client = target.client("dynamodb", home)
    if "Replicas" in described:
        progress(f"Removing the replicas of {TABLE}.")
        client.update_table(
            TableName=TABLE,
            ReplicaUpdates=[{"Delete": {"RegionName": region}} for region in others],
        )
        _wait(lambda: not any(tables.describe(target, r, TABLE) for r in others), "gone")
        _wait(lambda: "Replicas" not in (tables.describe(target, home, TABLE) or {}), "alone")
    client.delete_table(TableName=TABLE)
    _wait(lambda: tables.describe(target, home, TABLE) is None, "gone")


def _ready(target: Target) -> bool:
    for region in REGIONS:
        described = tables.describe(target, region, TABLE) or {}
        states = [r["ReplicaStatus"] for r in described.get("Replicas", [])]
        if described.get("TableStatus") != "ACTIVE" or states != ["ACTIVE", "ACTIVE"]:
            return False
    return True


def _wait(reached: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not reached():
        if time.monotonic() > deadline:
            raise tables.NotReachedError(
                f"{TABLE} did not come to be {what} in {_PATIENCE_S / 60:.0f} minutes. See "
                f"`aws dynamodb describe-table --table-name {TABLE} --region {REGIONS[0]}`."
            )
        time.sleep(_LOOK_EVERY_S)
