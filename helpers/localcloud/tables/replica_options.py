"""What a replica may have of its own: key, table class, read limits; asked for, applied, described.

Messages and effects are those that live probes of AWS observed (third party, October 2026).
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

from helpers.localcloud.tables.refusals import invalid

Options = Mapping[str, Any]

_NAMES = (
    "KMSMasterKeyId",
    "TableClassOverride",
    "ProvisionedThroughputOverride",
    "OnDemandThroughputOverride",
    "GlobalSecondaryIndexes",
)
_TABLE_CLASSES = ("STANDARD", "STANDARD_INFREQUENT_ACCESS")
_MANAGED_KEY = "alias/aws/dynamodb"
# What AWS gives an on-demand table that nobody has warmed up.
WARM = {"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000, "Status": "ACTIVE"}
REPLICATION_MODE = "ENABLED_WITH_OVERRIDES"


def read_options(action: str, detail: Mapping[str, Any]) -> dict[str, Any]:
    """Read the options of one Create or Update of a replica.

    Raises:
        RefusedError: AWS refuses them, whatever the table.
    """
    options = {name: detail[name] for name in _NAMES if detail.get(name) is not None}
    table_class = options.get("TableClassOverride", "STANDARD")
    if table_class not in _TABLE_CLASSES:
        raise invalid(
            f"1 validation error detected: Value '{table_class}' at 'tableClassOverride' failed to "
            "satisfy constraint: Member must satisfy enum value set: "
            f"[{', '.join(_TABLE_CLASSES)}]"
        )
    indexes = options.get("GlobalSecondaryIndexes", [])
    named = [index for index in indexes if index.keys() - {"IndexName"}]
    if action == "Update" and not (options.keys() - {"GlobalSecondaryIndexes"} or named):
        raise invalid("There are no actions specified in the Replica Update Action of the request.")
    if action == "Update" and "KMSMasterKeyId" in options:
        # Refused whatever the key: one is rotated by SSESpecification in the replica's own Region.
        raise _a_key_for_each()
    return options


def check_options(action: str, region: str, options: Options, table: Mapping[str, Any]) -> None:
    """Check a replica's options against the table that it is, or is to be, a replica of.

    Raises:
        RefusedError: AWS refuses them for this table.
    """
    if action == "Update" and "ProvisionedThroughputOverride" in options:
        raise invalid(
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
            "PAY_PER_REQUEST"
        )
    if action != "Create":
        return
    key = str(options.get("KMSMasterKeyId", ""))
    if bool(key) != has_customer_key(table):
        raise _a_key_for_each()
    if key == _MANAGED_KEY:
        raise invalid(
            "One or more parameter values were invalid: All replica keys must either be Customer "
            "Managed CMK or AWS Managed CMK."
        )
    elsewhere = key.split(":")[3] if key.startswith("arn:") and key.count(":") > 4 else region  # noqa: PLR2004 - an ARN's parts
    if elsewhere != region:
        raise unknown_key(region, f"Invalid arn {elsewhere}")


def unknown_key(region: str, reason: str) -> Exception:
    """Describe the refusal of a key that the replica's Region does not have."""
    return invalid(
        f"KMS validation error for region {region}: "
        f"com.amazonaws.services.kms.model.NotFoundException: {reason}"
    )


def has_customer_key(table: Mapping[str, Any]) -> bool:
    """Return whether a table is encrypted with a key of the customer's own."""
    key = str((table.get("SSEDescription") or {}).get("KMSMasterKeyArn", ""))
    return bool(key) and _MANAGED_KEY not in key


def apply_options(
    stored: MutableMapping[str, Any], region: str, options: Options, now_s: int
) -> None:
    """Give a replica's record its own options; what is not named stays as it is."""
    managed = (stored.get("SSEDescription") or {}).get("KMSMasterKeyArn", "")
    if managed.endswith(_MANAGED_KEY):
        # Encryption by AWS's own key spreads to every replica; the key is the Region's own.
        parts = managed.split(":")
        arn = ":".join([*parts[:3], region, *parts[4:]])
        stored["SSEDescription"] = {**stored["SSEDescription"], "KMSMasterKeyArn": arn}
    if key := options.get("KMSMasterKeyId"):
        stored["SSEDescription"] = {**stored["SSEDescription"], "KMSMasterKeyArn": key}
    if table_class := options.get("TableClassOverride"):
        stored["TableClassSummary"] = {"TableClass": table_class, "LastUpdateDateTime": now_s}
    _limit_reads(stored, options)
    indexes = {index["IndexName"]: index for index in options.get("GlobalSecondaryIndexes", [])}
    # AWS takes the name of an index that does not exist, and does nothing with it.
    for index in stored.get("GlobalSecondaryIndexes") or []:
        _limit_reads(index, indexes.get(index["IndexName"], {}))


def _limit_reads(record: MutableMapping[str, Any], options: Options) -> None:
    if override := options.get("OnDemandThroughputOverride"):
        kept = record.get("OnDemandThroughput") or {"MaxWriteRequestUnits": -1}
        record["OnDemandThroughput"] = {**kept, **override}


def describe_replica(
    region: str, status: str, replica: Mapping[str, Any], table: Mapping[str, Any]
) -> dict[str, Any]:
    """Describe one entry of `Replicas[]`, as the Region that holds `table` lists it.

    An override is shown where the replica differs from the table that is asked, as on AWS: there
    each Region shows the *other* one's limit as its override.
    """
    entry: dict[str, Any] = {"RegionName": region, "ReplicaStatus": status}
    if not replica:
        return entry
    entry["GlobalTableSettingsReplicationMode"] = REPLICATION_MODE
    entry["WarmThroughput"] = replica.get("WarmThroughput", WARM)
    if key := (replica.get("SSEDescription") or {}).get("KMSMasterKeyArn"):
        entry["KMSMasterKeyId"] = key
    if summary := replica.get("TableClassSummary"):
        entry["ReplicaTableClassSummary"] = summary
    entry |= _read_override(replica, table)
    here = {index["IndexName"]: index for index in table.get("GlobalSecondaryIndexes") or []}
    indexes = [
        {
            "IndexName": index["IndexName"],
            "WarmThroughput": index.get("WarmThroughput", WARM),
            **_read_override(index, here.get(index["IndexName"], {})),
        }
        for index in replica.get("GlobalSecondaryIndexes") or []
    ]
    return entry | ({"GlobalSecondaryIndexes": indexes} if indexes else {})


def _read_override(replica: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
    theirs, ours = (
        (record.get("OnDemandThroughput") or {}).get("MaxReadRequestUnits", -1)
        for record in (replica, table)
    )
    return {} if theirs == ours else {"OnDemandThroughputOverride": {"MaxReadRequestUnits": theirs}}


def _a_key_for_each() -> Exception:
    return invalid(
        "One or more parameter values were invalid: KMSMasterKeyId must be specified for each "
        "replica."
    )
