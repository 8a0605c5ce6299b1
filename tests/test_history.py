"""The panel's history: stale reads and lost updates stand out, fresh reads do not."""

from __future__ import annotations

from helpers.api import CallResult
from helpers.panels.history import LOST, STALE, History

A, B = "us-west-2", "us-east-1"


def call(
    region: str, operation: str, bookmark: int | None, at_ms: float, outcome: str = "ok"
) -> CallResult:
    """Word a result."""
    return CallResult(
        region, operation, at_ms, 5.0, 1.0, outcome, 200, bookmark, cold=False, message="why",
        body={},
    )  # fmt: skip


def test_a_read_that_misses_the_last_write_is_stale_and_later_fresh() -> None:
    """The mark and the age of the last update are in the line."""
    history = History()
    history.record(call(A, "forward", 15, 0), 15)
    stale = history.record(call(B, "get", 0, 400))
    assert stale.mark == STALE
    assert "0.4 s since" in stale.text
    assert history.record(call(B, "get", 15, 900)).mark == ""


def test_the_writers_own_region_is_fresh() -> None:
    """It reads its own writes."""
    history = History()
    history.record(call(A, "forward", 15, 0), 15)
    assert history.record(call(A, "get", 15, 1)).mark == ""


def test_an_update_that_another_region_overwrote_is_lost() -> None:
    """Acknowledged in A, not seen by B's later write, gone once A shows B's value; said once."""
    history = History()
    history.record(call(A, "forward", 15, 0), 15)
    history.record(call(B, "rewind", -15, 10), -15)
    before = history.record(call(A, "get", 15, 20))
    assert before.mark == STALE
    lost = history.record(call(A, "get", -15, 900))
    assert lost.mark == LOST
    assert "+15 s of us-west-2 is gone" in lost.text
    assert history.record(call(A, "get", -15, 950)).mark == ""


def test_a_write_on_top_of_one_that_arrived_loses_nothing() -> None:
    """B saw A's write and added to it."""
    history = History()
    history.record(call(A, "forward", 15, 0), 15)
    history.record(call(B, "forward", 30, 2000), 15)
    assert history.record(call(A, "get", 30, 4000)).mark == ""


def test_a_failure_says_how_it_ended() -> None:
    """Failed and unknown are not the same."""
    history = History()
    assert history.record(call(A, "get", None, 0, "failed")).mark == "FAILED"
    assert history.record(call(A, "forward", None, 0, "unknown"), 15).mark == "UNKNOWN"
