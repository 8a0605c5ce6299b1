"""What a panel's reads and writes mean together: which read was stale, which update was lost."""

from __future__ import annotations

from dataclasses import dataclass

from helpers.api import CallResult

STALE = "STALE READ"
LOST = "LOST UPDATE"


@dataclass(frozen=True)
class Entry:
    """One line of the history; `mark` is "", STALE, LOST, or FAILED and UNKNOWN for a bad end."""

    region: str
    text: str
    mark: str


@dataclass(frozen=True)
class _Write:
    region: str
    value: int
    base: int
    at_ms: float


class History:
    """Judges each result by the writes acknowledged before it, in the order they are recorded.

    A write that adds to a bookmark tells by its answer on which value it built. So a later write
    that built on another value had not seen the earlier one; and once the earlier one's Region
    shows the later one's value, the earlier update is lost. Writes are told apart by value: two
    that reach the same value by chance are taken for one another.
    """

    def __init__(self) -> None:
        self._writes: list[_Write] = []
        self._reported: set[int] = set()

    def record(self, result: CallResult, delta: int = 0) -> Entry:
        """Judge one result; `delta` is what a write asked to add, in s, 0 for a read."""
        if result.outcome != "ok":
            text = f"{result.operation}: {result.message}"
            return Entry(result.region, text, result.outcome.upper())
        took = f"{result.rtt_ms:.0f} ms"
        if result.dynamodb_ms is not None:
            took += f", DynamoDB {result.dynamodb_ms:.1f} ms"
        if result.operation == "ping":
            return Entry(result.region, f"ping answered in {took}", "")
        value = result.bookmark or 0
        if delta:
            self._writes.append(_Write(result.region, value, value - delta, result.started_ms))
            return Entry(result.region, f"{delta:+d} s, bookmark is {value} s ({took})", "")
        return self._read(result, value, took)

    def _read(self, result: CallResult, value: int, took: str) -> Entry:
        text = f"bookmark is {value} s"
        if not self._writes:
            return Entry(result.region, f"{text} ({took})", "")
        latest = self._writes[-1]
        since_s = (result.started_ms - latest.at_ms) / 1000
        text = f"{text}, {since_s:.1f} s since the last update ({took})"
        lost = self._lost_here(result.region, value)
        if lost is not None:
            gone = self._writes[lost]
            self._reported.add(lost)
            text += f"; {gone.value - gone.base:+d} s of {gone.region} is gone"
            return Entry(result.region, text, LOST)
        return Entry(result.region, text, "" if value == latest.value else STALE)

    def _lost_here(self, region: str, value: int) -> int | None:
        """Find an update that this Region acknowledged and that its present value does not have."""
        shown = next(
            (n for n in reversed(range(len(self._writes))) if self._writes[n].value == value), None
        )
        if shown is None:
            return None
        kept = self._lineage(shown)
        own = [n for n, write in enumerate(self._writes) if write.region == region]
        for n in reversed(own):
            # What a Region once acknowledged it shows, or what was built on it, or it is lost.
            if n not in kept and n not in self._reported and shown not in self._lineage(n):
                return n
        return None

    def _lineage(self, number: int) -> set[int]:
        """List the writes that one was built on, itself included."""
        lineage = {number}
        base = self._writes[number].base
        for earlier in reversed(range(number)):
            if self._writes[earlier].value == base:
                lineage.add(earlier)
                base = self._writes[earlier].base
        return lineage
