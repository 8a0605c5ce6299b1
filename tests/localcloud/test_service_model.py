"""Every member of the service model about tables has an effect that is shown, or is refused by name.

The members are read from botocore's own model, so that a release with a new one fails here until
somebody has decided what the local cloud does with it.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers.targets import LocalTarget
from tests.conftest import AWAY, HOME
from tests.localcloud.test_control_plane import KEYS, Table, refusal, wait

INDEX = {
    "IndexName": "by-id",
    "KeySchema": [{"AttributeName": "Id", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "ALL"},
}
IA = "STANDARD_INFREQUENT_ACCESS"
READS = {"MaxReadRequestUnits": 77}
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "dynamodb:GetItem", "Resource": "*"}
    ],
}


def members(operation: str, *path: str) -> set[str]:
    """List the members of a structure inside an operation's request."""
    shape: Any = boto3.client("dynamodb", HOME).meta.service_model.operation_model(operation)
    shape = shape.input_shape
    for name in path:
        shape = shape.members[name]
        shape = shape.member if shape.type_name == "list" else shape
    return set(shape.members)


@pytest.fixture
def table(target: LocalTarget) -> Table:
    """A name that no other test uses; no table yet."""
    return Table(target, f"m-{uuid.uuid4().hex[:8]}")


def key(target: LocalTarget, region: str) -> str:
    """Make a customer's own key in a Region; return its ARN."""
    made: str = target.client("kms", region).create_key()["KeyMetadata"]["Arn"]
    return made


# -- CreateTable -----------------------------------------------------------------------------------

# Member -> what to ask for, and where DescribeTable shows it.
CREATED: dict[str, tuple[dict[str, Any], Callable[[dict[str, Any]], object], object]] = {
    "AttributeDefinitions": ({}, lambda t: t["AttributeDefinitions"], KEYS["AttributeDefinitions"]),
    "KeySchema": ({}, lambda t: t["KeySchema"], KEYS["KeySchema"]),
    "BillingMode": ({}, lambda t: t["BillingModeSummary"]["BillingMode"], "PAY_PER_REQUEST"),
    "GlobalSecondaryIndexes": (
        {"GlobalSecondaryIndexes": [{**INDEX, "OnDemandThroughput": READS}]},
        lambda t: t["GlobalSecondaryIndexes"][0]["OnDemandThroughput"]["MaxReadRequestUnits"],
        77,
    ),
    "StreamSpecification": (
        {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}},
        lambda t: t["StreamSpecification"]["StreamViewType"],
        "KEYS_ONLY",
    ),
    "TableClass": ({"TableClass": IA}, lambda t: t["TableClassSummary"]["TableClass"], IA),
    "DeletionProtectionEnabled": (
        {"DeletionProtectionEnabled": True}, lambda t: t["DeletionProtectionEnabled"], True,
    ),
    "WarmThroughput": (
        {"WarmThroughput": {"ReadUnitsPerSecond": 13000, "WriteUnitsPerSecond": 5000}},
        lambda t: t["WarmThroughput"]["ReadUnitsPerSecond"],
        13000,
    ),
    "OnDemandThroughput": (
        {"OnDemandThroughput": READS}, lambda t: t["OnDemandThroughput"]["MaxReadRequestUnits"], 77,
    ),
}  # fmt: skip
# Shown elsewhere than in DescribeTable, or of another kind of table; each has a test below.
CREATED_ELSEWHERE = {
    "TableName", "LocalSecondaryIndexes", "ProvisionedThroughput", "SSESpecification", "Tags",
    "ResourcePolicy", "VectorIndexes", "GlobalTableSourceArn", "GlobalTableSettingsReplicationMode",
}  # fmt: skip


def test_every_member_of_create_table_has_its_line() -> None:
    """None is forgotten, and none stands twice."""
    assert CREATED.keys() | CREATED_ELSEWHERE == members("CreateTable")
    assert CREATED.keys().isdisjoint(CREATED_ELSEWHERE)


