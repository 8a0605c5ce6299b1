"""Multi-Region strong consistency: creation, refusals, its price, and what a cut-off Region does."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from helpers.localcloud.round_trips import read_round_trips
from helpers.targets import LocalTarget
from tests.localcloud.test_control_plane import Table, refusal, wait

EAST, OHIO, WEST = MEMBERS = ("us-east-1", "us-east-2", "us-west-2")
STRONG = {"MultiRegionConsistency": "STRONG"}
COUNT = "Unsupported replica count for global tables with MultiRegionConsistency set to STRONG."


@pytest.fixture
def table(target: LocalTarget) -> Table:
    """A name that no other test uses; no table yet."""
    return Table(target, f"t-{uuid.uuid4().hex[:8]}")


@pytest.fixture(scope="module")
def strong(target: LocalTarget) -> Table:
    """A strongly consistent table with three replicas."""
    made = Table(target, f"t-{uuid.uuid4().hex[:8]}")
    made.create(WEST)
    made.add(EAST, OHIO, at=WEST, **STRONG)
    return made


@pytest.fixture
def cut_off(strong: Table) -> Iterator[str]:
    """The Region whose links to both others are cut, in both directions, until the test ends."""
    ends = [e for other in (OHIO, WEST) for e in ((EAST, other), (other, EAST))]
    for source, other in ends:
        strong.target.cloud.post(f"links/{source}/{other}", {"state": "paused"})
    yield EAST
    for source, other in ends:
        strong.target.cloud.post(f"links/{source}/{other}", {"state": "running"})


def value(table: Table, region: str, identity: str, *, consistent: bool = True) -> str | None:
    answer = table.client(region).get_item(
        TableName=table.name, Key={"Id": {"S": identity}}, ConsistentRead=consistent
    )
    return answer.get("Item", {}).get("Value", {}).get("S")


def took_ms(act) -> float:
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000


# -- creation and refusals ------------------------------------------------------------------


def test_three_replicas_are_made_by_one_call_and_removed_by_one(table: Table) -> None:
    """All of them come together and go together; none can be deleted alone."""
    table.create(WEST)
    table.add(EAST, OHIO, at=WEST, **STRONG)
    for region in MEMBERS:
        described = table.describe(region)
        assert described["MultiRegionConsistency"] == "STRONG"
        assert {r["RegionName"] for r in described["Replicas"]} == set(MEMBERS) - {region}
        assert "GlobalTableWitnesses" not in described
    alone = "Deletion of only one table replica is not supported for global tables with "
    alone += "MultiRegionConsistency set to STRONG."
    assert refusal(lambda: table.replicas("Delete", EAST, at=WEST))[1] == alone
    assert refusal(lambda: table.replicas("Create", "us-west-1", at=WEST))[1] == (
        "Cannot add replicas to a global table with strong MultiRegionConsistency"
    )
    table.replicas("Delete", EAST, OHIO, at=WEST)
    wait(lambda: "Replicas" not in table.describe(WEST) and not table.describe(EAST))
    wait(lambda: not table.describe(OHIO))
    assert "MultiRegionConsistency" not in table.describe(WEST)
    table.client(WEST).delete_table(TableName=table.name)


def test_two_replicas_and_a_witness(table: Table) -> None:
    """The witness has no table, is listed as such, and is enough to agree with."""
    witness = {"GlobalTableWitnessUpdates": [{"Create": {"RegionName": OHIO}}]}
    table.create(WEST)
    without = refusal(lambda: table.replicas("Create", EAST, at=WEST, **witness))[1]
    assert without == (
        "MultiRegionConsistency must be set as STRONG when GlobalTableWitnessUpdates parameter is "
        "present."
    )
    table.add(EAST, at=WEST, **STRONG, **witness)
    described = table.describe(EAST)
    assert described["GlobalTableWitnesses"] == [{"RegionName": OHIO, "WitnessStatus": "ACTIVE"}]
    assert [r["RegionName"] for r in described["Replicas"]] == [WEST]
    assert table.describe(OHIO) == {}
    table.client(WEST).put_item(
        TableName=table.name, Item={"Id": {"S": "1"}, "Value": {"S": "seen"}}
    )
    assert value(table, EAST, "1") == "seen"
    away = {"GlobalTableWitnessUpdates": [{"Delete": {"RegionName": OHIO}}]}
    table.replicas("Delete", EAST, at=WEST, **away)
    wait(lambda: "GlobalTableWitnesses" not in table.describe(WEST))


def test_creation_is_refused_in_awss_words(table: Table) -> None:
    """Two members, four members, and one member twice are no quorum of three."""
    table.create(WEST)
    for regions in ((EAST,), (EAST, OHIO, "us-west-1"), (EAST, EAST)):
        assert (
            refusal(lambda r=regions: table.replicas("Create", *r, at=WEST, **STRONG))[1] == COUNT
        )


@pytest.mark.parametrize(
    ("replica", "witness", "words"),
    [
        (EAST, EAST, "Cannot target multiple regions with the same action"),
        (EAST, WEST, ("Cannot add a witness in the same region as an existing replica when creating "
         "a global table with MultiRegionConsistency set to STRONG.")),
        ("us-west-1", OHIO, ("Unsupported Region(s) specified for global tables with "
         "MultiRegionConsistency set to STRONG: [us-west-1].")),
    ],
)  # fmt: skip
def test_witnesses_are_refused_in_awss_words(
    table: Table, replica: str, witness: str, words: str
) -> None:
    """A witness beside a replica, beside the table, and a Region that is not capable."""
    table.create(WEST)
    asked = {"GlobalTableWitnessUpdates": [{"Create": {"RegionName": witness}}], **STRONG}
    assert refusal(lambda: table.replicas("Create", replica, at=WEST, **asked))[1] == words


def test_what_is_no_change_and_what_is_frozen(table: Table) -> None:
    """A witness or a consistency alone asks for nothing; a quorum goes as a whole, or stays."""
    table.create(WEST)
    witness = {"GlobalTableWitnessUpdates": [{"Create": {"RegionName": OHIO}}]}
    for alone in (witness, STRONG):
        said = refusal(lambda alone=alone: table.update(WEST, **alone))[1]
        assert said.startswith("At least one of ProvisionedThroughput")
    table.add(EAST, at=WEST, **STRONG, **witness)
    assert "StreamSpecification" not in table.describe(WEST)
    lone = refusal(lambda: table.replicas("Delete", EAST, at=WEST))[1]
    assert lone == "Update table delete operation does not include all witnesses."
    other = {"GlobalTableWitnessUpdates": [{"Delete": {"RegionName": "eu-west-1"}}]}
    assert "[eu-west-1]" in refusal(lambda: table.replicas("Delete", EAST, at=WEST, **other))[1]
    mixed = refusal(lambda: table.replicas("Delete", EAST, at=WEST, **STRONG))[1]
    assert mixed.startswith("Only Replica Create actions are supported")


def test_creation_is_refused_for_reasons_of_the_table(table: Table) -> None:
    """Regions of different sets, a table with items, a time to live."""
    table.create(WEST)
    far = refusal(lambda: table.replicas("Create", EAST, "eu-west-1", at=WEST, **STRONG))[1]
    assert "one set of Regions" in far
    table.put(WEST, "1")
    full = refusal(lambda: table.replicas("Create", EAST, OHIO, at=WEST, **STRONG))[1]
    assert "not empty" in full


def test_transactions_and_time_to_live_are_refused(strong: Table) -> None:
    """What strong consistency does not go with is said to be so."""
    item = {"Put": {"TableName": strong.name, "Item": {"Id": {"S": "t"}}}}
    code, message = refusal(lambda: strong.client(EAST).transact_write_items(TransactItems=[item]))
    assert code == "ValidationException"
    assert "Transactions are not supported" in message
    setting = {"Enabled": True, "AttributeName": "ExpiresAt"}
    assert (
        "Time to live"
        in refusal(
            lambda: strong.client(EAST).update_time_to_live(
                TableName=strong.name, TimeToLiveSpecification=setting
            )
        )[1]
    )


# -- what it gives, and what it costs -----------------------------------------------------------


def test_a_strong_read_sees_every_acknowledged_write_at_once(strong: Table) -> None:
    """Written here, read there with strong consistency: never stale, in any pair of Regions."""
    for number in range(12):
        writer, reader = MEMBERS[number % 3], MEMBERS[(number + 1) % 3]
        strong.put(writer, "fresh", Value=str(number))
        assert value(strong, reader, "fresh") == str(number)


def test_writes_and_strong_reads_pay_the_round_trip_and_others_do_not(strong: Table) -> None:
    """The price is the round trip to the nearest other Region, as a floor, never less."""
    trips = read_round_trips()
    nearest_ms = min(trips[frozenset((WEST, other))] for other in (EAST, OHIO))
    strong.put(WEST, "priced", Value="1")
    for act in (
        lambda: strong.put(WEST, "priced", Value="2"),
        lambda: value(strong, WEST, "priced"),
    ):
        assert min(took_ms(act) for _ in range(3)) >= nearest_ms
    eventual = [took_ms(lambda: value(strong, WEST, "priced", consistent=False)) for _ in range(9)]
    # The quickest: a busy machine slows some calls, and none of them down to nothing.
    assert min(eventual) < nearest_ms


def test_concurrent_writes_of_one_item_from_two_regions_conflict(strong: Table) -> None:
    """One is done, the other certainly not: what stands there is what was acknowledged."""
    collisions = 0
    for number in range(200):
        outcomes: dict[str, str] = {}

        def write(region: str, number: int = number, seen: dict[str, str] = outcomes) -> None:
            try:
                strong.put(region, f"contended-{number}", Value=region)
                seen[region] = "ok"
            except ClientError as refused:
                seen[region] = refused.response["Error"]["Code"]

        pair = [threading.Thread(target=write, args=(region,)) for region in (EAST, WEST)]
        for thread in pair:
            thread.start()
        for thread in pair:
            thread.join()
        done = [region for region, outcome in outcomes.items() if outcome == "ok"]
        assert done
        # On a busy machine the two may come one after the other; then both are done.
        if len(done) == 1:
            collisions += 1
            assert "ReplicatedWriteConflictException" in outcomes.values()
            assert value(strong, OHIO, f"contended-{number}") == done[0]
        if collisions == 5:
            return
    raise AssertionError(f"200 pairs of concurrent writes met {collisions} times only.")


def test_conditional_writes_hold_across_regions(strong: Table) -> None:
    """An increment in every Region in turn loses nothing; a condition sees the latest write."""
    update = {
        "TableName": strong.name, "Key": {"Id": {"S": "counter"}}, "UpdateExpression": "ADD Seen :n",
        "ExpressionAttributeValues": {":n": {"N": "1"}}, "ReturnValues": "UPDATED_NEW",
    }  # fmt: skip
    for number in range(9):
        answer = strong.client(MEMBERS[number % 3]).update_item(**update)
        assert answer["Attributes"]["Seen"] == {"N": str(number + 1)}
    taken = refusal(
        lambda: strong.client(OHIO).put_item(
            TableName=strong.name, Item={"Id": {"S": "counter"}},
            ConditionExpression="attribute_not_exists(Id)",
        )
    )  # fmt: skip
    assert taken[0] == "ConditionalCheckFailedException"


def test_a_cut_off_region_serves_eventual_reads_only_and_catches_up_first(
    strong: Table, cut_off: str
) -> None:
    """The two others go on; back again, the first strong read has what was missed."""
    strong.put(WEST, "apart", Value="during")
    assert value(strong, OHIO, "apart") == "during"
    assert refusal(lambda: strong.put(cut_off, "apart", Value="no"))[0] == "ServiceUnavailable"
    assert refusal(lambda: value(strong, cut_off, "apart"))[0] == "ServiceUnavailable"
    assert value(strong, cut_off, "apart", consistent=False) is None
    for other in (OHIO, WEST):
        strong.target.cloud.post(f"links/{cut_off}/{other}", {"state": "running"})
        strong.target.cloud.post(f"links/{other}/{cut_off}", {"state": "running"})
    assert value(strong, cut_off, "apart") == "during"


def test_no_replication_latency_is_published(strong: Table) -> None:
    """The metric belongs to eventual consistency."""
    strong.put(WEST, "metered", Value="1")
    time.sleep(1.2)
    listed = strong.target.client("cloudwatch", WEST).list_metrics(
        Namespace="AWS/DynamoDB", Dimensions=[{"Name": "TableName", "Value": strong.name}]
    )
    assert listed["Metrics"] == []
