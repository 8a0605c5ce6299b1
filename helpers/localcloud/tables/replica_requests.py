"""What `UpdateTable` may ask of a global table: every refusal with AWS's code and message.

Messages are those that live probes of AWS observed (third party, October 2026), not documented;
those marked "ours" stand where nobody has published AWS's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from helpers.localcloud.round_trips import REGION_SETS, REGIONS
from helpers.localcloud.tables.refusals import in_use, invalid
from helpers.localcloud.tables.replica_options import Options, check_options, read_options

_STRONG_MEMBERS = 3

_OTHER_CHANGES = (
    "AttributeDefinitions", "BillingMode", "DeletionProtectionEnabled",
    "GlobalSecondaryIndexUpdates", "OnDemandThroughput", "ProvisionedThroughput",
    "SSESpecification", "StreamSpecification", "TableClass", "WarmThroughput",
)  # fmt: skip


SOURCE_STAYS = (
    "Replica cannot be deleted because it has acted as a source region for new replica(s) being "
    "added to the table in the last 24 hours."
)
_ONE_TYPE = "Update table operation with more than one type of replica actions not allowed."
_NOT_AUTO_SCALED = "Table write capacity should either be Pay-Per-Request or AutoScaled."


class TableChange(NamedTuple):
    """What is to happen: `Create`, `Update` or `Delete` replicas in these Regions.

    Attributes:
        action: one of the three.
        regions: where; one Region, but for a table with strong consistency.
        witness: the Region of a witness that comes or goes too, "" if there is none.
        strong: whether the global table is to be strongly consistent.
        options: what each of these replicas is to have of its own, by Region.
    """

    action: str
    regions: tuple[str, ...]
    witness: str = ""
    strong: bool = False
    options: Mapping[str, Options] = {}


class Standing(NamedTuple):
    """How a table stands in the Region that was asked.

    Attributes:
        table: MiniStack's record of it.
        members: the other Regions that have a replica.
        sources: Regions that replicas which still exist were copied from in the last 24 hours.
        protected: members that have deletion protection.
        in_flight: whether another change of this table is under way.
        taken: Regions in which a table of this name stands.
        strong: whether it is strongly consistent.
        witness: the Region of its witness, or "".
        elsewhere: members of another global table of the same name.
        has_items, has_ttl: whether it holds an item; whether time to live is on.
    """

    table: Mapping[str, Any]
    members: Collection[str] = ()
    sources: Collection[str] = ()
    protected: Collection[str] = ()
    in_flight: bool = False
    taken: Collection[str] = ()
    strong: bool = False
    witness: str = ""
    elsewhere: Collection[str] = ()
    has_items: bool = False
    has_ttl: bool = False


def read_change(payload: Mapping[str, Any], home: str) -> TableChange:
    """Read the change that a request asks for, as far as the request alone tells.

    Raises:
        RefusedError: the request is one that AWS refuses.
    """
    replicas = payload.get("ReplicaUpdates") or []
    witnesses = payload.get("GlobalTableWitnessUpdates") or []
    strong = payload.get("MultiRegionConsistency") == "STRONG"
    _check_form(payload, replicas, witnesses, strong=strong)
    details = [(a, d or {}) for update in replicas for a, d in update.items()]
    # Two identical actions count as one.
    details = [d for at, d in enumerate(details) if d not in details[:at]]
    asked = [(action, _region(detail)) for action, detail in details]
    witnessed = [(a, _region(detail)) for update in witnesses for a, detail in update.items()]
    _check_regions(asked, witnessed, home, strong=strong)
    actions = {action for action, _ in (*asked, *witnessed)}
    if "MultiRegionConsistency" in payload and actions != {"Create"}:
        raise invalid(
            "Only Replica Create actions are supported when MultiRegionConsistency parameter is "
            "provided."
        )
    if len(actions) != 1:
        raise invalid(_ONE_TYPE)
    witness = witnessed[0][1] if witnessed else ""
    regions = tuple(region for _, region in asked)
    options = {_region(detail): read_options(action, detail) for action, detail in details}
    return TableChange(actions.pop(), regions, witness, strong, options)


def _check_form(
    payload: Mapping[str, Any],
    replicas: Sequence[Mapping[str, Any]],
    witnesses: Sequence[Mapping[str, Any]],
    *,
    strong: bool,
) -> None:
    """Check what AWS checks before it looks at any Region."""
    if any(name in payload for name in _OTHER_CHANGES):
        raise invalid(
            "Requests that modify replicas or witnesses must not also modify other fields"
            if strong
            else "One or more parameter values were invalid: Replica modification must be the only "
            "operation in the request"
        )
    if len(witnesses) > 1:
        raise invalid(
            "1 validation error detected: Value at 'globalTableWitnessUpdates' failed to satisfy "
            "constraint: Member must have length less than or equal to 1"
        )
    if not replicas:
        raise invalid(
            "1 validation error detected: Value '[]' at 'replicaUpdates' failed to satisfy "
            "constraint: Member must have length greater than or equal to 1"
        )
    if not all(replicas):
        raise invalid("There are no actions specified in the Replica Update Action of the request.")
    if any(len(update) > 1 for update in (*replicas, *witnesses)):
        raise invalid(_ONE_TYPE)


def _check_regions(
    asked: Sequence[tuple[str, str]],
    witnessed: Sequence[tuple[str, str]],
    home: str,
    *,
    strong: bool,
) -> None:
    if not strong and any(action == "Create" for action, _ in witnessed):
        raise invalid(
            "MultiRegionConsistency must be set as STRONG when GlobalTableWitnessUpdates parameter "
            "is present."
        )
    for _, region in asked:
        _check_region(region, home)
    for _, region in witnessed:
        _check_witness(region, home)
    if {region for _, region in asked} & {region for _, region in witnessed}:
        raise invalid("Cannot target multiple regions with the same action")


def _region(detail: Mapping[str, Any] | None) -> str:
    return str((detail or {}).get("RegionName", ""))


def _check_witness(region: str, home: str) -> None:
    if region == home:
        raise invalid(
            "Cannot add a witness in the same region as an existing replica when creating a global "
            "table with MultiRegionConsistency set to STRONG."
        )
    _check_region(region, home)


def _check_region(region: str, home: str) -> None:
    if region == home:
        raise invalid(
            "Cannot add or delete the local region through ReplicaUpdates. Use CreateTable, "
            "DeleteTable, or UpdateTable as required."
        )
    if region not in REGIONS:
        raise invalid(
            f"Region {region} is not supported. The latest version of global tables are "
            f"only supported in the following regions: [{', '.join(REGIONS)}]"
        )


def check_change(change: TableChange, home: str, standing: Standing) -> None:
    """Check a change against the table as it stands.

    Raises:
        RefusedError: AWS refuses it.
    """
    if change.action == "Create":
        _check_creation(change, home, standing)
    elif standing.strong and change.action == "Delete":
        _check_dissolution(change, standing)
    else:
        _check_one(change)
        (region,) = change.regions
        if region not in standing.members:
            raise invalid(
                "Update global table operation failed because one or more replicas were not part "
                f"of the global table. Please retry the request without these replicas: [{region}]."
            )
    # AWS was seen to look for the replica first, and for a change under way then.
    if standing.in_flight:
        raise in_use()
    for region in change.regions:
        if change.action == "Delete" and region in standing.protected:
            raise protected(standing.table["TableName"], region)
        if change.action == "Delete" and region in standing.sources:
            raise invalid(SOURCE_STAYS)
        check_options(change.action, region, change.options.get(region, {}), standing.table)


def _check_dissolution(change: TableChange, standing: Standing) -> None:
    """A strongly consistent table goes as a whole, by one call."""
    if change.witness and change.witness != standing.witness:
        raise invalid(
            "Update global table operation failed because one or more witnesses were not part of "
            "the global table. Please retry the request without these witnesses: "
            f"[{change.witness}]."
        )
    if standing.witness and not change.witness:
        raise invalid("Update table delete operation does not include all witnesses.")
    if {*change.regions} != {*standing.members}:
        raise invalid(
            "Deletion of only one table replica is not supported for global tables with "
            "MultiRegionConsistency set to STRONG."
        )


def protected(table: str, region: str) -> Exception:
    """Describe the refusal to delete a table that has deletion protection."""
    return invalid(
        f"Cannot delete table {table} in region {region} because it has deletion protection "
        "enabled. Disable deletion protection first."
    )


def _check_creation(change: TableChange, home: str, standing: Standing) -> None:
    if standing.strong:
        raise invalid("Cannot add replicas to a global table with strong MultiRegionConsistency")
    if standing.elsewhere:
        # AWS has any number of them, in Regions of their own; the wording is ours.
        raise invalid(
            f"The local cloud has one global table of a name in an account, and "
            f"{standing.table['TableName']} is one in {', '.join(standing.elsewhere)}. Add the "
            "replica there, or delete it first. On AWS a second one, in other Regions, is another."
        )
    if not change.strong:
        _check_one(change)
    if any(region in standing.members or region in standing.taken for region in change.regions):
        raise invalid(
            "Failed to create a the new replica of table with name: "
            f"'{standing.table['TableName']}' because one or more replicas already existed as "
            "tables."
        )
    if change.strong:
        _check_strong(change, home, standing)
    billing = (standing.table.get("BillingModeSummary") or {}).get("BillingMode", "PROVISIONED")
    if billing != "PAY_PER_REQUEST":
        raise invalid(_NOT_AUTO_SCALED)


def _check_one(change: TableChange) -> None:
    if len(change.regions) != 1:
        raise invalid(
            "Update table operation with more than one create or delete replica actions not allowed"
        )


def _check_strong(change: TableChange, home: str, standing: Standing) -> None:
    members = {home, *change.regions, *filter(None, (change.witness,))}
    count = 1 + len(change.regions) + bool(change.witness)
    if count != _STRONG_MEMBERS or len(members) != _STRONG_MEMBERS or not change.regions:
        raise invalid(
            "Unsupported replica count for global tables with MultiRegionConsistency set to STRONG."
        )
    capable = frozenset().union(*REGION_SETS)
    if incapable := sorted(members - capable):
        raise invalid(
            "Unsupported Region(s) specified for global tables with MultiRegionConsistency set to "
            f"STRONG: [{', '.join(incapable)}]."
        )
    reason = ""  # The four below are ours.
    if not any(members <= regions for regions in REGION_SETS):
        reason = f"{', '.join(sorted(members))} are not in one set of Regions"
    elif standing.members:
        reason = "the table is a global table already"
    elif standing.has_items:
        reason = "the table is not empty"
    elif standing.has_ttl or standing.table.get("LocalSecondaryIndexes"):
        reason = "the table has a time to live or a local secondary index"
    if reason:
        raise invalid(f"MultiRegionConsistency cannot be set to STRONG because {reason}.")


def check_settings(payload: Mapping[str, Any], *, strong: bool) -> None:
    """Check a change of settings against the fact that the table is a replica.

    Raises:
        RefusedError: AWS refuses it.
    """
    if "StreamSpecification" in payload:
        off = (payload["StreamSpecification"] or {}).get("StreamEnabled") is False
        # AWS was seen to refuse also what is set already.
        raise invalid(
            "One or more parameter values were invalid: Disabling Stream is not allowed for a "
            "Global Table replica."
            if off
            else f"Table already has an enabled stream: TableName: {payload.get('TableName')}"
        )
    if payload.get("BillingMode") == "PROVISIONED":
        raise invalid(_NOT_AUTO_SCALED)
    if strong and "TimeToLiveSpecification" in payload:
        # The wording is ours.
        raise invalid("Time to live is not supported with MultiRegionConsistency set to STRONG.")
