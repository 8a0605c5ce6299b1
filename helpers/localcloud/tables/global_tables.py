"""The control plane: UpdateTable, DescribeTable and DeleteTable as global tables answer them."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from helpers.localcloud.door.answers import dynamodb_answer
from helpers.localcloud.ministack.emulator import Emulator, TableId
from helpers.localcloud.ministack.in_process import Answer
from helpers.localcloud.tables.replica_lifecycle import ReplicaLifecycle
from helpers.localcloud.tables.replica_requests import (
    SOURCE_STAYS,
    RefusedError,
    Standing,
    check_change,
    check_settings,
    invalid,
    read_change,
)

VERSION = "2019.11.21"
_OK = 200

Forward = Callable[[], Awaitable[Answer]]

# What a change of settings may name that stays in the Region that was asked (developer guide).
_OF_ONE_REGION = {"DeletionProtectionEnabled", "TableClass"}


class GlobalTables:
    """Answers the control plane's calls; the replicas' lives are the lifecycle's business."""

    def __init__(self, emulator: Emulator, lifecycle: ReplicaLifecycle) -> None:
        self._emulator = emulator
        self._lifecycle = lifecycle

    async def handle(
        self, operation: str, payload: Mapping[str, Any], account: str, region: str,
        forward: Forward,
    ) -> Answer:  # fmt: skip
        """Answer one control-plane call; `forward` has MiniStack answer it."""
        name = str(payload.get("TableName", "")).rpartition("/")[2]
        table = TableId(account, name)
        try:
            match operation:
                case "DescribeTable":
                    return await self._describe(table, region, forward)
                case "UpdateTable":
                    return await self._update(table, region, payload, forward)
                case "UpdateTimeToLive":
                    return await self._update_time_to_live(table, region, payload, forward)
                case "DeleteTable":
                    return await self._delete(table, region, forward)
                case "CreateTable" if (table, region) in self._lifecycle.ghosts:
                    raise RefusedError("ResourceInUseException", f"Table already exists: {name}")
        except RefusedError as refused:
            return refused.answer
        return await forward()

    # -- the calls -----------------------------------------------------------------------

    async def _describe(self, table: TableId, region: str, forward: Forward) -> Answer:
        ghost = self._lifecycle.ghosts.get((table, region))
        if ghost is not None:
            return dynamodb_answer({"Table": self._dress(ghost, table, region)})
        return self._dress_answer(await forward(), "Table", table, region)

    async def _update(
        self, table: TableId, region: str, payload: Mapping[str, Any], forward: Forward
    ) -> Answer:
        if self._emulator.table(table, region) is None:
            return await forward()
        if not (payload.get("ReplicaUpdates") or payload.get("GlobalTableWitnessUpdates")):
            return await self._update_settings(table, region, payload, forward)
        change = read_change(payload, region)
        check_change(change, region, self._standing(table, region))
        self._lifecycle.start(change, table, region)
        answer = await self._call("DescribeTable", table, region, {})
        described = json.loads(answer.body)["Table"]
        return dynamodb_answer({"TableDescription": self._dress(described, table, region)})

    async def _update_settings(
        self, table: TableId, region: str, payload: Mapping[str, Any], forward: Forward
    ) -> Answer:
        """Change settings here, and in the other replicas those that are synchronized."""
        group = self._lifecycle.groups.get(table)
        if group is None:
            return await forward()
        check_settings(payload, strong=group.strong)
        answer = await forward()
        shared = {k: v for k, v in payload.items() if k not in _OF_ONE_REGION}
        if answer.status == _OK and shared.keys() - {"TableName"}:
            for other in self._others(table, region):
                await self._call("UpdateTable", table, other, shared)
        return self._dress_answer(answer, "TableDescription", table, region)

    async def _update_time_to_live(
        self, table: TableId, region: str, payload: Mapping[str, Any], forward: Forward
    ) -> Answer:
        group = self._lifecycle.groups.get(table)
        if group is not None:
            check_settings(payload, strong=group.strong)
        answer = await forward()
        if group is not None and answer.status == _OK:
            for other in self._others(table, region):
                self._emulator.copy_time_to_live(table, region, other)
        return answer

    async def _delete(self, table: TableId, region: str, forward: Forward) -> Answer:
        group = self._lifecycle.groups.get(table)
        stored = self._emulator.table(table, region)
        if stored and stored.get("DeletionProtectionEnabled"):
            raise invalid(
                f"Cannot delete table {table.name} in region {region} because it has deletion "
                "protection enabled. Disable deletion protection first."
            )
        if group is None:
            return await forward()
        if group.changing:
            raise RefusedError(
                "ResourceInUseException",
                "The resource which you are attempting to change is in use.",
            )
        if group.strong:
            raise invalid(
                "Deletion of only one table replica is not supported for global tables with "
                "MultiRegionConsistency set to STRONG."
            )
        if region in group.source.values():
            raise invalid(SOURCE_STAYS)
        answer = await forward()
        self._lifecycle.forget(table, region)
        return answer

    # -- how things stand ----------------------------------------------------------------

    def _others(self, table: TableId, region: str) -> list[str]:
        status = self._lifecycle.groups[table].status
        return [r for r in status if r != region and self._emulator.table(table, r) is not None]

    def _standing(self, table: TableId, region: str) -> Standing:
        group = self._lifecycle.groups.get(table)
        taken = [r for t, r in self._emulator.tables() if t == table]
        taken += [r for t, r in self._lifecycle.ghosts if t == table]
        return Standing(
            self._emulator.table(table, region) or {},
            members=[r for r in (group.status if group else {}) if r != region],
            sources=list(group.source.values()) if group else [],
            in_flight=bool(group and group.changing),
            taken=taken,
            strong=bool(group and group.strong),
            witness=next(iter(group.witness), "") if group else "",
            has_items=bool(self._emulator.items(table, region)),
            has_ttl=self._emulator.has_time_to_live(table, region),
        )

    async def _call(
        self, operation: str, table: TableId, region: str, payload: Mapping[str, Any]
    ) -> Answer:
        return await self._emulator.call(
            table.account,
            region,
            "dynamodb",
            f"DynamoDB_20120810.{operation}",
            {**payload, "TableName": table.name},
        )

    def _dress_answer(self, answer: Answer, key: str, table: TableId, region: str) -> Answer:
        if answer.status != _OK or table not in self._lifecycle.groups:
            return answer
        return dynamodb_answer({key: self._dress(json.loads(answer.body)[key], table, region)})

    def _dress(self, described: dict[str, Any], table: TableId, region: str) -> dict[str, Any]:
        """Add what a global table's description has; an ordinary table's has none of it."""
        group = self._lifecycle.groups.get(table)
        if group is None:
            return described
        if group.changing == region:
            described = {**described, "TableStatus": "UPDATING"}
        others = [r for r in group.status if r != region]
        if not others:
            return described
        replicas = [{"RegionName": r, "ReplicaStatus": group.status[r]} for r in others]
        dressed = {**described, "GlobalTableVersion": VERSION, "Replicas": replicas}
        if group.strong:
            dressed["MultiRegionConsistency"] = "STRONG"
        if group.witness:
            dressed["GlobalTableWitnesses"] = [
                {"RegionName": r, "WitnessStatus": status} for r, status in group.witness.items()
            ]
        return dressed