@pytest.mark.parametrize("member", CREATED)
def test_what_create_table_is_asked_for_is_shown(table: Table, member: str) -> None:
    """DescribeTable has it, and a replica that comes later has it too, where AWS copies it."""
    asked, read, expected = CREATED[member]
    table.create(**asked)
    assert read(table.describe()) == expected
    if member != "DeletionProtectionEnabled":
        table.add(AWAY)
        assert read(table.describe(AWAY)) == expected


def test_what_create_table_shows_elsewhere(table: Table, target: LocalTarget) -> None:
    """Tags and policy have calls of their own; a key is shown by its ARN."""
    arn = key(target, HOME)
    table.create(
        Tags=[{"Key": "course", "Value": "global"}],
        ResourcePolicy=json.dumps(POLICY),
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": arn},
    )
    described, client = table.describe(), table.client()
    assert described["SSEDescription"]["KMSMasterKeyArn"] == arn
    tags = client.list_tags_of_resource(ResourceArn=described["TableArn"])["Tags"]
    assert tags == [{"Key": "course", "Value": "global"}]
    policy = client.get_resource_policy(ResourceArn=described["TableArn"])["Policy"]
    assert json.loads(policy) == POLICY


@pytest.mark.parametrize(
    "asked",
    [
        {"GlobalTableSourceArn": f"arn:aws:dynamodb:{AWAY}:111122223333:table/other"},
        {"GlobalTableSettingsReplicationMode": "ENABLED"},
    ],
    ids=lambda asked: next(iter(asked)),
)
def test_tables_of_several_accounts_are_refused_by_name(table: Table, asked: dict) -> None:
    """What is beyond the local cloud is named, and nothing is made."""
    code, message = refusal(lambda: table.create(**asked))
    assert code == "ValidationException"
    assert next(iter(asked)) in message
    assert table.describe() == {}


# -- UpdateTable -----------------------------------------------------------------------------------

# Of a global table: member -> what to ask for, where it is shown, and whether replicas follow.
UPDATED: dict[str, tuple[dict[str, Any], Callable[[dict[str, Any]], object], object, bool]] = {
    "TableClass": ({"TableClass": IA}, lambda t: t["TableClassSummary"]["TableClass"], IA, True),
    "DeletionProtectionEnabled": (
        {"DeletionProtectionEnabled": True}, lambda t: t["DeletionProtectionEnabled"], True, False,
    ),
    "OnDemandThroughput": (
        {"OnDemandThroughput": READS}, lambda t: t["OnDemandThroughput"]["MaxReadRequestUnits"],
        77, True,
    ),
    "WarmThroughput": (
        {"WarmThroughput": {"ReadUnitsPerSecond": 13000, "WriteUnitsPerSecond": 5000}},
        lambda t: t["WarmThroughput"]["ReadUnitsPerSecond"], 13000, True,
    ),
    "GlobalSecondaryIndexUpdates": (
        {
            "AttributeDefinitions": KEYS["AttributeDefinitions"],
            "GlobalSecondaryIndexUpdates": [{"Create": {**INDEX, "OnDemandThroughput": READS}}],
        },
        lambda t: t["GlobalSecondaryIndexes"][0]["OnDemandThroughput"]["MaxReadRequestUnits"],
        77, True,
    ),
    "SSESpecification": (
        {"SSESpecification": {"Enabled": True, "SSEType": "KMS"}},
        lambda t: t["SSEDescription"]["SSEType"], "KMS", True,
    ),
}  # fmt: skip
# Refused for a global table, tested beside the refusals, or read with a member above.
UPDATED_ELSEWHERE = {
    "TableName", "AttributeDefinitions", "BillingMode", "ProvisionedThroughput",
    "StreamSpecification", "ReplicaUpdates", "GlobalTableWitnessUpdates", "MultiRegionConsistency",
    "GlobalTableSettingsReplicationMode", "VectorIndexUpdates",
}  # fmt: skip


def test_every_member_of_update_table_has_its_line() -> None:
    """None is forgotten, and none stands twice."""
    assert UPDATED.keys() | UPDATED_ELSEWHERE == members("UpdateTable")
    assert UPDATED.keys().isdisjoint(UPDATED_ELSEWHERE)


