"""The control plane: UpdateTable, DescribeTable and DeleteTable as global tables answer them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from helpers.localcloud.answers import dynamodb_answer
from helpers.localcloud.driver import Driver
from helpers.localcloud.emulator import Answer, Emulator, Item, TableId
from helpers.localcloud.engine.image import Version
from helpers.localcloud.replica_requests import (
    SOURCE_STAYS,
    RefusedError,
    ReplicaChange,
    check_change,
    read_change,
)

VERSION = "2019.11.21"

# When AWS was seen to move on, in s after the request (live probes of a third party, 2026-10).
LISTED_S = 6.0
CREATED_S = 30.0
DELETING_S = 35.0
UNLISTED_S = 180.0
DROPPED_S = 200.0


@dataclass
class _Group:
    """One global table: the state of each replica, and which Region it was copied from."""

    status: dict[str, str] = field(default_factory=dict)
    source: dict[str, str] = field(default_factory=dict)
    changing: str = ""


class GlobalTables:
    """Creates, lists and removes replicas, with AWS's states in AWS's order.

    Args:
        timescale: how much of AWS's time each step takes; 1 is AWS's own.
    """

    def __init__(self, emulator: Emulator, driver: Driver, timescale: float) -> None:
        self._emulator = emulator
        self._driver = driver
        self._timescale = timescale
        self._groups: dict[TableId, _Group] = {}
        # Replicas that can be described but not used: on their way in, or out.
        self._ghosts: dict[tuple[TableId, str], dict[str, Any]] = {}
        self._timers: set[asyncio.TimerHandle] = set()

    def reset(self) -> None:
        """Forget every global table."""
        for timer in self._timers:
            timer.cancel()
        for store in (self._timers, self._groups, self._ghosts):
            store.clear()

    async def handle(
        self,
        operation: str,
        payload: Mapping[str, Any],
        account: str,
        region: str,
        forward: Callable[[], Awaitable[Answer]],
    ) -> Answer:
        """Answer one control-plane call; `forward` has MiniStack answer it."""
        name = str(payload.get("TableName", "")).rpartition("/")[2]
        table = TableId(account, name)
        try:
            match operation:
                case "DescribeTable":
                    return await self._describe(table, region, forward)
                case "UpdateTable":
                    return await self._update(table, region, payload, forward)
                case "DeleteTable":
                    return await self._delete_table(table, region, forward)
                case "CreateTable" if (table, region) in self._ghosts:
                    raise RefusedError("ResourceInUseException", f"Table already exists: {name}")
        except RefusedError as refused:
            return refused.answer
        return await forward()

    # -- the three calls -----------------------------------------------------------------

    async def _describe(
        self, table: TableId, region: str, forward: Callable[[], Awaitable[Answer]]
    ) -> Answer:
        ghost = self._ghosts.get((table, region))
        if ghost is not None:
            return dynamodb_answer({"Table": self._dress(ghost, table, region)})
        answer = await forward()
        return self._dress_answer(answer, "Table", table, region)

    async def _update(
        self,
        table: TableId,
        region: str,
        payload: Mapping[str, Any],
        forward: Callable[[], Awaitable[Answer]],
    ) -> Answer:
        group = self._groups.get(table)
        stored = self._emulator.table(table, region)
        if stored is None:
            return await forward()
        if not payload.get("ReplicaUpdates"):
            stream = payload.get("StreamSpecification") or {}
            if group and stream.get("StreamEnabled") is False:
                raise RefusedError(
                    "ValidationException",
                    "One or more parameter values were invalid: Disabling Stream is not allowed "
                    "for a Global Table replica.",
                )
            answer = await forward()
            return self._dress_answer(answer, "TableDescription", table, region)
        change = read_change(payload, region)
        check_change(
            change,
            stored,
            [r for r in (group.status if group else {}) if r != region],
            sources=group.source.values() if group else (),
            in_flight=bool(group and group.changing),
            name_taken=self._emulator.table(table, change.region) is not None,
        )
        self._start(change, table, region)
        described = await self._plain_description(table, region)
        return dynamodb_answer({"TableDescription": self._dress(described, table, region)})

    async def _delete_table(
        self, table: TableId, region: str, forward: Callable[[], Awaitable[Answer]]
    ) -> Answer:
        group = self._groups.get(table)
        stored = self._emulator.table(table, region)
        if stored and stored.get("DeletionProtectionEnabled"):
            raise RefusedError(
                "ValidationException",
                f"Cannot delete table {table.name} in region {region} because it has deletion "
                "protection enabled. Disable deletion protection first.",
            )
        if group is None:
            return await forward()
        if group.changing:
            raise RefusedError(
                "ResourceInUseException",
                "The resource which you are attempting to change is in use.",
            )
        if region in group.source.values():
            raise RefusedError("ValidationException", SOURCE_STAYS)
        answer = await forward()
        self._forget(table, region)
        return answer

    # -- how a replica comes and goes ----------------------------------------------------

    def _start(self, change: ReplicaChange, table: TableId, home: str) -> None:
        if change.action == "Update":
            return
        group = self._groups.setdefault(table, _Group())
        group.status.setdefault(home, "ACTIVE")
        group.changing = home
        if change.action == "Create":
            self._emulator.switch_stream_on(table, home)
            self._after(LISTED_S, self._list, table, home, change.region)
            self._after(CREATED_S, self._activate, table, home, change.region)
        else:
            self._after(DELETING_S, self._begin_delete, table, change.region)
            self._after(UNLISTED_S, self._forget, table, change.region)
            self._after(DROPPED_S, self._ghosts.pop, (table, change.region), None)

    def _list(self, table: TableId, home: str, region: str) -> None:
        stored = self._emulator.table(table, home)
        if stored is None:
            return
        group = self._groups[table]
        group.status[region] = "CREATING"
        group.source[region] = home
        keys = ("TableName", "KeySchema", "AttributeDefinitions", "BillingModeSummary")
        self._ghosts[table, region] = {k: stored[k] for k in keys if k in stored} | {
            "TableStatus": "CREATING",
            "TableArn": stored["TableArn"].replace(f":{home}:", f":{region}:"),
            "ItemCount": 0,
            "TableSizeBytes": 0,
        }

    def _activate(self, table: TableId, home: str, region: str) -> None:
        """Fill the new replica with the latest image of every item that any replica holds.

        Copying from one replica only would miss what is still under way to that one.
        """
        engine = self._driver.engine
        if self._emulator.table(table, home) is None:
            return
        if not engine.regions(table):
            keys = self._emulator.items(table, home)
            engine.adopt(table, home, keys, self._driver.now_ms())
        latest: dict[Any, tuple[Version, Item | None]] = {}
        for member in engine.regions(table):
            items = self._emulator.items(table, member)
            for key, version in engine.versions(table, member).items():
                if key not in latest or version.stamp > latest[key][0].stamp:
                    latest[key] = (version, items.get(key))  # type: ignore[call-overload]
        alive = {key: item for key, (_, item) in latest.items() if item is not None}
        self._emulator.copy_table(table, home, region, alive)
        engine.join(table, region, {key: version for key, (version, _) in latest.items()})
        group = self._groups[table]
        group.status[region] = "ACTIVE"
        group.changing = ""
        self._ghosts.pop((table, region), None)
        engine.journal.note("join", self._driver.now_ms(), region=region, table=table)

    def _begin_delete(self, table: TableId, region: str) -> None:
        stored = self._emulator.table(table, region) or {}
        group = self._groups[table]
        group.status[region] = "DELETING"
        group.changing = ""
        keys = ("TableName", "KeySchema", "AttributeDefinitions", "TableArn")
        self._ghosts[table, region] = {k: stored[k] for k in keys if k in stored} | {
            "TableStatus": "DELETING"
        }
        self._driver.engine.leave(table, region)
        self._emulator.drop_table(table, region)
        self._driver.engine.journal.note("leave", self._driver.now_ms(), region=region, table=table)

    def _forget(self, table: TableId, region: str) -> None:
        group = self._groups.get(table)
        if group is None:
            return
        group.status.pop(region, None)
        group.source.pop(region, None)
        self._driver.engine.leave(table, region)
        if len(group.status) <= 1:
            for last in group.status:
                self._driver.engine.leave(table, last)
            del self._groups[table]

    def _after(self, seconds: float, function: Callable[..., object], *arguments: object) -> None:
        def fire() -> None:
            self._timers.discard(timer)
            function(*arguments)

        loop = asyncio.get_running_loop()
        timer = loop.call_later(seconds * self._timescale, fire)
        self._timers.add(timer)

    # -- how a table looks ---------------------------------------------------------------

    async def _plain_description(self, table: TableId, region: str) -> dict[str, Any]:
        answer = await self._emulator.call(
            table.account,
            region,
            "dynamodb",
            "DynamoDB_20120810.DescribeTable",
            {"TableName": table.name},
        )
        described: dict[str, Any] = json.loads(answer.body)["Table"]
        return described

    def _dress_answer(self, answer: Answer, key: str, table: TableId, region: str) -> Answer:
        if answer.status != 200 or table not in self._groups:  # noqa: PLR2004 - HTTP OK
            return answer
        return dynamodb_answer({key: self._dress(json.loads(answer.body)[key], table, region)})

    def _dress(self, described: dict[str, Any], table: TableId, region: str) -> dict[str, Any]:
        group = self._groups.get(table)
        if group is None:
            return described
        others = [r for r in group.status if r != region]
        if group.changing == region:
            described = {**described, "TableStatus": "UPDATING"}
        if not others:
            return described
        replicas = [{"RegionName": r, "ReplicaStatus": group.status[r]} for r in others]
        return {**described, "GlobalTableVersion": VERSION, "Replicas": replicas}
