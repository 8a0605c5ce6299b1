"""A second table with multi-Region strong consistency: one call creates it, one removes it."""

from __future__ import annotations

import time
from collections.abc import Callable

from helpers import ownership, table_removal, tables
from helpers.regions import strong_three
from helpers.targets import Target

# Without the learner's prefix; `name` has it.
TABLE = ownership.APP + ownership.STRONG_SUFFIX
_PATIENCE_S = 1800.0
_LOOK_EVERY_S = 0.2

Progress = Callable[[str], None]


def name(target: Target) -> str:
    """Return the table's name: the learner's prefix, then global-serverless-strong."""
    return ownership.app_name(target) + ownership.STRONG_SUFFIX


def regions(target: Target) -> tuple[str, ...]:
    """Return the table's three Regions: the learner's own, as far as AWS allows."""
    return strong_three(target.regions)


def prepare(target: Target, *, progress: Progress = print) -> None:
    """Create the table with a replica in each of the three Regions; an existing one is kept.

    Raises:
        NotReachedError: it did not become ACTIVE everywhere in half an hour.
        NotOursError: one of that name is there, and nothing proves that it is ours.
    """
    home, *others = regions(target)
    table = name(target)
    if _ready(target):
        return
    # An earlier teardown may still be under way.
    _wait(target, lambda: "DELETING" not in _states(target).values(), "free again")
    progress(f"Creating {table} in {home}, empty: strong consistency cannot be added later.")
    tables.create(target, home, table)
    if "Replicas" not in (tables.describe(target, home, table) or {}):
        progress(f"One call for both replicas: {', '.join(others)}.")
        target.client("dynamodb", home).update_table(
            TableName=table,
            MultiRegionConsistency="STRONG",
            ReplicaUpdates=[{"Create": {"RegionName": region}} for region in others],
        )
    _wait(target, lambda: _ready(target), "ACTIVE in all three Regions")
    for region in regions(target):
        for thing in ownership.tables(target, region):
            if thing.name == table and not thing.tagged:
                ownership.add_tag(target, thing)
    progress(f"{table} is ACTIVE in {', '.join(regions(target))}.")


def remove(target: Target, *, progress: Progress = print) -> None:
    """Remove all of it: both replicas by one call, since neither can go alone, then the table.

    Raises:
        NotReachedError: it was not gone in half an hour.
    """
    table = name(target)
    standing = [r for r in regions(target) if tables.describe(target, r, table) is not None]
    if standing:
        tables.require_ours(target, standing[0], table)
        progress(f"Removing {table}.")
        table_removal.delete(target, standing, table, progress=lambda _line: None)


def _ready(target: Target) -> bool:
    for region in regions(target):
        described = tables.describe(target, region, name(target)) or {}
        states = [r["ReplicaStatus"] for r in described.get("Replicas", [])]
        if described.get("TableStatus") != "ACTIVE" or states != ["ACTIVE", "ACTIVE"]:
            return False
    return True


def _states(target: Target) -> dict[str, str]:
    return tables.states(target, regions(target), name(target))


def _wait(target: Target, reached: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not reached():
        states = _states(target)
        failed = {subject: now for subject, now in states.items() if now in tables.FAILED}
        if failed:
            raise tables.ReplicaFailedError(
                f"{failed}: waiting will not help. strong.remove(target), then prepare it again."
            )
        if time.monotonic() > deadline:
            raise tables.NotReachedError(
                f"{name(target)} did not come to be {what} in {_PATIENCE_S / 60:.0f} minutes; the "
                f"last state was {states}."
            )
        time.sleep(_LOOK_EVERY_S)