@pytest.mark.parametrize("member", UPDATED)
def test_what_update_table_is_asked_for_is_shown(table: Table, member: str) -> None:
    """In the Region that was asked at once; in the others where AWS synchronizes it."""
    asked, read, expected, follows = UPDATED[member]
    table.create()
    table.add(AWAY)
    table.update(**asked)
    assert read(table.describe()) == expected
    if follows:
        assert read(table.describe(AWAY)) == expected
    else:
        assert read(table.describe(AWAY)) != expected
    # Every member says that it is changing, and a further change waits for that.
    assert {table.describe(region)["TableStatus"] for region in (HOME, AWAY)} == {"UPDATING"}
    again = refusal(lambda: table.update(AWAY, DeletionProtectionEnabled=True))
    assert again[0] == "ResourceInUseException"
    table.settled()


@pytest.mark.parametrize("view", ["KEYS_ONLY", "NEW_AND_OLD_IMAGES"])
def test_the_stream_of_a_global_table_cannot_be_changed(table: Table, view: str) -> None:
    """Also what is set already is refused."""
    table.create()
    table.add(AWAY)
    wanted = {"StreamEnabled": True, "StreamViewType": view}
    assert refusal(lambda: table.update(StreamSpecification=wanted)) == (
        "ValidationException", f"Table already has an enabled stream: TableName: {table.name}",
    )  # fmt: skip


def test_time_to_live_is_not_enabled_twice(table: Table) -> None:
    """The second request is refused, as on AWS."""
    table.create()
    wanted = {"Enabled": True, "AttributeName": "Until"}
    ask = lambda: table.client().update_time_to_live(  # noqa: E731
        TableName=table.name, TimeToLiveSpecification=wanted
    )
    ask()
    assert refusal(ask) == ("ValidationException", "TimeToLive is already enabled")


# -- one replica -----------------------------------------------------------------------------------


def entry(table: Table) -> dict[str, Any]:
    """Return what the home Region says of its one replica."""
    (described,) = table.describe()["Replicas"]
    return described


def test_every_option_of_a_replica_has_its_test() -> None:
    """Create and Update take the same options, and each stands in the tests below."""
    tested = {
        "RegionName", "KMSMasterKeyId", "TableClassOverride", "ProvisionedThroughputOverride",
        "OnDemandThroughputOverride", "GlobalSecondaryIndexes",
    }  # fmt: skip
    for action in ("Create", "Update"):
        assert members("UpdateTable", "ReplicaUpdates", action) == tested
    assert members("UpdateTable", "ReplicaUpdates", "Delete") == {"RegionName"}
    assert members("UpdateTable", "GlobalTableWitnessUpdates", "Create") == {"RegionName"}
    assert members("UpdateTable", "GlobalTableWitnessUpdates", "Delete") == {"RegionName"}


OPTIONS = {
    "TableClassOverride": IA,
    "OnDemandThroughputOverride": READS,
    "GlobalSecondaryIndexes": [{"IndexName": "by-id", "OnDemandThroughputOverride": READS}],
}


@pytest.mark.parametrize("at_once", [True, False], ids=["Create", "Update"])
@pytest.mark.parametrize("option", OPTIONS)
def test_an_option_of_a_replica_is_the_replicas_own(
    table: Table, option: str, at_once: bool
) -> None:
    """The replica has it, its source lists it, and the source itself has it not."""
    table.create(GlobalSecondaryIndexes=[INDEX])
    asked = {"RegionName": AWAY, option: OPTIONS[option]}
    if at_once:
        table.update(ReplicaUpdates=[{"Create": asked}])
        wait(lambda: table.listed().get(AWAY) == "ACTIVE")
    else:
        table.add(AWAY)
        table.update(ReplicaUpdates=[{"Update": asked}])
        assert table.describe()["TableStatus"] == "UPDATING"
        table.settled()
    listed, there, here = entry(table), table.describe(AWAY), table.describe()
    if option == "TableClassOverride":
        assert listed["ReplicaTableClassSummary"]["TableClass"] == IA
        assert there["TableClassSummary"]["TableClass"] == IA
        assert "TableClassSummary" not in here
    elif option == "OnDemandThroughputOverride":
        assert listed["OnDemandThroughputOverride"] == READS
        assert there["OnDemandThroughput"]["MaxReadRequestUnits"] == 77
        assert "OnDemandThroughput" not in here
    else:
        assert listed["GlobalSecondaryIndexes"][0]["OnDemandThroughputOverride"] == READS
        limits = there["GlobalSecondaryIndexes"][0]["OnDemandThroughput"]
        assert limits["MaxReadRequestUnits"] == 77
        assert "OnDemandThroughput" not in here["GlobalSecondaryIndexes"][0]


