"""A prober with little overhead: signed DynamoDB calls over a pool of connections.

boto3 costs about 1 ms a call, which is as much as what is measured. Here the same calls are signed
with botocore's own signer and sent by the workshop's own transport. Threads may share a prober.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from helpers import tables
from helpers.outcomes import Operation, Outcome
from helpers.targets import Target
from helpers.transport import Exchange, Transport, now_ms

__all__ = ["Probe", "Prober", "insist", "now_ms", "require"]

_GET = Operation("GetItem", writes=False)
_BATCH_GET = Operation("BatchGetItem", writes=False)
_QUERY = Operation("Query", writes=False)
_PUT = Operation("PutItem", writes=True)
_UPDATE = Operation("UpdateItem", writes=True)
_DELETE = Operation("DeleteItem", writes=True)
_TRANSACT = Operation("TransactWriteItems", writes=True)

_PAUSES_S = (0.1, 0.2, 0.4, 0.8)


@dataclass(frozen=True)
class Probe:
    """One call: `started_ms` and `done_ms` on the process's monotonic clock.

    `outcome` is ok, failed (certainly not done) or unknown (perhaps done); `bookmark` is the value
    read or written, in s, None where there is no item.
    """

    started_ms: float
    done_ms: float
    outcome: Outcome
    bookmark: int | None
    message: str

    @property
    def rtt_ms(self) -> float:
        """The round trip."""
        return self.done_ms - self.started_ms


class Prober:
    """Reads and writes bookmarks of the table in one Region."""

    def __init__(self, target: Target, region: str, table: str | None = None) -> None:
        client = target.client("dynamodb", region)
        self.region = region
        self.table = table or tables.name(target)
        self._url = client.meta.endpoint_url
        self._transport = Transport(self._url)
        credentials = client._request_signer._credentials  # noqa: SLF001 - there is no public way
        self._signer = SigV4Auth(credentials, "dynamodb", region)

    def read(self, user: str, show: str, *, consistent: bool = False) -> Probe:
        """Read one bookmark, eventually or strongly consistent."""
        return self._call(_GET, {"Key": _key(user, show), "ConsistentRead": consistent})

    def write(self, user: str, show: str, bookmark: int) -> Probe:
        """Set one bookmark: the whole item is put."""
        item = {**_key(user, show), "Bookmark": {"N": str(bookmark)}}
        return self._call(_PUT, {"Item": item})

    def add(self, user: str, show: str, seconds: int) -> Probe:
        """Add to one bookmark atomically, as the API does."""
        return self._call(
            _UPDATE,
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
        return self._call(_PUT, {"Item": item, **names})

    def write_together(self, user: str, shows: Iterable[str], bookmark: int) -> Probe:
        """Set several bookmarks by one transaction: all of them or none."""
        puts = [{**_key(user, show), "Bookmark": {"N": str(bookmark)}} for show in shows]
        items = [{"Put": {"TableName": self.table, "Item": put}} for put in puts]
        return self._call(_TRANSACT, {"TransactItems": items})

    def read_together(
        self, user: str, shows: Iterable[str], *, consistent: bool = False
    ) -> tuple[Probe, dict[str, int]]:
        """Read several bookmarks by one call, which is no transaction."""
        keys = [_key(user, show) for show in shows]
        found: dict[str, int] = {}
        asked = {self.table: {"Keys": keys, "ConsistentRead": consistent}}
        return self._call(_BATCH_GET, {"RequestItems": asked}, found), found

    def bookmarks(self, user: str, *, consistent: bool = False) -> tuple[Probe, dict[str, int]]:
        """Read all bookmarks of one viewer by one query, eventually or strongly consistent."""
        found: dict[str, int] = {}
        payload = {
            "ConsistentRead": consistent,
            "KeyConditionExpression": "PK = :user",
            "ExpressionAttributeValues": {":user": {"S": user}},
        }
        probe = self._call(_QUERY, payload, found)
        return probe, found

    def delete(self, user: str, show: str) -> Probe:
        """Delete one item."""
        return self._call(_DELETE, {"Key": _key(user, show)})

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

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
        self, operation: Operation, payload: dict[str, Any], found: dict[str, int] | None = None
    ) -> Probe:
        # What concerns several items names the table with each of them.
        named = {} if operation in (_TRANSACT, _BATCH_GET) else {"TableName": self.table}
        body = json.dumps({**named, **payload}).encode()
        headers = {
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": f"DynamoDB_20120810.{operation.name}",
        }
        request = AWSRequest("POST", self._url, data=body, headers=headers)
        self._signer.add_auth(request)
        exchange = self._transport.send("POST", "/", dict(request.headers.items()), body)
        return _judge(operation, exchange, found)


def require(probe: Probe) -> Probe:
    """Pass a successful call on; an experiment whose own writes fail measures nothing.

    Raises:
        ValueError: the call failed or may have; the message has what was seen and what to do.
    """
    if probe.outcome != Outcome.OK:
        raise ValueError(
            f"A call of the experiment itself ended {probe.outcome}: {probe.message}. Are the "
            "table and its replicas there, and online? `workshop prepare REGION...` creates them."
        )
    return probe


def insist(call: Callable[[], Probe]) -> Probe:
    """Make a call that may be made twice, until it succeeds: what prepares an experiment.

    A call that is measured is made once; one that sets the stage may meet a busy machine.

    Raises:
        ValueError: it did not succeed in five attempts.
    """
    for pause_s in _PAUSES_S:
        probe = call()
        if probe.outcome == Outcome.OK:
            return probe
        time.sleep(pause_s)
    return require(call())


def _key(user: str, show: str) -> dict[str, dict[str, str]]:
    return {"PK": {"S": user}, "SK": {"S": show}}


def _judge(operation: Operation, exchange: Exchange, found: dict[str, int] | None) -> Probe:
    outcome = operation.judge(exchange.status, sent=exchange.sent)
    times = exchange.started_ms, exchange.done_ms
    if exchange.lost:
        return Probe(*times, outcome, None, exchange.lost)
    try:
        answer = json.loads(exchange.body or b"{}")
    except ValueError:
        answer = {"message": exchange.body.decode(errors="replace")[:200]}
    if outcome != Outcome.OK:
        said = answer.get("message") or answer.get("Message")
        return Probe(*times, outcome, None, f"{answer.get('__type', exchange.status)}: {said}")
    if answer.get("UnprocessedKeys"):
        return Probe(*times, Outcome.FAILED, None, "Not all of the items were read.")
    if found is not None:
        read = itertools.chain(answer.get("Items", []), *answer.get("Responses", {}).values())
        found |= {i["SK"]["S"]: int(i["Bookmark"]["N"]) for i in read if "Bookmark" in i}
    number = (answer.get("Item") or answer.get("Attributes") or {}).get("Bookmark", {}).get("N")
    return Probe(*times, outcome, None if number is None else int(number), "")
