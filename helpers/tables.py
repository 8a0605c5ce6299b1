"""The table: create it, fill it, replicate it, watch it, remove it in the right order."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pandas as pd
from botocore.exceptions import ClientError

from helpers.targets import Target

TABLE = "global-serverless"
_CATALOGUE = Path(__file__).with_name("catalogue.json")
# AWS was seen to need up to 10 minutes for a replica of a table with one item.
_PATIENCE_S = 1800.0

Progress = Callable[[str], None]


class NotReachedError(TimeoutError):
    """A state was waited for and did not come; the message has the last one seen."""


def describe(target: Target, region: str, table: str = TABLE) -> dict[str, Any] | None:
    """Return what DescribeTable says of a table in a Region, None where there is none."""
    try:
        answer = target.client("dynamodb", region).describe_table(TableName=table)
    except ClientError as refused:
        if _code(refused) == "ResourceNotFoundException":
            return None
        raise
    described: dict[str, Any] = answer["Table"]
    return described


def replicas(target: Target, region: str) -> dict[str, str]:
    """Return the other replicas as a Region lists them: status by Region name."""
    described = describe(target, region) or {}
    return {r["RegionName"]: r["ReplicaStatus"] for r in described.get("Replicas", [])}


def create(target: Target, region: str, table: str = TABLE) -> dict[str, Any]:
    """Create a table in one Region and wait until it is ACTIVE; one that exists is kept."""
    client = target.client("dynamodb", region)
    if describe(target, region, table) is None:
        client.create_table(
            TableName=table,
            KeySchema=[
                {"AttributeName": "PK", "KeyType": "HASH"},
                {"AttributeName": "SK", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "PK", "AttributeType": "S"},
                {"AttributeName": "SK", "AttributeType": "S"},
            ],
            BillingMode="PAY_PER_REQUEST",
        )
    client.get_waiter("table_exists").wait(
        TableName=table, WaiterConfig={"Delay": 1, "MaxAttempts": 120}
    )
    return describe(target, region, table) or {}


def seed(target: Target, region: str) -> int:
    """Write the sample viewers and shows, each with a bookmark of 0 s; return how many items."""
    catalogue = json.loads(_CATALOGUE.read_text(encoding="utf-8"))
    requests = [
        {
            "PutRequest": {
                "Item": {
                    "PK": {"S": viewer},
                    "SK": {"S": show["id"]},
                    "Title": {"S": show["title"]},
                    "Length": {"N": str(show["length_s"])},
                    "Bookmark": {"N": "0"},
                }
            }
        }
        for viewer in catalogue["viewers"]
        for show in catalogue["shows"]
    ]
    client = target.client("dynamodb", region)
    for start in range(0, len(requests), 25):  # BatchWriteItem takes up to 25.
        pending = {TABLE: requests[start : start + 25]}
        while pending:
            pending = client.batch_write_item(RequestItems=pending)["UnprocessedItems"]
    return len(requests)


def items(target: Target, region: str) -> pd.DataFrame:
    """Read the whole table with strong consistency: one row an item, sorted by PK and SK."""
    pages = (
        target.client("dynamodb", region)
        .get_paginator("scan")
        .paginate(TableName=TABLE, ConsistentRead=True)
    )
    rows = [
        {name: _plain(value) for name, value in item.items()}
        for page in pages
        for item in page["Items"]
    ]
    frame = pd.DataFrame(rows)
    return frame.sort_values(["PK", "SK"], ignore_index=True) if rows else frame


def replicate(target: Target, source: str, region: str) -> None:
    """Ask for a replica in `region` of the table in `source`: the one call. It returns at once."""
    target.client("dynamodb", source).update_table(
        TableName=TABLE, ReplicaUpdates=[{"Create": {"RegionName": region}}]
    )


def remove_replica(target: Target, source: str, region: str) -> None:
    """Ask `source` to remove the replica in `region`. It returns at once."""
    target.client("dynamodb", source).update_table(
        TableName=TABLE, ReplicaUpdates=[{"Delete": {"RegionName": region}}]
    )


def watch(
    target: Target,
    regions: Iterable[str],
    done: Callable[[dict[str, str]], bool],
    *,
    progress: Progress = print,
    every_s: float = 0.1,
    patience_s: float = _PATIENCE_S,
) -> pd.DataFrame:
    """Look at the table and its replicas until `done`, and keep every change of state.

    Args:
        regions: where to look.
        done: takes the present state by subject and tells whether to stop. Subjects are
            "table in REGION" and "replica OTHER as REGION lists it".
        every_s: time between two looks, in s.

    Returns:
        One row a change: `t_ms` (since the start of the watch), `subject`, `status`.

    Raises:
        NotReachedError: it is not done after `patience_s`.
    """
    started = time.monotonic()
    seen: dict[str, str] = {}
    rows = []
    while True:
        t_ms = (time.monotonic() - started) * 1000
        now = _states(target, list(regions))
        for subject in sorted(now.keys() | seen.keys()):
            status = now.get(subject, "absent")
            if seen.get(subject) != status:
                seen[subject] = status
                rows.append({"t_ms": t_ms, "subject": subject, "status": status})
                progress(f"{t_ms / 1000:6.1f} s  {subject}: {status}")
        if done(now):
            return pd.DataFrame(rows)
        if t_ms > patience_s * 1000:
            raise NotReachedError(f"Not done after {patience_s:.0f} s; the last state was {now}.")
        time.sleep(every_s)


def watch_replica(
    target: Target, source: str, region: str, *, progress: Progress = print
) -> pd.DataFrame:
    """Watch until both Regions say that the replica is ACTIVE; see `watch` for the table."""

    def both_active(now: dict[str, str]) -> bool:
        return (
            now.get(f"table in {region}") == "ACTIVE"
            and now.get(f"table in {source}") == "ACTIVE"
            and now.get(f"replica {region} as {source} lists it") == "ACTIVE"
        )

    return watch(target, [source, region], both_active, progress=progress)


def remove_replicas(
    target: Target, home: str, regions: Iterable[str], *, progress: Progress = print
) -> pd.DataFrame:
    """Remove the replicas that `home` lists in these Regions, one after the other, each to its end.

    A replica that others were copied from is left: AWS removes it only after those.

    Returns:
        One row a change, as `watch` words it.
    """
    log = _Log(target, [home, *regions], progress)
    for other in replicas(target, home):
        if other in regions and _remove_unless_source(target, home, other):
            log.follow(_gone(home, other))
    return log.changes()


def delete(target: Target, regions: Iterable[str], *, progress: Progress = print) -> pd.DataFrame:
    """Remove the table everywhere: replicas first, each to its end, then the table itself.

    AWS refuses to delete the table that replicas were copied from while they are there. Where
    there is no table, nothing is done.

    Returns:
        One row a change, as `watch` words it.
    """
    regions = list(regions)
    log = _Log(target, regions, progress)
    for home in regions:
        for other in replicas(target, home):
            if _remove_unless_source(target, home, other):
                log.follow(_gone(home, other))
    for region in regions:
        if describe(target, region) is not None:
            target.client("dynamodb", region).delete_table(TableName=TABLE)
            log.follow(_absent(region))
    return log.changes()


class _Log:
    """Several watches one after the other, joined to one table of changes."""

    def __init__(self, target: Target, regions: list[str], progress: Progress) -> None:
        self._target = target
        self._regions = regions
        self._progress = progress
        self._started = time.monotonic()
        self._watched: list[pd.DataFrame] = []

    def follow(self, done: Callable[[dict[str, str]], bool]) -> None:
        offset_ms = (time.monotonic() - self._started) * 1000
        seen = watch(self._target, self._regions, done, progress=self._progress)
        self._watched.append(seen.assign(t_ms=seen["t_ms"] + offset_ms))

    def changes(self) -> pd.DataFrame:
        """Join the watches; each begins by saying how things stand, only changes are kept."""
        if not self._watched:
            return pd.DataFrame(columns=["t_ms", "subject", "status"])
        joined = pd.concat(self._watched, ignore_index=True)
        repeated = joined["status"] == joined.groupby("subject")["status"].shift()
        # A Region that never had the table says nothing of how it went.
        never = joined.groupby("subject")["status"].transform(lambda s: (s == "absent").all())
        return joined[~repeated & ~never].reset_index(drop=True)


def _remove_unless_source(target: Target, home: str, other: str) -> bool:
    """Start to remove a replica; one that others were copied from has to wait for its turn."""
    try:
        remove_replica(target, home, other)
    except ClientError as refused:
        if "acted as a source region" in str(refused):
            return False
        raise
    return True


def _gone(source: str, region: str) -> Callable[[dict[str, str]], bool]:
    def done(now: dict[str, str]) -> bool:
        return (
            now.get(f"table in {region}") == "absent"
            and f"replica {region} as {source} lists it" not in now
            and now.get(f"table in {source}") == "ACTIVE"
        )

    return done


def _absent(region: str) -> Callable[[dict[str, str]], bool]:
    return lambda now: now.get(f"table in {region}") == "absent"


def _states(target: Target, regions: list[str]) -> dict[str, str]:
    now = {}
    for region in regions:
        described = describe(target, region)
        now[f"table in {region}"] = described["TableStatus"] if described else "absent"
        for replica in (described or {}).get("Replicas", []):
            subject = f"replica {replica['RegionName']} as {region} lists it"
            now[subject] = replica["ReplicaStatus"]
    return now


def _plain(value: dict[str, Any]) -> Any:
    kind, content = next(iter(value.items()))
    return int(content) if kind == "N" and content.lstrip("-").isdigit() else content


def _code(refused: ClientError) -> str:
    return str(refused.response["Error"]["Code"])
