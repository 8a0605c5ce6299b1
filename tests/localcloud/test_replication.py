"""Replication as a client of the local cloud sees it, for every operation that writes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from helpers import tables
from helpers.experiments.prober import Prober
from helpers.localcloud.process.daemon import RunningCloud
from helpers.targets import LocalTarget
from tests.conftest import AWAY, HOME

T = tables.TABLE


def key(viewer: str) -> dict:
    """Format the key of the test's item."""
    return {"PK": {"S": viewer}, "SK": {"S": "show"}}


def put(client, viewer: str) -> None:
    client.put_item(TableName=T, Item={**key(viewer), "Bookmark": {"N": "15"}})


def update(client, viewer: str) -> None:
    client.update_item(
        TableName=T, Key=key(viewer), UpdateExpression="ADD Bookmark :n",
        ExpressionAttributeValues={":n": {"N": "15"}},
    )  # fmt: skip


def batch(client, viewer: str) -> None:
    item = {**key(viewer), "Bookmark": {"N": "15"}}
    client.batch_write_item(RequestItems={T: [{"PutRequest": {"Item": item}}]})


def transaction(client, viewer: str) -> None:
    item = {**key(viewer), "Bookmark": {"N": "15"}}
    client.transact_write_items(TransactItems=[{"Put": {"TableName": T, "Item": item}}])


def insert(client, viewer: str) -> None:
    statement = f"INSERT INTO \"{T}\" VALUE {{'PK': '{viewer}', 'SK': 'show', 'Bookmark': 15}}"
    client.execute_statement(Statement=statement)


def batch_insert(client, viewer: str) -> None:
    statement = f"INSERT INTO \"{T}\" VALUE {{'PK': '{viewer}', 'SK': 'show', 'Bookmark': 15}}"
    client.batch_execute_statement(Statements=[{"Statement": statement}])


def insert_in_transaction(client, viewer: str) -> None:
    statement = f"INSERT INTO \"{T}\" VALUE {{'PK': '{viewer}', 'SK': 'show', 'Bookmark': 15}}"
    client.execute_transaction(TransactStatements=[{"Statement": statement}])


def settle(target: LocalTarget) -> None:
    """Wait until nothing is under way."""
    deadline = time.monotonic() + 20
    while any(link["in_flight"] for link in target.cloud.get("status")["links"]):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def read(target: LocalTarget, region: str, viewer: str) -> dict:
    answer = target.client("dynamodb", region).get_item(TableName=T, Key=key(viewer))
    return answer.get("Item", {})


WRITES = [put, update, batch, transaction, insert, batch_insert, insert_in_transaction]


@pytest.mark.parametrize("write", WRITES)
def test_every_operation_that_writes_replicates(
    global_table: LocalTarget, viewer: str, write: Callable
) -> None:
    """Whatever the operation, the item is not in the other Region at once, and then it is."""
    write(global_table.client("dynamodb", HOME), viewer)
    assert read(global_table, AWAY, viewer) == {}
    settle(global_table)
    assert read(global_table, AWAY, viewer) == {**key(viewer), "Bookmark": {"N": "15"}}


def test_changes_and_deletes_in_partiql_replicate_too(
    global_table: LocalTarget, viewer: str
) -> None:
    """An UPDATE and a DELETE statement are writes like any other."""
    client = global_table.client("dynamodb", HOME)
    put(client, viewer)
    where = f"WHERE PK = '{viewer}' AND SK = 'show'"
    client.execute_statement(Statement=f'UPDATE "{T}" SET Bookmark = 30 {where}')
    settle(global_table)
    assert read(global_table, AWAY, viewer)["Bookmark"] == {"N": "30"}
    client.execute_statement(Statement=f'DELETE FROM "{T}" {where}')
    settle(global_table)
    assert read(global_table, AWAY, viewer) == {}


