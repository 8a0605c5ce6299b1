"""Take a table away, whatever state a killed run left it in: replicas first, leaf first."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pandas as pd
from botocore.exceptions import ClientError

from helpers import tables
from helpers.targets import Target

_IN_FLIGHT = ("CREATING", "UPDATING", "DELETING")
_PATIENCE_S = 1800.0
_PAUSE_S = 0.5

Progress = Callable[[str], None]


def remove_replicas(
    target: Target, home: str, regions: Iterable[str], *, progress: Progress = print
) -> pd.DataFrame:
    """Remove the replicas that `home` lists in these Regions, one after the other, each to its end.

    A replica that others were copied from is left: AWS removes it only after those.

    Returns:
        One row per change, as `tables.watch` words it.
    """
    table, regions = tables.name(target), list(regions)
    log = _Log(target, table, [home, *regions], progress)
    for other in tables.replicas(target, home):
        if other in regions:
            log.follow(_settled)
            if _remove_replica(target, table, home, other):
                log.follow(_settled)
    return log.changes()


def delete(
    target: Target, regions: Sequence[str], table: str | None = None, *, progress: Progress = print
) -> pd.DataFrame:
    """Remove a table from these Regions: replicas first, each to its end, then the table itself.

    AWS refuses to delete the table that replicas were copied from while they are there. What an
    earlier run began is waited for. Where there is no table, nothing is done.

    Returns:
        One row per change, as `tables.watch` words it.

    Raises:
        ClientError: AWS refused, for example because of deletion protection.
        NotReachedError: it was not gone in half an hour.
    """
    table = table or tables.name(target)
    log = _Log(target, table, list(regions), progress)
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        log.follow(_settled)
        described = {region: tables.describe(target, region, table) for region in regions}
        members = {region: found for region, found in described.items() if found}
        if not members:
            return log.changes()
        if time.monotonic() > deadline:
            raise tables.NotReachedError(f"{table} still exists in {', '.join(members)}.")
        if not _take_one_step(target, table, members):
            time.sleep(_PAUSE_S)  # AWS says that it is busy, and its tables do not show it.


def _take_one_step(target: Target, table: str, members: dict[str, dict[str, Any]]) -> bool:
    """Ask for the next thing that can go; tell whether it was accepted."""
    listing = {r: found["Replicas"] for r, found in members.items() if found.get("Replicas")}
    for home, replicas in listing.items():
        if members[home].get("MultiRegionConsistency") == "STRONG":
            return _remove_strong(target, table, home, members[home])
        for replica in replicas:
            if _remove_replica(target, table, home, replica["RegionName"]):
                return True
    if listing:
        return False
    return any(_try(target, region, "delete_table", table) for region in members)


def _remove_strong(target: Target, table: str, home: str, described: dict[str, Any]) -> bool:
    """Remove all replicas of a strongly consistent table, and its witness: none can go alone."""
    change: dict[str, Any] = {
        "ReplicaUpdates": [
            {"Delete": {"RegionName": r["RegionName"]}} for r in described["Replicas"]
        ]
    }
    if witnesses := described.get("GlobalTableWitnesses"):
        change["GlobalTableWitnessUpdates"] = [
            {"Delete": {"RegionName": w["RegionName"]}} for w in witnesses
        ]
    return _try(target, home, "update_table", table, **change)


def _remove_replica(target: Target, table: str, home: str, other: str) -> bool:
    change = [{"Delete": {"RegionName": other}}]
    return _try(target, home, "update_table", table, ReplicaUpdates=change)


def _try(target: Target, region: str, operation: str, table: str, **change: Any) -> bool:
    """Ask for a change; what has to wait for its turn, or is gone already, is not an error."""
    try:
        getattr(target.client("dynamodb", region), operation)(TableName=table, **change)
    except ClientError as refused:
        code = refused.response["Error"]["Code"]
        if code in ("ResourceInUseException", "ResourceNotFoundException"):
            return False
        # One that others were copied from goes after those.
        if "acted as a source region" in str(refused):
            return False
        raise
    return True


class _Log:
    """Several watches one after the other, joined to one table of changes."""

    def __init__(self, target: Target, table: str, regions: list[str], progress: Progress) -> None:
        self._target = target
        self._table = table
        self._regions = regions
        self._progress = progress
        self._started = time.monotonic()
        self._last: dict[str, str] = {}
        self._watched: list[pd.DataFrame] = []

    def follow(self, done: Callable[[dict[str, str]], bool]) -> None:
        offset_ms = (time.monotonic() - self._started) * 1000
        seen = tables.watch(
            self._target, self._regions, done, table=self._table, progress=self._tell
        )
        self._watched.append(seen.assign(t_ms=seen["t_ms"] + offset_ms))

    def _tell(self, line: str) -> None:
        """Pass on what is new, on one clock: each watch begins by saying how things stand."""
        change = line.partition(" s  ")[2]
        subject, _, status = change.rpartition(": ")
        if self._last.get(subject, "absent") != status:
            self._progress(f"{time.monotonic() - self._started:6.1f} s  {change}")
        self._last[subject] = status

    def changes(self) -> pd.DataFrame:
        """Join the watches; only changes are kept."""
        if not self._watched:
            return pd.DataFrame(columns=["t_ms", "subject", "status"])
        joined = pd.concat(self._watched, ignore_index=True)
        repeated = joined["status"] == joined.groupby("subject")["status"].shift()
        # A Region that never had the table says nothing of how it went.
        never = joined.groupby("subject")["status"].transform(lambda s: (s == "absent").all())
        return joined[~repeated & ~never].reset_index(drop=True)


def settle(target: Target, home: str, *, progress: Progress = print) -> None:
    """Wait for what an earlier run began at a table: AWS takes one change of it at a time.

    A replica that was asked for is listed seconds later only; until then the table is UPDATING.
    """
    if not _settled(tables.states(target, [home])):
        progress(f"The table in {home} is being changed; waiting for that to end.")
        tables.watch(target, [home], _settled, progress=progress)


def _settled(now: dict[str, str]) -> bool:
    return not any(status in _IN_FLIGHT for status in now.values())
