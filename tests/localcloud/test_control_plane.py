"""Replicas come, change and go as on AWS: states, order, settings that follow, and refusals."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator

import pytest
from botocore.exceptions import ClientError

from helpers.targets import LocalTarget
from tests.conftest import AWAY, HOME

THIRD = "eu-west-1"
KEYS = {
    "KeySchema": [{"AttributeName": "Id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "Id", "AttributeType": "S"}],
}


class Table:
    """One table of a test, in any Region."""

    def __init__(self, target: LocalTarget, name: str) -> None:
        self.target = target
        self.name = name

    def client(self, region: str = HOME):
        # Each call once: a refusal that the SDK would try again is what is looked for.
        return self.target.probe("dynamodb", region)

    def create(self, region: str = HOME, **settings) -> None:
        self.ask_for(region, **settings)
        wait(lambda: self.describe(region)["TableStatus"] == "ACTIVE")

    def ask_for(self, region: str = HOME, **settings) -> dict:
        wanted = {"BillingMode": "PAY_PER_REQUEST", **KEYS, **settings}
        answer = self.client(region).create_table(TableName=self.name, **wanted)
        return answer["TableDescription"]

    def update(self, region: str = HOME, **changes) -> dict:
        return self.client(region).update_table(TableName=self.name, **changes)["TableDescription"]

    def replicas(self, action: str, *regions: str, at: str = HOME, **more) -> dict:
        updates = [{action: {"RegionName": region}} for region in regions]
        return self.update(at, ReplicaUpdates=updates, **more)

    def describe(self, region: str = HOME) -> dict:
        try:
            return self.client(region).describe_table(TableName=self.name)["Table"]
        except self.client(region).exceptions.ResourceNotFoundException:
            return {}

    def listed(self, region: str = HOME) -> dict[str, str]:
        listed = self.describe(region).get("Replicas", [])
        return {replica["RegionName"]: replica["ReplicaStatus"] for replica in listed}

    def state(self, other: str) -> tuple[str, str]:
        """Return the table's status at home and that of one replica, of one moment."""
        table = self.describe()
        listed = {r["RegionName"]: r["ReplicaStatus"] for r in table.get("Replicas", [])}
        return table["TableStatus"], listed.get(other, "")

    def add(self, *regions: str, at: str = HOME, **more) -> None:
        self.replicas("Create", *regions, at=at, **more)
        wait(lambda: all(self.listed(at).get(region) == "ACTIVE" for region in regions))

    def settled(self) -> None:
        """Wait until no member is changing any more."""
        wait(lambda: self.describe()["TableStatus"] == "ACTIVE")

    def put(self, region: str, identity: str, **attributes: str) -> None:
        item = {"Id": {"S": identity}, **{k: {"S": v} for k, v in attributes.items()}}
        self.client(region).put_item(TableName=self.name, Item=item)

    def ids(self, region: str) -> set[str]:
        return {i["Id"]["S"] for i in self.client(region).scan(TableName=self.name)["Items"]}