def test_a_cancelled_transaction_sends_nothing(global_table: LocalTarget, viewer: str) -> None:
    """What is rolled back at home is never heard of elsewhere."""
    client = global_table.client("dynamodb", HOME)
    put(client, viewer)
    settle(global_table)
    before = global_table.cloud.get("status")["counts"]["write"]
    statements = [
        f"INSERT INTO \"{T}\" VALUE {{'PK': '{viewer}', 'SK': 'new'}}",
        f"INSERT INTO \"{T}\" VALUE {{'PK': '{viewer}', 'SK': 'show'}}",
    ]
    with pytest.raises(client.exceptions.TransactionCanceledException):
        client.execute_transaction(TransactStatements=[{"Statement": s} for s in statements])
    assert global_table.cloud.get("status")["counts"]["write"] == before
    found = client.query(
        TableName=T,
        KeyConditionExpression="PK = :v",
        ExpressionAttributeValues={":v": {"S": viewer}},
    )
    assert found["Count"] == 1


def test_what_expires_is_deleted_once_and_everywhere(
    global_table: LocalTarget, viewer: str
) -> None:
    """One Region deletes it, marked as the service's doing; the delete replicates."""
    client = global_table.client("dynamodb", HOME)
    client.update_time_to_live(
        TableName=T, TimeToLiveSpecification={"Enabled": True, "AttributeName": "ExpiresAt"}
    )
    there = global_table.client("dynamodb", AWAY).describe_time_to_live(TableName=T)
    assert there["TimeToLiveDescription"]["TimeToLiveStatus"] == "ENABLED"
    lost = global_table.cloud.get("status")["counts"].get("conflict", 0)
    expiry = {"ExpiresAt": {"N": str(int(time.time()) - 5)}}
    client.put_item(TableName=T, Item={**key(viewer), **expiry})
    deadline = time.monotonic() + 20
    while read(global_table, HOME, viewer) or read(global_table, AWAY, viewer):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    settle(global_table)
    records = stream(global_table, HOME, viewer)
    assert [r["eventName"] for r in records] == ["INSERT", "REMOVE"]
    assert records[-1]["userIdentity"]["PrincipalId"] == "dynamodb.amazonaws.com"
    assert [r["eventName"] for r in stream(global_table, AWAY, viewer)][-1:] in ([], ["REMOVE"])
    assert global_table.cloud.get("status")["counts"].get("conflict", 0) == lost


def stream(target: LocalTarget, region: str, viewer: str) -> list[dict]:
    """Read what a Region's stream says of a viewer."""
    arn = (tables.describe(target, region) or {})["LatestStreamArn"]
    streams = target.client("dynamodbstreams", region)
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][-1]["ShardId"]
    iterator = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    records: list[dict] = []
    while page := streams.get_records(ShardIterator=iterator):
        records += page["Records"]
        iterator = page.get("NextShardIterator")
        if not page["Records"] or iterator is None:
            break
    return [r for r in records if r["dynamodb"]["Keys"]["PK"]["S"] == viewer]


def test_a_replicas_stream_carries_what_replication_applied(
    global_table: LocalTarget, viewer: str
) -> None:
    """The stream of the receiving Region has the write too, with its image."""
    put(global_table.client("dynamodb", HOME), viewer)
    settle(global_table)
    mine = stream(global_table, AWAY, viewer)
    assert [r["eventName"] for r in mine] == ["INSERT"]
    assert mine[0]["dynamodb"]["NewImage"]["Bookmark"] == {"N": "15"}
    assert mine[0]["awsRegion"] == AWAY