def test_a_replica_is_described_as_on_aws(table: Table) -> None:
    """The mode in which settings replicate, and what the replica is warm for."""
    table.create()
    table.add(AWAY)
    assert table.describe()["GlobalTableSettingsReplicationMode"] == "ENABLED_WITH_OVERRIDES"
    listed = entry(table)
    assert listed["GlobalTableSettingsReplicationMode"] == "ENABLED_WITH_OVERRIDES"
    assert listed["WarmThroughput"]["ReadUnitsPerSecond"] == 12000
    assert "ReplicaTableClassSummary" not in listed
    assert "OnDemandThroughputOverride" not in listed


def test_each_replica_of_a_table_with_a_customers_key_has_its_own(
    table: Table, target: LocalTarget
) -> None:
    """A key belongs to one Region; an id is resolved there, and shown as the ARN."""
    here, there = key(target, HOME), key(target, AWAY)
    table.create(SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": here})

    def asked(**options: str) -> Callable[[], object]:
        return lambda: table.update(ReplicaUpdates=[{"Create": {"RegionName": AWAY, **options}}])

    missing = "One or more parameter values were invalid: KMSMasterKeyId must be specified for "
    assert refusal(asked()) == ("ValidationException", missing + "each replica.")
    mixed = "One or more parameter values were invalid: All replica keys must either be Customer "
    assert refusal(asked(KMSMasterKeyId="alias/aws/dynamodb"))[1] == (
        mixed + "Managed CMK or AWS Managed CMK."
    )
    assert f"Invalid arn {HOME}" in refusal(asked(KMSMasterKeyId=here))[1]
    bare = here.rpartition("/")[2]
    assert "does not exist" in refusal(asked(KMSMasterKeyId=bare))[1]
    assert "Replicas" not in table.describe()
    asked(KMSMasterKeyId=there.rpartition("/")[2])()
    wait(lambda: table.listed().get(AWAY) == "ACTIVE")
    assert entry(table)["KMSMasterKeyId"] == there
    assert table.describe(AWAY)["SSEDescription"]["KMSMasterKeyArn"] == there
    assert table.describe()["SSEDescription"]["KMSMasterKeyArn"] == here
    change = [{"Update": {"RegionName": AWAY, "KMSMasterKeyId": there}}]
    assert refusal(lambda: table.update(ReplicaUpdates=change))[1] == missing + "each replica."


def test_awss_own_key_is_the_regions_own(table: Table) -> None:
    """A table with AWS's managed key has replicas with that of their Regions."""
    table.create(SSESpecification={"Enabled": True, "SSEType": "KMS"})
    table.add(AWAY)
    for region in (HOME, AWAY):
        arn = table.describe(region)["SSEDescription"]["KMSMasterKeyArn"]
        assert arn.split(":")[3] == region


def test_a_replicas_options_are_refused_in_awss_words(table: Table) -> None:
    """Nothing to update, provisioned reads of an on-demand table, a class that there is not."""
    table.create()
    table.add(AWAY)

    def said(**options: object) -> str:
        change = [{"Update": {"RegionName": AWAY, **options}}]
        return refusal(lambda: table.update(ReplicaUpdates=change))[1]

    nothing = "There are no actions specified in the Replica Update Action of the request."
    assert said() == nothing
    assert said(GlobalSecondaryIndexes=[{"IndexName": "by-id"}]) == nothing
    assert refusal(lambda: table.update(ReplicaUpdates=[{}]))[1] == nothing
    assert said(ProvisionedThroughputOverride={"ReadCapacityUnits": 5}).startswith("Neither Read")
    assert "enum value set" in said(TableClassOverride="GLACIER")
    unknown = {"RegionName": "eu-west-1", "GlobalSecondaryIndexes": [{"IndexName": "none"}]}
    # AWS accepts an index that does not exist, and provisioned reads at Create, and ignores them.
    unknown["ProvisionedThroughputOverride"] = {"ReadCapacityUnits": 5}
    table.update(ReplicaUpdates=[{"Create": unknown}, {"Create": unknown}])
    wait(lambda: table.listed().get("eu-west-1") == "ACTIVE")


def test_a_protected_replica_is_not_deleted(table: Table) -> None:
    """Neither through its source nor in its own Region; its items are there afterwards."""
    table.create()
    table.add(AWAY)
    table.put(AWAY, "precious")
    table.update(AWAY, DeletionProtectionEnabled=True)
    table.settled()
    words = f"Cannot delete table {table.name} in region {AWAY} because it has deletion protection "
    words += "enabled. Disable deletion protection first."
    assert refusal(lambda: table.replicas("Delete", AWAY)) == ("ValidationException", words)
    there = table.client(AWAY)
    assert refusal(lambda: there.delete_table(TableName=table.name))[1] == words
    assert table.ids(AWAY) == {"precious"}


def test_a_replica_on_its_way_cannot_be_deleted_or_used(table: Table) -> None:
    """While it is CREATING it can be described, and nothing else."""
    table.create()
    table.replicas("Create", AWAY)
    wait(lambda: table.listed().get(AWAY) == "CREATING")
    seen = []
    for act in (table.client(AWAY).delete_table, table.client(AWAY).scan):
        try:
            act(TableName=table.name)
        except ClientError as refused:
            seen.append(refused.response["Error"]["Code"])
    # The replica may have become ACTIVE between the two calls on a slow machine.
    assert seen[:1] == ["ResourceInUseException"]


# -- older and neighbouring operations -------------------------------------------------------------


def test_version_2017_answers_as_on_aws(global_table: LocalTarget) -> None:
    """None can be made any more, none exists, and the list of them is empty."""
    client, name = global_table.client("dynamodb", HOME), "global-serverless"
    assert client.list_global_tables()["GlobalTables"] == []
    group = [{"RegionName": HOME}, {"RegionName": AWAY}]
    made = lambda: client.create_global_table(GlobalTableName=name, ReplicationGroup=group)  # noqa: E731
    assert "version 2017.11.29 is not supported" in refusal(made)[1]
    grown = [{"Create": {"RegionName": "eu-west-1"}}]
    update = lambda: client.update_global_table(GlobalTableName=name, ReplicaUpdates=grown)  # noqa: E731
    assert "version 2017.11.29 is not supported" in refusal(update)[1]
    for ask in (client.describe_global_table, client.describe_global_table_settings):
        code, message = refusal(lambda ask=ask: ask(GlobalTableName=name))
        assert code == "GlobalTableNotFoundException"
        assert f"Global table with name: '{name}' does not exist." in message


@pytest.mark.usefixtures("global_table")
def test_auto_scaling_of_replicas_knows_global_tables_only(table: Table) -> None:
    """A table of one Region is unknown to it; one on demand has nothing to scale."""
    table.create()
    client = table.client()
    ask = client.describe_table_replica_auto_scaling
    assert refusal(lambda: ask(TableName=table.name))[0] == "ResourceNotFoundException"
    described = ask(TableName="global-serverless")["TableAutoScalingDescription"]
    assert {replica["RegionName"] for replica in described["Replicas"]} >= {HOME, AWAY}
    scale = {"MinimumUnits": 1, "MaximumUnits": 10}
    code, message = refusal(
        lambda: client.update_table_replica_auto_scaling(
            TableName="global-serverless", ProvisionedWriteCapacityAutoScalingUpdate=scale
        )
    )
    assert code == "ValidationException"
    assert "BillingMode is PayPerRequest" in message
