"""The deployed API as Python: one Region, one pool of connections, one result a call."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlsplit

import pandas as pd

from helpers.outcomes import Operation, Outcome
from helpers.transport import Exchange, Transport

_PING = Operation("ping", writes=False)
_GET = Operation("get", writes=False)
_FORWARD = Operation("forward", writes=True)
_REWIND = Operation("rewind", writes=True)
_RECORD = Operation("record", writes=True)
_QUERY = Operation("query", writes=False)


@dataclass(frozen=True)
class CallResult:
    """What came of one call.

    Attributes:
        region, operation: where, and what: ping, get, forward, rewind, ...
        started_ms: on this process's monotonic clock.
        rtt_ms: round trip, to the last byte received; a connection that has to be opened counts.
        dynamodb_ms: what DynamoDB took of it, as the API reports it; None where it does not.
        outcome: ok; failed (certainly not done); unknown (perhaps done).
        status: HTTP status, 0 without an answer.
        bookmark: the bookmark that the answer carries, in s, or None.
        cold: whether the API says that this was the first call of a Lambda worker.
        message: what went wrong, in words; "" if nothing did.
        body: the whole answer.
    """

    region: str
    operation: str
    started_ms: float
    rtt_ms: float
    dynamodb_ms: float | None
    outcome: Outcome
    status: int
    bookmark: int | None
    cold: bool
    message: str
    body: dict[str, Any]

    def __str__(self) -> str:
        if self.outcome != Outcome.OK:
            return f"{self.region}  {self.operation}: {self.outcome}. {self.message}"
        seen = "" if self.bookmark is None else f" Bookmark {self.bookmark} s,"
        cold = " (cold start)" if self.cold else ""
        inside = "" if self.dynamodb_ms is None else f", of which DynamoDB {self.dynamodb_ms:.1f}"
        return f"{self.region}  {self.operation}: ok,{seen} {self.rtt_ms:.1f} ms{inside}{cold}"


class Api:
    """Calls the API that is deployed in one Region.

    Args:
        region: its Region.
        url: as `deploy` returns it, ending in the stage's name.
    """

    def __init__(self, region: str, url: str) -> None:
        self.region = region
        self.url = url
        self._base = urlsplit(url).path
        self._transport = Transport(url)

    def ping(self) -> CallResult:
        """Ask whether the API answers; DynamoDB is not asked."""
        return self._call(_PING, "")

    def get(self, user: str, show: str, *, consistent: bool = False) -> CallResult:
        """Read one bookmark."""
        query = "?consistent=true" if consistent else ""
        return self._call(_GET, f"get/{_part(user)}/{_part(show)}{query}")

    def forward(self, user: str, show: str, seconds: int = 1) -> CallResult:
        """Press `>>`: add seconds to the bookmark."""
        return self._call(_FORWARD, f"update/{_part(user)}/{_part(show)}/{seconds}")

    def rewind(self, user: str, show: str, seconds: int = 1) -> CallResult:
        """Press `<<`: take seconds off the bookmark."""
        return self._call(_REWIND, f"update/{_part(user)}/{_part(show)}/{-seconds}")

    def record(self, user: str, show: str, seconds: int) -> CallResult:
        """Record a player's position, as the Watch page does: the bookmark is set, not moved."""
        return self._call(_RECORD, f"update/{_part(user)}/{_part(show)}/{seconds}/none")

    def shows(self, user: str) -> CallResult:
        """Read all bookmarks of one viewer."""
        return self._call(_QUERY, f"query/{_part(user)}")

    def close(self) -> None:
        """Close the connections; the next call opens another."""
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

    def _call(self, operation: Operation, path: str) -> CallResult:
        exchange = self._transport.send("GET", f"{self._base}{path}", {})
        if exchange.lost:
            return self._lost(operation, exchange)
        try:
            body = json.loads(exchange.body)
        except ValueError:
            body = {"Message": exchange.body.decode(errors="replace")[:200]}
        if not isinstance(body, dict):
            body = {"Items": body}
        outcome = operation.judge(exchange.status, said=body.get("Outcome"))
        said = body.get("Message") or body.get("message") or f"HTTP {exchange.status}"
        return CallResult(
            self.region,
            operation.name,
            exchange.started_ms,
            exchange.done_ms - exchange.started_ms,
            body.get("Latency"),
            outcome,
            exchange.status,
            _bookmark(body),
            exchange.headers.get("X-Cold-Start") == "true",
            "" if outcome == Outcome.OK else str(said),
            body,
        )

    def _lost(self, operation: Operation, exchange: Exchange) -> CallResult:
        """Format a call without an answer: once it was sent, a write may have been done."""
        message = (
            f"No answer from {self.region} ({exchange.lost.partition(':')[0]}). Is the Region "
            "online? `workshop status` shows it."
        )
        return CallResult(
            self.region,
            operation.name,
            exchange.started_ms,
            exchange.done_ms - exchange.started_ms,
            None,
            operation.judge(0, sent=exchange.sent),
            0,
            None,
            cold=False,
            message=message,
            body={},
        )


def not_called(region: str, message: str) -> CallResult:
    """Format a call that was not made, as there is nothing to call."""
    return CallResult(
        region, "call", 0, 0, None, Outcome.FAILED, 0, None, cold=False, message=message, body={}
    )


def calls_table(results: list[CallResult]) -> pd.DataFrame:
    """Put results into a tidy table: one row per call, without the answers' bodies."""
    frame = pd.DataFrame([{k: v for k, v in asdict(r).items() if k != "body"} for r in results])
    frame["dynamodb_ms"] = frame["dynamodb_ms"].astype(float)
    return frame


def _part(text: str) -> str:
    return quote(text, safe="")


def _bookmark(body: dict[str, Any]) -> int | None:
    for holder in (body, body.get("Attributes"), body.get("Item")):
        if isinstance(holder, dict) and holder.get("Bookmark") is not None:
            value = holder["Bookmark"]
            return int(value["N"] if isinstance(value, dict) else value)
    return None
