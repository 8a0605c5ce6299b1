"""What a panel's calls mean together, in words; the rule is in versions.py, as in the console."""

from __future__ import annotations

from dataclasses import dataclass

from helpers.api import CallResult
from helpers.panels.versions import Update, Versions

STALE = "STALE READ"
LOST = "LOST UPDATE"
# The buttons' names, the same as in the console.
_NAMES = {"get": "get-item", "forward": ">>", "rewind": "<<"}


@dataclass(frozen=True)
class Entry:
    """One line of the history; `mark` is "", STALE, LOST, or FAILED and UNKNOWN for a bad end."""

    region: str
    text: str
    mark: str


class History:
    """Judges each result by what was known before it, for each bookmark on its own."""

    def __init__(self) -> None:
        self._bookmarks: dict[tuple[str, str], Versions] = {}
        self._unknown: set[tuple[str, str]] = set()

    def record(self, result: CallResult, delta: int = 0, *, user: str, show: str) -> Entry:
        """Judge one result; `delta` is what a write asked to add, in s, 0 for a read."""
        key = (user, show)
        if result.outcome != "ok":
            if delta and result.outcome == "unknown":
                self._unknown.add(key)
            text = f"{_NAMES.get(result.operation, result.operation)}: {result.message}"
            return Entry(result.region, text, result.outcome.upper())
        if result.operation == "ping":
            return Entry(result.region, f"ping answered in {_took(result)}", "")
        versions = self._bookmarks.setdefault(key, Versions())
        return _wrote(versions, result, delta) if delta else self._read(versions, result, key)

    def _read(self, versions: Versions, result: CallResult, key: tuple[str, str]) -> Entry:
        value = result.bookmark or 0
        latest = versions.latest(result.started_ms)
        reading = versions.read(
            result.region, _text(result, "Version"), _text(result, "Replaced"), value,
            result.started_ms, result.started_ms + result.rtt_ms,
        )  # fmt: skip
        text = f"bookmark is {value} s"
        if latest:
            since_s = (result.started_ms - latest.acked_ms) / 1000
            text += f", {since_s:.1f} s since the last update"
        text += f" ({_took(result)})"
        if reading.other:
            text += "; written by another"
            text += ", or by a write whose outcome is unknown" if key in self._unknown else ""
        mark = LOST if reading.lost else STALE if reading.stale else ""
        return Entry(result.region, text + _gone(reading.lost), mark)


def _wrote(versions: Versions, result: CallResult, delta: int) -> Entry:
    value, version = result.bookmark or 0, _text(result, "Version")
    text = f"{delta:+d} s, bookmark is {value} s ({_took(result)})"
    if version is None:
        return Entry(result.region, f"{text}; this API gives no versions, deploy it again", "")
    began_ms = result.started_ms
    update = Update(version, result.region, delta, began_ms, began_ms + result.rtt_ms)
    lost = versions.wrote(update, _text(result, "Replaced"), value)
    return Entry(result.region, text + _gone(lost), LOST if lost else "")


def _text(result: CallResult, name: str) -> str | None:
    found = result.body.get(name)
    return found if isinstance(found, str) and found else None


def _took(result: CallResult) -> str:
    inside = "" if result.dynamodb_ms is None else f", DynamoDB {result.dynamodb_ms:.1f} ms"
    return f"{result.rtt_ms:.0f} ms{inside}"


def _gone(lost: list[Update]) -> str:
    if not lost:
        return ""
    named = " and ".join(f"{update.delta_s:+d} s of {update.region}" for update in lost)
    return f"; {named} {'is' if len(lost) == 1 else 'are'} gone"
