"""The control plane: UpdateTable, DescribeTable and DeleteTable as global tables answer them."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from helpers.localcloud.door.answers import dynamodb_answer
from helpers.localcloud.ministack.emulator import Emulator, TableId
from helpers.localcloud.ministack.in_process import Answer
from helpers.localcloud.tables.legacy import answer_auto_scaling, answer_version_2017
from helpers.localcloud.tables.new_tables import NewTables
from helpers.localcloud.tables.refusals import RefusedError, in_use, invalid
from helpers.localcloud.tables.replica_lifecycle import ReplicaLifecycle
from helpers.localcloud.tables.replica_options import (
    REPLICATION_MODE,
    describe_replica,
    unknown_key,
)
from helpers.localcloud.tables.replica_requests import (
    SOURCE_STAYS,
    Standing,
    TableChange,
    check_change,
    check_settings,
    protected,
    read_change,
)
from helpers.localcloud.tables.table_settings import apply_dropped, refuse_unsupported

VERSION = "2019.11.21"
_VERSION_2017 = frozenset(
    f"{verb}GlobalTable{what}"
    for verb, what in (
        ("Create", ""), ("Describe", ""), ("Update", ""), ("List", "s"),
        ("Describe", "Settings"), ("Update", "Settings"),
    )
)  # fmt: skip
_AUTO_SCALING = frozenset({"DescribeTableReplicaAutoScaling", "UpdateTableReplicaAutoScaling"})
# What `GlobalTables.handle` answers; every other operation is none of its business.
OPERATIONS = frozenset(
    {"CreateTable", "DescribeTable", "UpdateTable", "DeleteTable", "UpdateTimeToLive"}
    | _VERSION_2017
    | _AUTO_SCALING
)
_OK = 200

Forward = Callable[[], Awaitable[Answer]]

# What a change of settings may name that stays in the Region that was asked. The guide has the
# table class among them; AWS was seen to give it to every replica.
_OF_ONE_REGION = {"DeletionProtectionEnabled"}


class GlobalTables:
    """Answers the control plane's calls; the replicas' lives are the lifecycle's business."""

    def __init__(self, emulator: Emulator, lifecycle: ReplicaLifecycle) -> None:
        self._emulator = emulator
        self._lifecycle = lifecycle
        self.new_tables = NewTables(lifecycle.timescale)

    async def handle(
        self, operation: str, payload: Mapping[str, Any], account: str, region: str,
        forward: Forward,
    ) -> Answer:  # fmt: skip
        """Answer one control-plane call; `forward` has MiniStack answer it."""
        name = str(payload.get("TableName", "")).rpartition("/")[2]
        table = TableId(account, name)
        call = {
            "CreateTable": self._create,
            "DescribeTable": self._describe,
            "UpdateTable": self._update,
            "UpdateTimeToLive": self._update_time_to_live,
            "DeleteTable": self._delete,
        }.get(operation)
        try:
            if operation in _VERSION_2017:
                return dynamodb_answer(answer_version_2017(operation, payload))
            if operation in _AUTO_SCALING:
                described = await self._described(table, region)
                scaled = answer_auto_scaling(operation, name, payload, described, region)
                return dynamodb_answer(scaled)
            if call is None:
                return await forward()
            return await call(table, region, payload, forward)
        except RefusedError as refused:
            return refused.answer

    # -- the calls -----------------------------------------------------------------------

    async def _create(
        self, table: TableId, region: str, payload: Mapping[str, Any], forward: Forward
    ) -> Answer:
        if (table, region) in self._lifecycle.ghosts:
            raise RefusedError("ResourceInUseException", f"Table already exists: {table.name}")
        refuse_unsupported(payload)
        answer = await self._applied(table, region, payload, forward)
        stored = self._emulator.table(table, region) or {}
        if answer.status == _OK and "ResourcePolicy" in payload:
            policy = {"ResourceArn": stored["TableArn"], "Policy": payload["ResourcePolicy"]}
            await self._call("PutResourcePolicy", table, region, policy)
        if answer.status == _OK:
            self.new_tables.begin(table, region)
        return self._dress_answer(answer, "TableDescription", table, region)

    async def _applied(
        self, table: TableId, region: str, payload: Mapping[str, Any], forward: Forward
    ) -> Answer:
        """Make MiniStack do it, then do what it left out, and answer with both."""
        answer = await forward()
        stored = self._emulator.table(table, region)
        if answer.status == _OK and stored is not None:
            apply_dropped(stored, payload)
        return answer

    async def _describe(
        self, table: TableId, region: str, _payload: Mapping[str, Any], forward: Forward
    ) -> Answer:
        ghost = self._lifecycle.ghosts.get((table, region))
        if ghost is not None:
            return dynamodb_answer({"Table": self._dress(ghost, table, region)})
        return self._dress_answer(await forward(), "Table", table, region)

    async def _update(
        self, table: TableId, region: str, payload: Mapping[str, Any], forward: Forward
    ) -> Answer:
        if self._emulator.table(table, region) is None:
            return await forward()
        self.new_tables.refuse_change(table, region)
        refuse_unsupported(payload)
        # Witnesses or a consistency alone are no change: MiniStack refuses them as AWS does.
        if "ReplicaUpdates" not in payload:
            return await self._update_settings(table, region, payload, forward)
        change = read_change(payload, region)
        check_change(change, region, self._standing(table, region))
        change = await self._with_keys(change, table)
        self._lifecycle.start(change, table, region)
        return dynamodb_answer({"TableDescription": await self._described(table, region)})

    async def _described(self, table: TableId, region: str) -> dict[str, Any]:
        answer = await self._call("DescribeTable", table, region, {})
        described: dict[str, Any] = json.loads(answer.body).get("Table", {})
        return self._dress(described, table, region)

    async def _update_settings(
        self, table: TableId, region: str, payload: Mapping[str, Any], forward: Forward
    ) -> Answer:
        """Change settings here, and in the other replicas those that are synchronized."""
        group = self._lifecycle.group(table, region)
        if group is None:
            return await self._applied(table, region, payload, forward)
        check_settings(payload, strong=group.strong)
        if self._lifecycle.busy(table):
            raise in_use()
        answer = await self._applied(table, region, payload, forward)
        if answer.status == _OK:
            await self._share(table, region, payload)
            self._lifecycle.settle(table, region, TableChange("Settings", ()))
        return self._dress_answer(answer, "TableDescription", table, region)

    async def _share(self, table: TableId, region: str, payload: Mapping[str, Any]) -> None:
        """Make the other members make the same change, as far as it is not one Region's own."""
        shared = {k: v for k, v in payload.items() if k not in _OF_ONE_REGION}
        if "KMSMasterKeyId" in (shared.get("SSESpecification") or {}):
            # A key belongs to its Region: it is rotated where it is used.
            shared.pop("SSESpecification")
        if not shared.keys() - {"TableName"}:
            return
        for other in self._others(table, region):
            await self._call("UpdateTable", table, other, shared)
            apply_dropped(self._emulator.table(table, other) or {}, shared)

    async def _with_keys(self, change: TableChange, table: TableId) -> TableChange:
        """Resolve each replica's key in its own Region to the key's ARN.

        Raises:
            RefusedError: the Region has no such key.
        """
        options = dict(change.options)
        for region, asked in change.options.items():
            if key := asked.get("KMSMasterKeyId"):
                answer = await self._emulator.call(
                    table.account, region, "kms", "TrentService.DescribeKey", {"KeyId": key}
                )
                if answer.status != _OK:
                    raise unknown_key(region, f"Key '{key}' does not exist")
                arn = json.loads(answer.body)["KeyMetadata"]["Arn"]
                options[region] = {**asked, "KMSMasterKeyId": arn}
        return change._replace(options=options)

    async def _update_time_to_live(
        self, table: TableId, region: str, payload: Mapping[str, Any], forward: Forward
    ) -> Answer:
        self.new_tables.refuse_change(table, region)
        group = self._lifecycle.group(table, region)
        if group is not None:
            check_settings(payload, strong=group.strong)
        wanted = (payload.get("TimeToLiveSpecification") or {}).get("Enabled")
        if self._emulator.table(table, region) is not None and isinstance(wanted, bool):
            enabled = self._emulator.has_time_to_live(table, region)
            if wanted == enabled:
                raise invalid(f"TimeToLive is already {'enabled' if enabled else 'disabled'}")
        answer = await forward()
        if group is not None and answer.status == _OK:
            for other in self._others(table, region):
                self._emulator.copy_time_to_live(table, region, other)
        return answer

    async def _delete(
        self, table: TableId, region: str, _payload: Mapping[str, Any], forward: Forward
    ) -> Answer:
        self.new_tables.refuse_change(table, region)
        group = self._lifecycle.group(table, region)
        stored = self._emulator.table(table, region)
        ghost = self._lifecycle.ghosts.get((table, region))
        if ghost is not None and ghost["TableStatus"] == "CREATING":
            raise RefusedError(
                "ResourceInUseException",
                "Attempt to change a resource which is still in use: Table: "
                f"{table.name} is being used.",
            )
        if stored and stored.get("DeletionProtectionEnabled"):
            raise protected(table.name, region)
        if ghost is not None:
            raise in_use()
        self._emulator.scans.forget()
        if group is not None:
            self._check_deletion(table, region)
        answer = await forward()
        if answer.status == _OK:
            self._emulator.discarded.take(stored)
            if group is not None:
                self._lifecycle.forget(table, region)
        return answer

    def _check_deletion(self, table: TableId, region: str) -> None:
        """Refuse to delete a member that has to stay, or has to wait."""
        if region in self._lifecycle.sources(table):
            # Also while the replica that was copied from it is on its way out.
            raise invalid(SOURCE_STAYS)
        if self._lifecycle.busy(table):
            raise in_use()
        if self._lifecycle.groups[table].strong:
            raise invalid(
                "Deletion of only one table replica is not supported for global tables with "
                "MultiRegionConsistency set to STRONG."
            )

    # -- how things stand ----------------------------------------------------------------

    def _others(self, table: TableId, region: str) -> list[str]:
        status = self._lifecycle.status(table)
        return [r for r in status if r != region and self._emulator.table(table, r) is not None]

    def _standing(self, table: TableId, region: str) -> Standing:
        group = self._lifecycle.group(table, region)
        status = self._lifecycle.status(table) if group else {}
        taken = [r for t, r in self._emulator.tables() if t == table]
        taken += [r for t, r in self._lifecycle.ghosts if t == table]
        return Standing(
            self._emulator.table(table, region) or {},
            members=[r for r in status if r != region],
            sources=self._lifecycle.sources(table) if group else [],
            protected=[r for r in status if self._is_protected(table, r)],
            in_flight=bool(group and self._lifecycle.busy(table)),
            taken=taken,
            strong=bool(group and group.strong),
            witness=next(iter(group.witness), "") if group else "",
            elsewhere=self._lifecycle.elsewhere(table, region),
            has_items=self._emulator.count(table, region) > 0,
            has_ttl=self._emulator.has_time_to_live(table, region),
        )

    def _is_protected(self, table: TableId, region: str) -> bool:
        return bool((self._emulator.table(table, region) or {}).get("DeletionProtectionEnabled"))

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
        group = self._lifecycle.group(table, region)
        if answer.status != _OK or not (group or self.new_tables.has(table, region)):
            return answer
        return dynamodb_answer({key: self._dress(json.loads(answer.body)[key], table, region)})

    def _dress(self, described: dict[str, Any], table: TableId, region: str) -> dict[str, Any]:
        """Add what a global table's description has; an ordinary table's has none of it."""
        group = self._lifecycle.group(table, region)
        if group is None:
            return self.new_tables.describe(described, table, region)
        if self._lifecycle.updating(table, region):
            described = {**described, "TableStatus": "UPDATING"}
        replicas = [
            describe_replica(r, status, self._emulator.table(table, r) or {}, described)
            | ({"ReplicaStatusDescription": group.why[r]} if r in group.why else {})
            for r, status in self._lifecycle.status(table).items()
            if r != region
        ]
        dressed = {
            **described,
            "GlobalTableVersion": VERSION,
            "GlobalTableSettingsReplicationMode": REPLICATION_MODE,
            "Replicas": replicas,
        }
        if group.strong:
            dressed["MultiRegionConsistency"] = "STRONG"
        if group.witness:
            dressed["GlobalTableWitnesses"] = [
                {"RegionName": r, "WitnessStatus": status} for r, status in group.witness.items()
            ]
        return dressed