def wait(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, "It did not come to hold."
        time.sleep(0.005)


def refusal(act: Callable[[], object]) -> tuple[str, str]:
    """Return the code and the message with which something is refused."""
    with pytest.raises(ClientError) as refused:
        act()
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.fixture
def table(target: LocalTarget) -> Iterator[Table]:
    """A name that no other test uses; no table yet."""
    return Table(target, f"t-{uuid.uuid4().hex[:8]}")


def test_a_replica_comes_in_awss_states_and_order(table: Table) -> None:
    """UPDATING with nothing listed, then CREATING and unusable, then both ACTIVE."""
    table.create()
    answer = table.replicas("Create", AWAY)
    assert answer["TableStatus"] == "UPDATING"
    assert (answer["GlobalTableVersion"], answer["Replicas"]) == ("2019.11.21", [])
    seen: list[tuple[str, str]] = []
    while not seen or seen[-1] != ("ACTIVE", "ACTIVE"):
        now = table.state(AWAY)
        if not seen or seen[-1] != now:
            seen.append(now)
            if now[1] == "CREATING":
                table.put(HOME, "meanwhile")
                try:
                    table.put(AWAY, "early")
                    early = ""  # On a busy machine it has become ACTIVE since we looked.
                except ClientError as refused:
                    early = refused.response["Error"]["Code"]
                expected = "" if table.state(AWAY)[0] == "ACTIVE" else "ResourceNotFoundException"
                assert early in (expected, "ResourceNotFoundException")
    assert seen == [("UPDATING", ""), ("UPDATING", "CREATING"), ("ACTIVE", "ACTIVE")]
    wait(lambda: "meanwhile" in table.ids(AWAY))


def test_a_description_has_awss_keys(table: Table) -> None:
    """A table without replicas has none of them; the answering Region never lists itself."""
    table.create()
    plain = table.describe()
    assert plain.keys().isdisjoint({"Replicas", "GlobalTableVersion", "MultiRegionConsistency"})
    table.add(AWAY)
    for region, other in ((HOME, AWAY), (AWAY, HOME)):
        described = table.describe(region)
        assert described["GlobalTableVersion"] == "2019.11.21"
        assert [r["RegionName"] for r in described["Replicas"]] == [other]
        assert "MultiRegionConsistency" not in described
        assert described["StreamSpecification"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"


def test_a_third_region_joins_a_living_table(table: Table) -> None:
    """It gets what is there, what is still under way, and what is written meanwhile."""
    table.create()
    table.add(AWAY)
    table.target.cloud.post("lag", {"lag": "fixed:1500"})
    table.put(AWAY, "under-way")
    table.replicas("Create", THIRD)
    table.put(HOME, "meanwhile")
    wait(lambda: table.listed().get(THIRD) == "ACTIVE")
    table.put(AWAY, "after")
    table.target.cloud.post("lag", {"lag": "fixed:300"})
    everything = {"under-way", "meanwhile", "after"}
    wait(lambda: all(table.ids(region) == everything for region in (HOME, AWAY, THIRD)))
    assert set(table.listed(THIRD)) == {HOME, AWAY}


def test_settings_follow_to_every_replica(table: Table) -> None:
    """Indexes and what else global tables synchronize; deletion protection stays where it is."""
    table.create()
    table.add(AWAY)
    index = {
        "IndexName": "by-show", "KeySchema": [{"AttributeName": "Show", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }  # fmt: skip
    shows = [*KEYS["AttributeDefinitions"], {"AttributeName": "Show", "AttributeType": "S"}]
    table.update(AttributeDefinitions=shows, GlobalSecondaryIndexUpdates=[{"Create": index}])
    table.settled()
    table.update(DeletionProtectionEnabled=True)
    table.settled()
    away = table.describe(AWAY)
    assert [i["IndexName"] for i in away["GlobalSecondaryIndexes"]] == ["by-show"]
    assert not away["DeletionProtectionEnabled"]
    table.put(HOME, "1", Show="x")
    query = {
        "TableName": table.name, "IndexName": "by-show", "KeyConditionExpression": "#s = :s",
        "ExpressionAttributeNames": {"#s": "Show"}, "ExpressionAttributeValues": {":s": {"S": "x"}},
    }  # fmt: skip
    wait(lambda: table.client(AWAY).query(**query)["Count"] == 1)
    table.add(THIRD)
    assert table.client(THIRD).query(**query)["Count"] == 1


def test_a_replica_goes_in_awss_order_and_the_source_last(table: Table) -> None:
    """UPDATING, then DELETING, then unlisted; only then can the source be deleted."""
    table.create()
    table.add(AWAY)
    stays = "Replica cannot be deleted because it has acted as a source region for new replica(s) "
    stays += "being added to the table in the last 24 hours."
    delete_home = lambda: table.client().delete_table(TableName=table.name)  # noqa: E731
    assert refusal(delete_home) == ("ValidationException", stays)
    assert refusal(lambda: table.replicas("Delete", HOME, at=AWAY)) == (
        "ValidationException", stays,
    )  # fmt: skip
    table.replicas("Delete", AWAY)
    seen: list[tuple[str, str]] = []
    while not seen or seen[-1][1]:
        now = table.state(AWAY)
        if not seen or seen[-1] != now:
            seen.append(now)
    assert seen == [("UPDATING", "ACTIVE"), ("ACTIVE", "DELETING"), ("ACTIVE", "")]
    assert "Replicas" not in table.describe()
    wait(lambda: table.describe(AWAY) == {})
    assert table.describe()["StreamSpecification"]["StreamEnabled"]
    delete_home()
    assert table.describe() == {}


@pytest.mark.parametrize(
    ("updates", "message"),
    [
        ([("Create", AWAY)], "Failed to create a the new replica of table with name: 'NAME' because one or more replicas already existed as tables."),
        ([("Delete", THIRD)], f"Update global table operation failed because one or more replicas were not part of the global table. Please retry the request without these replicas: [{THIRD}]."),
        ([("Update", THIRD)], f"Update global table operation failed because one or more replicas were not part of the global table. Please retry the request without these replicas: [{THIRD}]."),
        ([("Create", HOME)], "Cannot add or delete the local region through ReplicaUpdates. Use CreateTable, DeleteTable, or UpdateTable as required."),
        ([("Create", "mars-north-1")], "Region mars-north-1 is not supported. The latest version of global tables are only supported in the following regions: ["),
        ([("Create", THIRD), ("Create", "us-east-2")], "Update table operation with more than one create or delete replica actions not allowed"),
    ],
)  # fmt: skip
def test_refusals_have_awss_words(
    global_table: LocalTarget, updates: list[tuple[str, str]], message: str
) -> None:
    """Each refusal in the table of facts, with its exact code and message."""
    table = Table(global_table, "global-serverless")
    more = {"Update": {"TableClassOverride": "STANDARD"}}
    wanted = [
        {action: {"RegionName": region, **more.get(action, {})}} for action, region in updates
    ]
    code, said = refusal(lambda: table.update(ReplicaUpdates=wanted))
    assert code == "ValidationException"
    assert said.startswith(message.replace("NAME", table.name))


def test_refusals_that_need_a_table_of_their_own(table: Table) -> None:
    """Two actions in one element, other changes beside, changes in flight, streams, capacity."""
    table.create()
    both = [{"Create": {"RegionName": AWAY}, "Delete": {"RegionName": THIRD}}]
    assert refusal(lambda: table.update(ReplicaUpdates=both))[1] == (
        "Update table operation with more than one type of replica actions not allowed."
    )
    beside = {"DeletionProtectionEnabled": True}
    assert refusal(lambda: table.replicas("Create", AWAY, **beside))[1] == (
        "One or more parameter values were invalid: Replica modification must be the only "
        "operation in the request"
    )
    table.replicas("Create", AWAY)
    assert refusal(lambda: table.replicas("Create", THIRD)) == (
        "ResourceInUseException", "The resource which you are attempting to change is in use.",
    )  # fmt: skip
    wait(lambda: table.listed().get(AWAY) == "ACTIVE")
    off = {"StreamSpecification": {"StreamEnabled": False}}
    assert refusal(lambda: table.update(**off))[1] == (
        "One or more parameter values were invalid: Disabling Stream is not allowed for a Global "
        "Table replica."
    )
    table.update(DeletionProtectionEnabled=True)
    assert refusal(lambda: table.client().delete_table(TableName=table.name))[1] == (
        f"Cannot delete table {table.name} in region {HOME} because it has deletion protection "
        "enabled. Disable deletion protection first."
    )


def test_provisioned_capacity_without_auto_scaling_is_refused(table: Table) -> None:
    """A global table's write capacity has to follow its replicas' writes."""
    capacity = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
    table.create(BillingMode="PROVISIONED", ProvisionedThroughput=capacity)
    assert refusal(lambda: table.replicas("Create", AWAY))[1] == (
        "Table write capacity should either be Pay-Per-Request or AutoScaled."
    )


def test_a_table_of_the_same_name_elsewhere_is_another_table(table: Table) -> None:
    """It is no replica: it is described, written, changed and deleted by itself."""
    table.create()
    table.add(AWAY)
    table.create(THIRD)
    assert table.describe(THIRD).keys().isdisjoint({"Replicas", "GlobalTableVersion"})
    table.put(HOME, "of-the-global-table")
    table.put(THIRD, "of-the-other")
    wait(lambda: "of-the-global-table" in table.ids(AWAY))
    assert table.ids(THIRD) == {"of-the-other"}
    table.update(THIRD, DeletionProtectionEnabled=True)
    assert table.describe(THIRD)["TableStatus"] == table.describe()["TableStatus"] == "ACTIVE"
    table.update(THIRD, DeletionProtectionEnabled=False)
    # A second global table of the name is what AWS has and the local cloud has not: it says so.
    code, said = refusal(lambda: table.replicas("Create", "sa-east-1", at=THIRD))
    assert code == "ValidationException"
    assert f"{table.name} is one in {', '.join(sorted((HOME, AWAY)))}" in said
    listed = {(t["region"], tuple(sorted(t["replicas"]))) for t in
              table.target.cloud.get("status")["tables"] if t["name"] == table.name}  # fmt: skip
    members = tuple(sorted((HOME, AWAY)))
    assert listed == {(HOME, members), (AWAY, members), (THIRD, ())}
    table.client(THIRD).delete_table(TableName=table.name)
    assert table.ids(AWAY) == table.ids(HOME) == {"of-the-global-table"}