def test_after_quiescence_both_tables_are_the_same_byte_for_byte(
    global_table: LocalTarget, viewer: str
) -> None:
    """Written in both Regions and settled, a scan returns the same bytes in each."""
    for number in range(20):
        region = (HOME, AWAY)[number % 2]
        with Prober(global_table, region) as prober:
            prober.write(viewer, f"show{number % 5}", number)
    settle(global_table)
    scans = []
    for region in (HOME, AWAY):
        client = global_table.client("dynamodb", region)
        raw: list[bytes] = []
        client.meta.events.register(
            "before-parse.dynamodb.Scan",
            lambda response_dict, raw=raw, **_: raw.append(response_dict["body"]),
            unique_id="bytes",
        )
        client.scan(TableName=T, ConsistentRead=True)
        client.meta.events.unregister("before-parse.dynamodb.Scan", unique_id="bytes")
        items = json.loads(raw[0])["Items"]
        items.sort(key=lambda item: (item["PK"]["S"], item["SK"]["S"]))
        scans.append(json.dumps(items).encode())
    assert scans[0] == scans[1]


@pytest.mark.parametrize("write", WRITES)
def test_without_lag_a_write_is_there_at_once(
    calm: RunningCloud, global_table: LocalTarget, viewer: str, write: Callable
) -> None:
    """With fixed:0 the write is applied elsewhere before it is acknowledged, every time."""
    calm.post("lag", {"lag": "fixed:0"})
    client = global_table.client("dynamodb", HOME)
    for number in range(20):
        write(client, f"{viewer}-{number}")
        assert read(global_table, AWAY, f"{viewer}-{number}")
        client.delete_item(TableName=T, Key=key(f"{viewer}-{number}"))
        assert not read(global_table, AWAY, f"{viewer}-{number}")


def test_a_paused_link_holds_one_direction_only(
    calm: RunningCloud, global_table: LocalTarget, viewer: str
) -> None:
    """What waits is kept and arrives when the link runs again."""
    calm.post("lag", {"lag": "fixed:10"})
    calm.post(f"links/{HOME}/{AWAY}", {"state": "paused"})
    put(global_table.client("dynamodb", HOME), viewer)
    put(global_table.client("dynamodb", AWAY), f"{viewer}-back")
    time.sleep(0.3)
    assert read(global_table, AWAY, viewer) == {}
    assert read(global_table, HOME, f"{viewer}-back")
    calm.post(f"links/{HOME}/{AWAY}", {"state": "running"})
    settle(global_table)
    assert read(global_table, AWAY, viewer)


def test_what_an_outage_held_back_arrives_in_both_directions(
    calm: RunningCloud, global_table: LocalTarget, viewer: str
) -> None:
    """Back online, the Region sends what it had taken and receives what the others had."""
    put(global_table.client("dynamodb", HOME), viewer)
    calm.post(f"regions/{HOME}", {"state": "offline"})
    put(global_table.client("dynamodb", AWAY), f"{viewer}-meanwhile")
    time.sleep(0.6)
    assert read(global_table, AWAY, viewer) == {}
    calm.post(f"regions/{HOME}", {"state": "online"})
    settle(global_table)
    assert read(global_table, AWAY, viewer)
    assert read(global_table, HOME, f"{viewer}-meanwhile")


def test_replication_latency_goes_to_cloudwatch_as_aws_publishes_it(
    global_table: LocalTarget, viewer: str
) -> None:
    """Namespace, unit and dimensions are AWS's; the value is the lag; the source Region has it."""
    put(global_table.client("dynamodb", HOME), viewer)
    settle(global_table)
    dimensions = [
        {"Name": "TableName", "Value": T},
        {"Name": "ReceivingRegion", "Value": AWAY},
    ]
    now = time.time()
    deadline = time.monotonic() + 10
    points: list[dict] = []
    while not points and time.monotonic() < deadline:
        points = global_table.client("cloudwatch", HOME).get_metric_statistics(
            Namespace="AWS/DynamoDB", MetricName="ReplicationLatency", Dimensions=dimensions,
            StartTime=now - 600, EndTime=now + 600, Period=60, Statistics=["Minimum", "Maximum"],
        )["Datapoints"]  # fmt: skip
        time.sleep(0.1)
    assert points[0]["Unit"] == "Milliseconds"
    assert min(point["Minimum"] for point in points) < 2_000
    assert max(point["Maximum"] for point in points) >= 300
