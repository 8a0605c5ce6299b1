"""The table: create it, fill it, replicate it, watch it. `removal.py` deletes it again."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd
from botocore.exceptions import ClientError

from helpers import ownership
from helpers.targets import Target

# Without the learner's prefix; `name` has it.
TABLE = ownership.APP
_CATALOGUE = Path(__file__).with_name("catalogue.json")
# AWS was seen to need up to 10 minutes for a replica of a table with one item.
_PATIENCE_S = 1800.0

# States from which a replica does not come to be ACTIVE by waiting.
FAILED = ("CREATION_FAILED", "REGION_DISABLED", "INACCESSIBLE_ENCRYPTION_CREDENTIALS")

Progress = Callable[[str], None]


class NotReachedError(TimeoutError):
    """A state was waited for and did not come; the message has the last one seen."""


class ReplicaFailedError(RuntimeError):
    """A replica will not become ACTIVE; the message says what it became and what to do."""


class NotOursError(RuntimeError):
    """There is a table of our name, and nothing proves that it is ours."""


def name(target: Target) -> str:
    """Return the table's name: the learner's prefix, then global-serverless."""
    return ownership.app_name(target)


def describe(target: Target, region: str, table: str | None = None) -> dict[str, Any] | None:
    """Return what DescribeTable says about a table in a Region, None where there is none."""
    table = table or name(target)
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


def age_h(target: Target, region: str) -> float:
    """Return how many hours ago the table was created in a Region; 0 where there is none."""
    described = describe(target, region)
    if described is None:
        return 0.0
    created: dt.datetime = described["CreationDateTime"]
    return (dt.datetime.now(dt.UTC) - created).total_seconds() / 3600


def create(target: Target, region: str, table: str | None = None) -> dict[str, Any]:
    """Create a table in one Region and wait until it is ACTIVE; one of ours that exists is kept.

    Raises:
        NotOursError: one of that name is there, and nothing proves that it is ours.
    """
    table = table or name(target)
    client = target.client("dynamodb", region)
    if describe(target, region, table) is None:
        # A call that was sent again, its answer lost, finds the table that it has made.
        with suppress(client.exceptions.ResourceInUseException):
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
                Tags=ownership.tags(target),
            )
    else:
        require_ours(target, region, table)
    client.get_waiter("table_exists").wait(
        TableName=table, WaiterConfig={"Delay": 0.25, "MaxAttempts": 480}
    )
    return describe(target, region, table) or {}


def require_ours(target: Target, region: str, table: str) -> None:
    """Refuse to touch a table that nothing proves to be ours.

    Raises:
        NotOursError: nothing does; the message says what the learner can do.
    """
    if not ownership.owns_table(target, region, table):
        raise NotOursError(
            f"There is a table {table} in {region}, and its tags do not say that it is yours. "
            f"For another name: export WORKSHOP_PREFIX=ada- (for example). If it is yours: "
            f"workshop adopt {table}"
        )


def seed(target: Target, region: str) -> int:
    """Write the sample viewers and shows, each with a bookmark of 0 s; return how many items.

    It is one transaction: a run that is killed leaves all of them or none.
    """
    catalogue = json.loads(_CATALOGUE.read_text(encoding="utf-8"))
    items = [
        {
            "PK": {"S": viewer},
            "SK": {"S": show["id"]},
            "Title": {"S": show["title"]},
            "Length": {"N": str(show["length_s"])},
            "Bookmark": {"N": "0"},
        }
        for viewer in catalogue["viewers"]
        for show in catalogue["shows"]
    ]
    puts = [{"Put": {"TableName": name(target), "Item": item}} for item in items]
    target.client("dynamodb", region).transact_write_items(TransactItems=puts)
    return len(items)


def is_empty(target: Target, region: str) -> bool:
    """Return whether the table holds no item at all."""
    client = target.client("dynamodb", region)
    return not client.scan(TableName=name(target), Limit=1, ConsistentRead=True)["Items"]


def items(target: Target, region: str) -> pd.DataFrame:
    """Read the whole table with strong consistency: one row per item, sorted by PK and SK."""
    pages = (
        target.client("dynamodb", region)
        .get_paginator("scan")
        .paginate(TableName=name(target), ConsistentRead=True)
    )
    rows = [
        {key: _plain(value) for key, value in item.items()}
        for page in pages
        for item in page["Items"]
    ]
    frame = pd.DataFrame(rows)
    return frame.sort_values(["PK", "SK"], ignore_index=True) if rows else frame


def replicate(target: Target, source: str, region: str) -> None:
    """Ask for a replica in `region` of the table in `source`: the one call. It returns at once.

    Raises:
        ClientError: AWS refused, and no such replica is listed.
    """
    try:
        target.client("dynamodb", source).update_table(
            TableName=name(target), ReplicaUpdates=[{"Create": {"RegionName": region}}]
        )
    except ClientError:
        # A call that was sent again, its answer lost, finds the replica that it has asked for.
        if region not in replicas(target, source):
            raise


def remove_replica(target: Target, source: str, region: str) -> None:
    """Ask `source` to remove the replica in `region`. It returns at once."""
    target.client("dynamodb", source).update_table(
        TableName=name(target), ReplicaUpdates=[{"Delete": {"RegionName": region}}]
    )


def watch(
    target: Target,
    regions: Iterable[str],
    done: Callable[[dict[str, str]], bool],
    *,
    table: str | None = None,
    progress: Progress = print,
    every_s: float = 0.1,
    patience_s: float = _PATIENCE_S,
) -> pd.DataFrame:
    """Look at the table and its replicas until `done`, and keep every change of state.

    Args:
        regions: where to look.
        done: takes the present state by subject and returns whether to stop. Subjects are
            "table in REGION" and "replica OTHER as REGION lists it".
        table: another table than the workshop's own.
        progress: gets a line for each change.
        every_s: time between two looks, in s.

    Returns:
        One row per change: `t_ms` (since the start of the watch), `subject`, `status`.

    Raises:
        NotReachedError: it is not done after `patience_s`.
    """
    started = time.monotonic()
    seen: dict[str, str] = {}
    rows = []
    regions = list(regions)
    while True:
        t_ms = (time.monotonic() - started) * 1000
        now = states(target, regions, table)
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
    """Watch until both Regions say that the replica is ACTIVE; see `watch` for the table.

    Raises:
        ReplicaFailedError: it has failed, so that waiting would not help.
    """

    def both_active(now: dict[str, str]) -> bool:
        status = now.get(f"replica {region} as {source} lists it")
        if status in FAILED:
            raise ReplicaFailedError(
                f"The replica in {region} is {status}. `workshop prepare {source} {region}` "
                "removes it and tries again."
            )
        return (
            now.get(f"table in {region}") == "ACTIVE"
            and now.get(f"table in {source}") == "ACTIVE"
            and status == "ACTIVE"
        )

    return watch(target, [source, region], both_active, progress=progress)


def states(target: Target, regions: Iterable[str], table: str | None = None) -> dict[str, str]:
    """Look once: the state of a table and of its replicas by subject, as in `watch`."""
    now = {}
    for region in regions:
        described = describe(target, region, table)
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
