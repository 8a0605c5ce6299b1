"""The backend: the original workshop's routes and shapes, and errors a client can act on."""

from __future__ import annotations

import ast
import json
from types import ModuleType
from urllib.parse import quote

import pytest
from botocore.exceptions import (
    ConnectionClosedError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from botocore.stub import ANY, Stubber
from chalice.test import Client

from helpers.settings import PROJECT_DIR

ITEM = {"PK": {"S": "user1"}, "SK": {"S": "show1"}, "Bookmark": {"N": "15"}}
KEY = {"PK": {"S": "user1"}, "SK": {"S": "show1"}}
T = "global-serverless"
VERSIONED = "SET ReplacedId = if_not_exists(VersionId, :none), VersionId = :version"
VERSION = {":version": ANY, ":none": {"S": ""}}


def test_ping_answers_exactly_as_the_original(client: Client) -> None:
    """No database is asked, and nothing is added to the answer."""
    answer = client.http.get("/")
    assert (answer.status_code, answer.json_body) == (200, {"ping": "ok"})


def test_get_answers_the_item_in_dynamodbs_own_words(client: Client, dynamodb: Stubber) -> None:
    """`Item` is typed as DynamoDB types it; `Latency` is in milliseconds."""
    asked = {"TableName": T, "Key": KEY, "ConsistentRead": False}
    dynamodb.add_response("get_item", {"Item": ITEM}, asked)
    body = client.http.get("/get/user1/show1").json_body
    assert body["Item"] == ITEM
    assert body["Latency"] >= 0


def test_an_item_that_is_not_there_is_null(client: Client, dynamodb: Stubber) -> None:
    """A viewer without a bookmark is no error."""
    dynamodb.add_response("get_item", {})
    answer = client.http.get("/get/user1/show1")
    assert answer.status_code == 200
    assert answer.json_body["Item"] is None


def test_a_consistent_read_can_be_asked_for(client: Client, dynamodb: Stubber) -> None:
    """`?consistent=true` reads with strong consistency."""
    asked = {"TableName": T, "Key": KEY, "ConsistentRead": True}
    dynamodb.add_response("get_item", {"Item": ITEM}, asked)
    assert client.http.get("/get/user1/show1?consistent=true").status_code == 200


@pytest.mark.parametrize(("value", "number"), [("15", "15"), ("-15", "-15"), ("0", "0")])
def test_update_adds_in_one_step(
    client: Client, dynamodb: Stubber, value: str, number: str
) -> None:
    """ADD counts a missing bookmark as 0, so the first write needs no other route."""
    asked = {
        "TableName": T,
        "Key": KEY,
        "UpdateExpression": f"{VERSIONED} ADD Bookmark :val",
        "ExpressionAttributeValues": {":val": {"N": number}} | VERSION,
        "ReturnValues": "UPDATED_NEW",
    }
    dynamodb.add_response("update_item", {"Attributes": {"Bookmark": {"N": "30"}}}, asked)
    body = client.http.get(f"/update/user1/show1/{value}").json_body
    assert body["Attributes"] == {"Bookmark": {"N": "30"}}
    assert (body["PK"], body["SK"]) == ("user1", "show1")


def test_a_write_answers_its_version_and_the_one_it_replaced(
    client: Client, dynamodb: Stubber
) -> None:
    """Beside the original's answer, whose `Attributes` stay as they were; a read answers both."""
    new, old = "us-east-2/2", "us-west-2/1"
    versions = {"VersionId": {"S": new}, "ReplacedId": {"S": old}}
    dynamodb.add_response("update_item", {"Attributes": {"Bookmark": {"N": "30"}} | versions})
    dynamodb.add_response("get_item", {"Item": ITEM | versions})
    dynamodb.add_response("get_item", {"Item": ITEM})
    written = client.http.get("/update/user1/show1/15").json_body
    assert written["Attributes"] == {"Bookmark": {"N": "30"}}
    read = client.http.get("/get/user1/show1").json_body
    assert [(b["Version"], b["Replaced"]) for b in (written, read)] == [(new, old)] * 2
    bare = client.http.get("/get/user1/show1").json_body
    assert (bare["Version"], bare["Replaced"]) == (None, None)


def test_a_players_position_is_set_with_its_thumbnail(client: Client, dynamodb: Stubber) -> None:
    """The longer route records where the player is, instead of adding."""
    asked = {
        "TableName": T,
        "Key": KEY,
        "UpdateExpression": f"{VERSIONED}, Bookmark = :val, Thumb = :thumb",
        "ExpressionAttributeValues": {":val": {"N": "90"}, ":thumb": {"S": "frame 90.jpg"}}
        | VERSION,
        "ReturnValues": "UPDATED_NEW",
    }
    dynamodb.add_response("update_item", {"Attributes": {"Bookmark": {"N": "90"}}}, asked)
    assert client.http.get("/update/user1/show1/90/frame%2090.jpg").status_code == 200


def test_query_and_scan_return_items(client: Client, dynamodb: Stubber) -> None:
    """A viewer's shows, and the whole table."""
    dynamodb.add_response("query", {"Items": [ITEM]})
    dynamodb.add_response("scan", {"Items": [ITEM, ITEM]}, {"TableName": T})
    assert client.http.get("/query/user1").json_body["Items"] == [ITEM]
    assert len(client.http.get("/scan").json_body["Items"]) == 2


def test_more_than_a_megabyte_comes_in_pages(client: Client, dynamodb: Stubber) -> None:
    """`Next` says that there is more, and `?after=` begins there; nonsense is refused."""
    dynamodb.add_response("scan", {"Items": [ITEM], "LastEvaluatedKey": KEY}, {"TableName": T})
    asked = {"TableName": T, "ExclusiveStartKey": KEY}
    dynamodb.add_response("scan", {"Items": []}, asked)
    first = client.http.get("/scan").json_body
    second = client.http.get(f"/scan?after={quote(first['Next'])}").json_body
    assert "Next" not in second
    for nonsense in ("x", "[1,2]", "[]", "7", '{"a":1,"b":2}'):
        answer = client.http.get(f"/scan?after={quote(nonsense)}")
        assert (answer.status_code, answer.json_body["Outcome"]) == (400, "failed")


@pytest.mark.parametrize("value", ["abc", "1.5", "", "9" * 30, "%20", "NaN"])
def test_bad_seconds_are_the_callers_fault(client: Client, value: str) -> None:
    """4xx with a reason; DynamoDB is not asked, so nothing was done."""
    answer = client.http.get(f"/update/user1/show1/{value}")
    assert 400 <= answer.status_code < 500
    if value:
        assert answer.json_body["Outcome"] == "failed"
        assert "VAL" in answer.json_body["Message"]


@pytest.mark.parametrize(
    ("code", "http_status", "status", "outcome"),
    [
        ("ResourceNotFoundException", 400, 503, "failed"),
        ("ProvisionedThroughputExceededException", 400, 429, "failed"),
        ("ValidationException", 400, 400, "failed"),
        ("AccessDeniedException", 400, 500, "failed"),
        ("InternalServerError", 500, 503, "unknown"),
    ],
)
def test_what_dynamodb_refuses_has_a_status_to_act_on(
    client: Client, dynamodb: Stubber, code: str, http_status: int, status: int, outcome: str
) -> None:
    """Never 200: the status, the code and the outcome tell what a client can do."""
    dynamodb.add_client_error("update_item", code, "why", http_status)
    answer = client.http.get("/update/user1/show1/15")
    assert answer.status_code == status
    assert answer.json_body["Outcome"] == outcome
    assert answer.json_body["Region"] == "us-east-2"
    assert answer.json_body["Message"]


def test_a_missing_table_says_where_and_what_to_do(client: Client, dynamodb: Stubber) -> None:
    """The reason a new Region fails is in words a learner understands."""
    dynamodb.add_client_error("get_item", "ResourceNotFoundException", "x", 400)
    body = client.http.get("/get/user1/show1").json_body
    assert body["Code"] == "TableNotFound"
    assert "us-east-2" in body["Message"]
    assert "replica" in body["Message"]


@pytest.mark.parametrize(
    ("error", "status", "outcome"),
    [
        (EndpointConnectionError(endpoint_url="http://db"), 503, "failed"),
        (ReadTimeoutError(endpoint_url="http://db"), 504, "unknown"),
        (ConnectionClosedError(endpoint_url="http://db"), 504, "unknown"),
    ],
)
def test_a_database_out_of_reach_tells_failed_from_unknown(
    client: Client,
    backend: ModuleType,
    error: Exception,
    status: int,
    outcome: str,
) -> None:
    """Never connected: certainly not done. Connection lost after sending: perhaps done."""

    class Away:
        def update_item(self, **_: object) -> dict:
            raise error

        def get_item(self, **_: object) -> dict:
            raise error

    backend.bookmarks._client = Away()
    write = client.http.get("/update/user1/show1/15")
    assert (write.status_code, write.json_body["Outcome"]) == (status, outcome)
    read = client.http.get("/get/user1/show1")
    assert (read.status_code, read.json_body["Outcome"]) == (status, "failed")


def test_each_request_logs_one_line_that_a_program_can_read(
    client: Client, dynamodb: Stubber, capsys: pytest.CaptureFixture[str]
) -> None:
    """Success, refusal and bad input: one JSON line each; only the first was a cold start."""
    dynamodb.add_response("get_item", {"Item": ITEM})
    dynamodb.add_client_error("get_item", "ResourceNotFoundException", "x", 400)
    for path in ("/get/user1/show1", "/get/user1/show1", "/update/user1/show1/abc", "/"):
        client.http.get(path)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["status"] for line in lines] == [200, 503, 400, 200]
    assert [line["outcome"] for line in lines] == ["ok", "failed", "failed", "ok"]
    assert [line["cold"] for line in lines] == [True, False, False, False]


