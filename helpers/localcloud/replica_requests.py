"""What `UpdateTable` may ask of a global table: every refusal with AWS's code and message.

Messages are those that live probes of AWS observed (third party, October 2026), not documented.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from helpers.localcloud.answers import dynamodb_error
from helpers.localcloud.emulator import Answer

# Where global tables of version 2019.11.21 are offered on the local cloud.
REGIONS = (
    "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1",
    "ap-southeast-2", "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2",
    "eu-west-3", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
)  # fmt: skip

_OTHER_CHANGES = (
    "AttributeDefinitions", "BillingMode", "DeletionProtectionEnabled",
    "GlobalSecondaryIndexUpdates", "OnDemandThroughput", "ProvisionedThroughput",
    "SSESpecification", "StreamSpecification", "TableClass", "WarmThroughput",
)  # fmt: skip


SOURCE_STAYS = (
    "Replica cannot be deleted because it has acted as a source region for new replica(s) being "
    "added to the table in the last 24 hours."
)


class ReplicaChange(NamedTuple):
    """One element of `ReplicaUpdates`: Create, Update or Delete, and the Region meant."""

    action: str
    region: str


class RefusedError(Exception):
    """AWS would not do this; `answer` is what it says instead."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.answer: Answer = dynamodb_error(code, message)


def _invalid(message: str) -> RefusedError:
    return RefusedError("ValidationException", message)


def read_change(payload: Mapping[str, Any], home: str) -> ReplicaChange:
    """Read the one change that a request asks for, as far as the request alone tells.

    Raises:
        RefusedError: the request is one that AWS refuses.
    """
    updates = payload["ReplicaUpdates"]
    if any(name in payload for name in _OTHER_CHANGES):
        raise _invalid(
            "One or more parameter values were invalid: Replica modification must be the only "
            "operation in the request"
        )
    if any(len(update) > 1 for update in updates):
        raise _invalid(
            "Update table operation with more than one type of replica actions not allowed."
        )
    changes = [
        ReplicaChange(action, (detail or {}).get("RegionName", ""))
        for update in updates
        for action, detail in update.items()
    ]
    if len(changes) != 1:
        raise _invalid(
            "Update table operation with more than one create or delete replica actions not allowed"
        )
    change = changes[0]
    if change.region == home:
        raise _invalid(
            "Cannot add or delete the local region through ReplicaUpdates. Use CreateTable, "
            "DeleteTable, or UpdateTable as required."
        )
    if change.region not in REGIONS:
        raise _invalid(
            f"Region {change.region} is not supported. The latest version of global tables are "
            f"only supported in the following regions: [{', '.join(REGIONS)}]"
        )
    return change


def check_change(
    change: ReplicaChange,
    table: Mapping[str, Any],
    members: Collection[str],
    *,
    sources: Collection[str],
    in_flight: bool,
    name_taken: bool,
) -> None:
    """Hold a change against the table as it stands.

    Args:
        change: what is asked.
        table: MiniStack's record of the table in the Region that was asked.
        members: the other Regions that have a replica.
        sources: Regions that replicas were copied from which still exist.
        in_flight: whether another change of this table is under way.
        name_taken: whether a table of this name stands in the Region meant.

    Raises:
        RefusedError: AWS refuses it.
    """
    if in_flight:
        raise RefusedError(
            "ResourceInUseException",
            "The resource which you are attempting to change is in use.",
        )
    if change.action == "Create":
        if change.region in members or name_taken:
            raise _invalid(
                "Failed to create a the new replica of table with name: "
                f"'{table['TableName']}' because one or more replicas already existed as tables."
            )
        billing = (table.get("BillingModeSummary") or {}).get("BillingMode", "PROVISIONED")
        if billing != "PAY_PER_REQUEST":
            raise _invalid("Table write capacity should either be Pay-Per-Request or AutoScaled.")
    elif change.region not in members:
        raise _invalid(
            "Update global table operation failed because one or more replicas were not part of "
            "the global table. Please retry the request without these replicas: "
            f"[{change.region}]."
        )
    elif change.action == "Delete" and change.region in sources:
        raise _invalid(SOURCE_STAYS)
