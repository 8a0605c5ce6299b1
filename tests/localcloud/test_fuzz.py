"""Requests that make no sense: each is answered, none with a 5xx, and the cloud goes on.

`make fuzz` makes many more of them, from a seed that it prints; FUZZ_SEED repeats one.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import botocore.session
import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from helpers.localcloud.process import daemon
from helpers.localcloud.process.daemon import RunningCloud
from tests.conftest import HOME

EXAMPLES = int(os.environ.get("FUZZ", "150"))
# By default always the same: what is found by chance is found by `make fuzz`.
SEED = int(os.environ.get("FUZZ_SEED") or (0 if "FUZZ" not in os.environ else secrets.randbits(32)))
MODEL = botocore.session.Session().get_service_model("dynamodb")
TABLE = "fuzz"

texts = st.sampled_from(
    ["", TABLE, "PK", "S", "N", "1", "-1e400", ":a", "#n", "SET #n = :a", "é\x00"]
)
junk: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 2**70), st.floats(allow_nan=False), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=6,
)
SCALARS = {
    "boolean": st.booleans(), "integer": st.integers(-5, 200), "long": st.integers(-5, 200),
    "double": st.floats(0, 9), "timestamp": st.floats(0, 2e9), "blob": st.just("AAAA"),
}  # fmt: skip


def values(shape: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    """Draw what the model takes for a shape, with something else in its place now and then."""
    kind = shape.type_name
    if shape.name == "AttributeValue":
        key = st.sampled_from(
            [{"S": "a"}, {"N": "1"}, {"B": "AAAA"}, {"NULL": True}, {"SS": ["a"]}]
        )
        good: st.SearchStrategy[Any] = st.one_of(key, st.just({"M": {"a": {"L": [{"S": "b"}]}}}))
    elif kind == "structure" and depth < 5:
        drawn = {name: values(member, depth + 1) for name, member in shape.members.items()}
        required = {name: drawn[name] for name in shape.required_members}
        optional = {name: drawn[name] for name in drawn if name not in required}
        good = st.fixed_dictionaries(required, optional=optional)
    elif kind == "list":
        good = st.lists(values(shape.member, depth + 1), max_size=2)
    elif kind == "map":
        good = st.dictionaries(texts, values(shape.value, depth + 1), max_size=2)
    elif kind == "string":
        known = getattr(shape, "enum", [])
        good = st.sampled_from(known) if known else texts
    else:
        good = SCALARS.get(kind, st.just({}))
    if shape.name in ("TableName", "TableArn"):
        # Mostly the one that is there, so that what stands behind the names is reached.
        good = st.sampled_from([TABLE] * 9 + [""])
    # One in thirty is anything at all.
    return st.integers(0, 29).flatmap(lambda n: junk if n == 13 else good)


REQUESTS = {
    name: values(MODEL.operation_model(name).input_shape)
    for name in MODEL.operation_names
    # These want times of waiting or an S3 bucket; the door answers them as it does the others.
    # The table is to stay there for the others.
    if not name.startswith(("ImportTable", "ExportTable", "DeleteTable"))
}
requests_of = st.sampled_from(sorted(REQUESTS)).flatmap(
    lambda name: st.tuples(st.just(name), REQUESTS[name])
)


class Caller:
    """Sends whatever it is given, signed."""

    def __init__(self, cloud: RunningCloud) -> None:
        self.cloud = cloud
        self._http = requests.Session()
        self._http.trust_env = False

    def call(
        self,
        operation: str,
        body: bytes | Iterator[bytes],
        more: Mapping[str, str] = MappingProxyType({}),
    ) -> requests.Response:
        headers = {**more, "X-Amz-Target": f"DynamoDB_20120810.{operation}"}
        headers["Content-Type"] = "application/x-amz-json-1.0"
        # A signature is not checked, so a body that is yet to be made need not be in it.
        signed = body if isinstance(body, bytes) else b""
        asked = AWSRequest("POST", f"{self.cloud.endpoint}/", data=signed, headers=headers)
        SigV4Auth(Credentials(self.cloud.keys.own, "test"), "dynamodb", HOME).add_auth(asked)
        return self._http.post(
            f"{self.cloud.endpoint}/", data=body, headers=dict(asked.headers), timeout=30
        )

    def close(self) -> None:
        self._http.close()


@pytest.fixture(scope="module")
def caller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """A cloud of its own, with one table."""
    running = daemon.start(tmp_path_factory.mktemp("fuzz"), lag="fixed:1", timescale=0.001)
    calling = Caller(running)
    key = [{"AttributeName": "PK", "KeyType": "HASH"}]
    attributes = [{"AttributeName": "PK", "AttributeType": "S"}]
    made = calling.call(
        "CreateTable",
        json.dumps(
            {"TableName": TABLE, "KeySchema": key, "AttributeDefinitions": attributes,
             "BillingMode": "PAY_PER_REQUEST"}
        ).encode(),
    )  # fmt: skip
    assert made.ok, made.text
    print(f"FUZZ={EXAMPLES} FUZZ_SEED={SEED}")
    yield calling
    calling.close()
    daemon.stop(running)


pytestmark = pytest.mark.cloud


@seed(SEED)
@settings(
    max_examples=EXAMPLES, deadline=None, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(request=requests_of)
def test_no_request_is_answered_with_a_5xx(caller: Caller, request: tuple[str, Any]) -> None:
    """Wrong types, missing and unknown members, junk: done, or refused with a code."""
    operation, payload = request
    answer = caller.call(operation, json.dumps(payload).encode())
    said = f"FUZZ_SEED={SEED} {operation} {json.dumps(payload)}: {answer.status_code} {answer.text}"
    assert answer.status_code < 500, said
    if not answer.ok:
        assert answer.json()["__type"], said


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "SerializationException"),
        (b"[]", "SerializationException"),
        (b'"x"', "SerializationException"),
        (b"\xff\xfe", "SerializationException"),
        (b'{"a":' * 100_000, "SerializationException"),
        (b'{"TableName":' + b"[" * 5_000 + b"]" * 5_000 + b"}", "SerializationException"),
        (b'{"TableName":"\\ud800","Key":{}}', "SerializationException"),
        (b'{"TableName":1,"Key":{}}', "SerializationException"),
        (b'{"TableName":"fuzz","Key":[]}', "SerializationException"),
        (b'{"TableName":"fuzz","Key":{"PK":{"B":"!"}}}', "SerializationException"),
        (b'{"TableName":"fuzz","Key":{"PK":{"S":true}}}', "SerializationException"),
        (b'{"TableName":"fuzz","Key":{"PK":null}}', "ValidationException"),
        (b'{"TableName":"fuzz","Key":{"PK":' + b'{"L":[' * 40 + b'{"S":"a"}' + b"]}" * 40 + b"}}",
         "ValidationException"),
    ],
)  # fmt: skip
def test_what_is_no_request_is_refused_as_on_aws(caller: Caller, body: bytes, code: str) -> None:
    """With 400 and AWS's code; the table can be read afterwards."""
    answer = caller.call("GetItem", body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["__type"].endswith(f"#{code}")
    fine = caller.call(
        "GetItem", b'{"TableName":"fuzz","Key":{"PK":{"S":"nobody"}},"NotThere":[1]}'
    )
    assert fine.json() == {}


@pytest.mark.parametrize(
    ("operation", "without", "null"),
    [
        ("UpdateTable", {}, {"GlobalSecondaryIndexUpdates": None}),
        ("Scan", {}, {"FilterExpression": None}),
        ("Scan", {}, {"FilterExpression": None, "ExclusiveStartKey": None}),
        ("PutItem", {"Item": {"PK": {"S": "null"}}}, {"Item": {"PK": {"S": "null", "N": None}}}),
        ("PutItem", {"Item": {"PK": {}}}, {"Item": {"PK": {"S": None}}}),
        ("TransactWriteItems", {"TransactItems": [{}]}, {"TransactItems": [{"Put": None}]}),
        ("UpdateTable", {"ReplicaUpdates": [{}]}, {"ReplicaUpdates": [{"Create": None}]}),
        ("UpdateTable", {"StreamSpecification": {"StreamEnabled": True}},
         {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": None}}),
    ],
)  # fmt: skip
def test_a_member_that_is_null_is_not_there(
    caller: Caller, operation: str, without: dict[str, Any], null: dict[str, Any]
) -> None:
    """The answer is the one to the request without it, however deep it stands."""
    named = {} if operation.startswith("Transact") else {"TableName": TABLE}
    expected = caller.call(operation, json.dumps(named | without).encode())
    answer = caller.call(operation, json.dumps(named | null).encode())
    assert expected.status_code < 500, expected.text
    assert (answer.status_code, answer.text) == (expected.status_code, expected.text)


def test_an_operation_that_is_none_is_unknown(caller: Caller) -> None:
    """As on AWS, whatever comes with it."""
    answer = caller.call("DropEverything", b"{}")
    assert answer.status_code == 400
    assert answer.json()["__type"].endswith("#UnknownOperationException")
