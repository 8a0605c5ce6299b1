"""The deployed API as Python: one Region, one keep-alive session, one result a call."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlsplit

import pandas as pd

from helpers.targets.connections import open_connection

_TIMEOUT_S = 10.0
_HTTP_ERROR = 400


@dataclass(frozen=True)
class CallResult:
    """What came of one call.

    Attributes:
        region, operation: where, and what: ping, get, forward, rewind, ...
        started_ms: on this process's monotonic clock.
        rtt_ms: round trip, from the first byte sent to the last byte received.
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
    outcome: str
    status: int
    bookmark: int | None
    cold: bool
    message: str
    body: dict[str, Any]

    def __str__(self) -> str:
        if self.outcome != "ok":
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
        self._parts = urlsplit(url)
        self._connection: http.client.HTTPConnection | None = None

    def ping(self) -> CallResult:
        """Ask whether the API answers; DynamoDB is not asked."""
        return self._call("ping", "")

    def get(self, user: str, show: str, *, consistent: bool = False) -> CallResult:
        """Read one bookmark."""
        query = "?consistent=true" if consistent else ""
        return self._call("get", f"get/{_part(user)}/{_part(show)}{query}")

    def forward(self, user: str, show: str, seconds: int = 15) -> CallResult:
        """Press `>>`: add seconds to the bookmark."""
        return self._call("forward", f"update/{_part(user)}/{_part(show)}/{seconds}")

    def rewind(self, user: str, show: str, seconds: int = 15) -> CallResult:
        """Press `<<`: take seconds off the bookmark."""
        return self._call("rewind", f"update/{_part(user)}/{_part(show)}/{-seconds}")

    def record(self, user: str, show: str, seconds: int) -> CallResult:
        """Record a player's position, as the Watch page does: the bookmark is set, not moved."""
        return self._call("record", f"update/{_part(user)}/{_part(show)}/{seconds}/none")

    def shows(self, user: str) -> CallResult:
        """Read all bookmarks of one viewer."""
        return self._call("query", f"query/{_part(user)}")

    def close(self) -> None:
        """Close the connection; the next call opens another."""
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

    def _call(self, operation: str, path: str) -> CallResult:
        started = time.perf_counter()
        sent = False
        try:
            connection = self._connect()
            connection.request(
                "GET", f"{self._parts.path}{path}", headers={"Host": self._parts.netloc}
            )
            sent = True
            answer = connection.getresponse()
            raw = answer.read()
        except (OSError, http.client.HTTPException) as lost:
            self.close()
            return self._lost(operation, started, lost, sent=sent)
        rtt_ms = (time.perf_counter() - started) * 1000
        cold = answer.headers.get("X-Cold-Start") == "true"
        return self._answered(operation, started, rtt_ms, answer.status, raw, cold=cold)

    def _connect(self) -> http.client.HTTPConnection:
        if self._connection is None:
            self._connection = open_connection(self.url, timeout_s=_TIMEOUT_S)
        return self._connection

    def _lost(self, operation: str, started: float, lost: Exception, *, sent: bool) -> CallResult:
        """Word a call without an answer: once it was sent, a write may have been done."""
        rtt_ms = (time.perf_counter() - started) * 1000
        changes = operation in ("forward", "rewind")
        outcome = "unknown" if sent and changes else "failed"
        message = (
            f"No answer from {self.region} ({type(lost).__name__}). Is the Region online? "
            "`workshop status` tells."
        )
        return CallResult(
            self.region,
            operation,
            started * 1000,
            rtt_ms,
            None,
            outcome,
            0,
            None,
            cold=False,
            message=message,
            body={},
        )

    def _answered(
        self,
        operation: str,
        started: float,
        rtt_ms: float,
        status: int,
        raw: bytes,
        *,
        cold: bool,
    ) -> CallResult:
        try:
            body = json.loads(raw)
        except ValueError:
            body = {"Message": raw.decode(errors="replace")[:200]}
        if not isinstance(body, dict):
            body = {"Items": body}
        ok = status < _HTTP_ERROR
        message = "" if ok else str(body.get("Message") or body.get("message") or f"HTTP {status}")
        outcome = "ok" if ok else str(body.get("Outcome") or _outcome(operation, status))
        return CallResult(
            self.region,
            operation,
            started * 1000,
            rtt_ms,
            body.get("Latency"),
            outcome,
            status,
            _bookmark(body),
            cold,
            message,
            body,
        )


def not_called(region: str, message: str) -> CallResult:
    """Word a call that was not made, as there is nothing to call."""
    return CallResult(
        region, "call", 0, 0, None, "failed", 0, None, cold=False, message=message, body={}
    )


def calls_table(results: list[CallResult]) -> pd.DataFrame:
    """Put results into a tidy table: one row a call, without the answers' bodies."""
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


def _outcome(operation: str, status: int) -> str:
    """Judge an error that does not say so itself: a gateway's 5xx may come after the write."""
    changes = operation in ("forward", "rewind")
    return "unknown" if changes and status in (500, 502, 504) else "failed"
