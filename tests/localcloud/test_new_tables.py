"""A table that was just asked for is CREATING, and not there to be used, as on AWS."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from helpers.localcloud.process import daemon
from helpers.settings import Settings
from helpers.targets import LocalTarget
from tests.conftest import AWAY, HOME
from tests.localcloud.test_control_plane import Table, refusal
from tests.localcloud.test_service_model import INDEX

pytestmark = pytest.mark.cloud

ITEM = {"Id": {"S": "x"}}
READ = "SELECT * FROM \"{}\" WHERE Id = 'x'"


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalTarget]:
    """A cloud on which a table takes longer to come than any test."""
    settings = Settings(state_dir=tmp_path_factory.mktemp("slow"), timescale=50)
    cloud = daemon.start(settings.state_dir, timescale=settings.timescale)
    yield LocalTarget(cloud, settings)
    daemon.stop(cloud)


def test_a_table_is_creating_before_it_is_active(target: LocalTarget) -> None:
    """The answer says so, with the indexes; a waiter waits; then it is used."""
    table = Table(target, f"new-{uuid.uuid4().hex[:8]}")
    attributes = [{"AttributeName": "Id", "AttributeType": "S"}]
    made = table.ask_for(GlobalSecondaryIndexes=[INDEX], AttributeDefinitions=attributes)
    assert made["TableStatus"] == "CREATING"
    assert [index["IndexStatus"] for index in made["GlobalSecondaryIndexes"]] == ["CREATING"]
    waiter = table.client().get_waiter("table_exists")
    waiter.wait(TableName=table.name, WaiterConfig={"Delay": 0.05, "MaxAttempts": 400})
    described = table.describe()
    assert described["TableStatus"] == "ACTIVE"
    assert [index["IndexStatus"] for index in described["GlobalSecondaryIndexes"]] == ["ACTIVE"]
    table.put(HOME, "x")
    assert table.ids(HOME) == {"x"}


def test_what_is_creating_is_described_and_nothing_else(slow: LocalTarget) -> None:
    """Reads and writes do not find it, and changes have to wait."""
    table = Table(slow, "new")
    arn = table.ask_for()["TableArn"]
    client, name = table.client(), table.name
    put = {"Put": {"TableName": name, "Item": ITEM}}
    requests: list[tuple[str, dict[str, Any]]] = [
        ("put_item", {"TableName": name, "Item": ITEM}),
        ("get_item", {"TableName": arn, "Key": ITEM}),
        ("query", {
            "TableName": name, "KeyConditionExpression": "Id = :i",
            "ExpressionAttributeValues": {":i": {"S": "x"}},
        }),
        ("scan", {"TableName": name}),
        ("batch_write_item", {"RequestItems": {name: [{"PutRequest": {"Item": ITEM}}]}}),
        ("batch_get_item", {"RequestItems": {name: {"Keys": [ITEM]}}}),
        ("transact_write_items", {"TransactItems": [put]}),
        ("execute_statement", {"Statement": READ.format(name)}),
    ]  # fmt: skip
    for operation, request in requests:
        code, _ = refusal(lambda: getattr(client, operation)(**request))  # noqa: B023 - called here
        assert code == "ResourceNotFoundException", operation
    expires = {"Enabled": True, "AttributeName": "Until"}
    for change in (
        lambda: table.replicas("Create", AWAY),
        lambda: client.update_time_to_live(TableName=name, TimeToLiveSpecification=expires),
        lambda: client.delete_table(TableName=name),
        table.ask_for,
    ):
        assert refusal(change)[0] == "ResourceInUseException"
    assert client.list_tables()["TableNames"] == [name]
    assert table.describe()["TableStatus"] == "CREATING"
