"""Older and neighbouring ways to ask for a global table, answered as AWS answers them today.

Version 2017.11.29 can no longer be created, so none of its tables exists; auto scaling of replicas
knows global tables only. Messages are those that live probes observed (third party, October 2026).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpers.localcloud.tables.refusals import RefusedError, invalid

_DEAD = (
    "DynamoDB global tables version 2017.11.29 is not supported. We recommend using DynamoDB "
    "global tables version 2019.11.21, instead of version 2017.11.29 (Legacy)."
)
_NOT_SCALED = {"AutoScalingDisabled": True, "ScalingPolicies": []}
_SCALED = {
    "ProvisionedWriteCapacityAutoScalingUpdate":
        "GlobalTableProvisionedWriteCapacityAutoScalingSettingsUpdate",
    "ReplicaUpdates": "ReplicaProvisionedReadCapacityAutoScalingSettingsUpdate",
}  # fmt: skip


def answer_version_2017(operation: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Answer a call of version 2017.11.29.

    Raises:
        RefusedError: whatever it is, except for the list, which is empty.
    """
    if operation == "ListGlobalTables":
        return {"GlobalTables": []}
    updates = payload.get("ReplicaUpdates")
    creates = any("Create" in update for update in updates or [])
    if operation == "CreateGlobalTable" or (operation == "UpdateGlobalTable" and creates):
        raise invalid(_DEAD)
    if operation == "UpdateGlobalTable" and not updates:
        raise invalid("One or more parameter values were invalid")
    said = f"Global table with name: '{payload.get('GlobalTableName', '')}' does not exist."
    if operation == "DescribeGlobalTable":
        said = f"Global table not found: {said}"
    raise RefusedError("GlobalTableNotFoundException", said)


def answer_auto_scaling(
    operation: str, name: str, payload: Mapping[str, Any], described: Mapping[str, Any], region: str
) -> dict[str, Any]:
    """Answer a call about the auto scaling of replicas, all of which are on demand here.

    Args:
        described: the table as DescribeTable shows it in `region`; empty if there is none.

    Raises:
        RefusedError: it is no global table, or is asked to scale what is on demand.
    """
    if not described.get("Replicas"):
        raise RefusedError(
            "ResourceNotFoundException", f"Global table with name: '{name}' does not exist."
        )
    members = [{"RegionName": region, "ReplicaStatus": "ACTIVE"}, *described["Replicas"]]
    if operation == "UpdateTableReplicaAutoScaling":
        _refuse_scaling(name, payload, [member["RegionName"] for member in members])
    replicas = [
        {
            "RegionName": member["RegionName"],
            "ReplicaStatus": member["ReplicaStatus"],
            "GlobalSecondaryIndexes": [],
            "ReplicaProvisionedReadCapacityAutoScalingSettings": _NOT_SCALED,
            "ReplicaProvisionedWriteCapacityAutoScalingSettings": _NOT_SCALED,
        }
        for member in sorted(members, key=lambda member: str(member["RegionName"]))
    ]
    status = described["TableStatus"]
    return {
        "TableAutoScalingDescription": {
            "TableName": name,
            "TableStatus": status,
            "Replicas": replicas,
        }
    }


def _refuse_scaling(name: str, payload: Mapping[str, Any], regions: list[str]) -> None:
    for member, setting in _SCALED.items():
        asked = payload.get(member)
        if not asked or asked == {"AutoScalingDisabled": True}:
            continue
        replicas = ", ".join(f"'{region.upper()}'" for region in sorted(regions))
        raise invalid(
            f"Failed to update global table with name \u2018{name}\u2018. Replicas {replicas} "  # noqa: S608 - AWS's words
            "BillingMode is PayPerRequest. You must convert table's BillingMode to PROVISIONED to "
            f"set parameters: '{setting}'."
        )
