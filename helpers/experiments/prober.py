"""A prober with little overhead: signed DynamoDB calls over one keep-alive connection.

boto3 costs about 1 ms a call, which is as much as what is measured. Here the same calls are signed
with botocore's own signer and sent with `http.client`.
"""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from helpers.tables import TABLE
from helpers.targets import Target
from helpers.targets.connections import open_connection

_TIMEOUT_S = 10.0
_READS = {"GetItem", "Query"}
_OK = 200
_SERVER_ERROR = 500


@dataclass(frozen=True)
class Probe:
    """One call: `started_ms` and `done_ms` on the process's monotonic clock.

    `outcome` is ok, failed (certainly not done) or unknown (perhaps done); `bookmark` is the value
    read or written, in s, None where there is no item.
    """

    started_ms: float
    done_ms: float
    outcome: str
    bookmark: int | None
    message: str

    @property
    def rtt_ms(self) -> float:
        """The round trip."""
        return self.done_ms - self.started_ms


def now_ms() -> float:
    """Tell the time on this process's monotonic clock, in ms."""
    return time.perf_counter() * 1000


class Prober:
    """Reads and writes bookmarks of the table in one Region."""

    def __init__(self, target: Target, region: str, table: str = TABLE) -> None:
        client = target.client("dynamodb", region)
        self.region = region
        self.table = table
        self._url = client.meta.endpoint_url
        credentials = client._request_signer._credentials  # noqa: SLF001 - there is no public way
        self._signer = SigV4Auth(credentials, "dynamodb", region)
        self._connection: http.client.HTTPConnection | None = None

    def read(self, user: str, show: str, *, consistent: bool = False) -> Probe:
        """Read one bookmark, eventually or strongly consistent."""
        return self._call("GetItem", {"Key": _key(user, show), "ConsistentRead": consistent})

    def write(self, user: str, show: str, bookmark: int) -> Probe:
        """Set one bookmark: the whole item is put."""
        item = {**_key(user, show), "Bookmark": {"N": str(bookmark)}}
        return self._call("PutItem", {"Item": item})

    def add(self, user: str, show: str, seconds: int) -> Probe:
        """Add to one bookmark atomically, as the API does."""
        return self._call(
            "UpdateItem",
            {
                "Key": _key(user, show),
                "UpdateExpression": "ADD Bookmark :seconds",
                "ExpressionAttributeValues": {":seconds": {"N": str(seconds)}},
                "ReturnValues": "UPDATED_NEW",
            },
        )

    def replace(self, user: str, show: str, expected: int | None, bookmark: int) -> Probe:
        """Set one bookmark on the condition that it is `expected`; None: that there is no item."""
        names: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(Bookmark)"}
        if expected is not None:
            names["ConditionExpression"] = "Bookmark = :expected"
            names["ExpressionAttributeValues"] = {":expected": {"N": str(expected)}}
        item = {**_key(user, show), "Bookmark": {"N": str(bookmark)}}
        return self._call("PutItem", {"Item": item, **names})

    def bookmarks(self, user: str, *, consistent: bool = False) -> tuple[Probe, dict[str, int]]:
        """Read all bookmarks of one viewer by one query, eventually or strongly consistent."""
        found: dict[str, int] = {}
        payload = {
            "ConsistentRead": consistent,
            "KeyConditionExpression": "PK = :user",
            "ExpressionAttributeValues": {":user": {"S": user}},
        }
        probe = self._call("Query", payload, found)
        return probe, found

    def delete(self, user: str, show: str) -> Probe:
        """Delete one item."""
        return self._call("DeleteItem", {"Key": _key(user, show)})

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _call(
        self, operation: str, payload: dict[str, Any], found: dict[str, int] | None = None
    ) -> Probe:
        body = json.dumps({"TableName": self.table, **payload})
        headers = {
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": f"DynamoDB_20120810.{operation}",
        }
        request = AWSRequest("POST", self._url, data=body.encode(), headers=headers)
        self._signer.add_auth(request)
        sent = False
        started_ms = now_ms()
        try:
            connection = self._connect()
            # The clock starts again: a connection is made once, a call many times.
            started_ms = now_ms()
            connection.request("POST", "/", body=body, headers=dict(request.headers.items()))
            sent = True
            answer = connection.getresponse()
            raw = answer.read()
        except (OSError, http.client.HTTPException) as lost:
            self.close()
            outcome = "unknown" if sent and operation not in _READS else "failed"
            return Probe(started_ms, now_ms(), outcome, None, f"{type(lost).__name__}: {lost}")
        done_ms = now_ms()
        parsed = json.loads(raw or b"{}")
        for item in parsed.get("Items", []) if found is not None else ():
            if "Bookmark" in item:
                found[item["SK"]["S"]] = int(item["Bookmark"]["N"])  # type: ignore[index]
        return _judge(operation, started_ms, done_ms, answer.status, parsed)

    def _connect(self) -> http.client.HTTPConnection:
        if self._connection is None:
            self._connection = open_connection(self._url, timeout_s=_TIMEOUT_S)
        return self._connection


def require(probe: Probe) -> Probe:
    """Pass a successful call on; an experiment whose own writes fail measures nothing.

    Raises:
        ValueError: the call failed or may have; the message has what was seen and what to do.
    """
    if probe.outcome != "ok":
        raise ValueError(
            f"A call of the experiment itself ended {probe.outcome}: {probe.message}. Are the "
            "table and its replicas there, and online? `workshop prepare REGION...` makes them."
        )
    return probe


def _key(user: str, show: str) -> dict[str, dict[str, str]]:
    return {"PK": {"S": user}, "SK": {"S": show}}


def _judge(
    operation: str, started_ms: float, done_ms: float, status: int, answer: dict[str, Any]
) -> Probe:
    if status == _OK:
        item = answer.get("Item") or answer.get("Attributes") or {}
        number = item.get("Bookmark", {}).get("N")
        return Probe(started_ms, done_ms, "ok", None if number is None else int(number), "")
    maybe_done = status >= _SERVER_ERROR and operation not in _READS
    message = f"{answer.get('__type', status)}: {answer.get('message') or answer.get('Message')}"
    return Probe(started_ms, done_ms, "unknown" if maybe_done else "failed", None, message)