def test_the_first_answer_of_a_worker_is_marked(client: Client) -> None:
    """A client can tell a cold start from a slow Region."""
    assert client.http.get("/").headers.get("X-Cold-Start") == "true"
    assert "X-Cold-Start" not in client.http.get("/").headers


def test_the_policy_allows_what_the_code_calls_and_no_more() -> None:
    """The actions are those of the calls in the code, on the one table, in every Region."""
    folder = PROJECT_DIR / "backend"
    policy = json.loads((folder / ".chalice" / "policy.json").read_text(encoding="utf-8"))
    allowed = {action for s in policy["Statement"] for action in s["Action"]}
    resources = {s["Resource"] for s in policy["Statement"] if "dynamodb" in str(s["Action"])}
    tree = ast.parse((folder / "chalicelib" / "bookmarks.py").read_text(encoding="utf-8"))
    called = {
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value) == "self._client"
    }
    words = {f"dynamodb:{''.join(p.title() for p in name.split('_'))}" for name in called}
    assert {a for a in allowed if a.startswith("dynamodb:")} == words
    assert resources == {"arn:aws:dynamodb:*:*:table/global-serverless"}


PUT = {"Content-Type": "application/json"}


def test_a_position_is_saved_unless_a_later_one_is_there(client: Client, dynamodb: Stubber) -> None:
    """The condition is DynamoDB's to check, in one step with the write; SavedIn tells the Region."""
    asked = {
        "TableName": T,
        "Key": KEY,
        "UpdateExpression": f"{VERSIONED}, Bookmark = :val, SavedAt = :at, SavedIn = :region",
        "ConditionExpression": "attribute_not_exists(SavedAt) OR SavedAt <= :at",
        "ExpressionAttributeValues": {
            ":val": {"N": "754"}, ":at": {"N": "1767225600000"}, ":region": {"S": "us-east-2"},
        } | VERSION,
        "ReturnValues": "UPDATED_NEW",
    }  # fmt: skip
    dynamodb.add_response("update_item", {"Attributes": {"Bookmark": {"N": "754"}}}, asked)
    body = json.dumps({"Bookmark": 754, "At": 1767225600000}).encode()
    answer = client.http.put("/bookmark/user1/show1", headers=PUT, body=body)
    assert answer.status_code == 200
    assert answer.json_body["Attributes"] == {"Bookmark": {"N": "754"}}


def test_an_older_position_is_refused_and_certainly_not_done(
    client: Client, dynamodb: Stubber
) -> None:
    """409, which is no reason to fail over: the Region answers, and knows better."""
    dynamodb.add_client_error("update_item", "ConditionalCheckFailedException", "no")
    body = b'{"Bookmark": 1, "At": 5}'
    answer = client.http.put("/bookmark/user1/show1", headers=PUT, body=body)
    assert answer.status_code == 409
    assert answer.json_body["Code"] == "NewerPosition"
    assert answer.json_body["Outcome"] == "failed"


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'{"Bookmark": 1}', b'{"Bookmark": "1", "At": 1}',
     b'{"Bookmark": true, "At": 1}', b'{"Bookmark": -1, "At": 1}',
     b'{"Bookmark": 1, "At": 99999999999999}', b'{"Bookmark": 1.5, "At": 1}'],
)  # fmt: skip
def test_a_body_that_is_no_position_is_explained(client: Client, body: bytes) -> None:
    """Nothing is asked of the database."""
    answer = client.http.put("/bookmark/user1/show1", headers=PUT, body=body)
    assert answer.status_code == 400
    assert "Bookmark" in answer.json_body["Message"]
