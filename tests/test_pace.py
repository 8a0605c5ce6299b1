"""Open loop: nothing queues behind an answer, and what was not kept is said."""

from __future__ import annotations

import sys
import threading
from dataclasses import replace
from typing import Any

import pytest

from helpers.experiments.agenda import Agenda, CancelledError
from helpers.experiments.pace import NotKeptError, Pace, achieved
from helpers.experiments.staleness import run_staleness
from helpers.targets import LocalTarget
from helpers.transport import now_ms
from tests.conftest import AWAY, HOME


def test_what_hangs_in_one_lane_holds_up_neither_that_lane_nor_another() -> None:
    """A call that waits for the last one of all, which starts all the same."""
    last, done = threading.Event(), []
    agenda = Agenda(lanes={"read": 4, "write": 1})

    def hang(_intended_ms: float) -> None:
        assert last.wait(20)
        done.append("hung")

    def end(_intended_ms: float) -> None:
        done.append("last")
        last.set()

    at_ms = now_ms()
    agenda.at(at_ms, hang, "read")
    agenda.at(at_ms, lambda _ms: done.append("beside it"), "read")
    agenda.at(at_ms + 5, end, "write")
    agenda.run()
    assert sorted(done) == ["beside it", "hung", "last"]
    assert done[-1] == "hung"


def test_an_action_may_put_more_on_the_agenda_and_fail_for_all() -> None:
    """What one raises in a thread is raised where the agenda runs."""
    agenda = Agenda(lanes={"read": 2})

    def fail(_intended_ms: float) -> None:
        raise ValueError("as planted")

    agenda.at(now_ms(), lambda ms: agenda.at(ms + 1, fail, "read"), "read")
    with pytest.raises(ValueError, match="as planted"):
        agenda.run()


def test_a_cancelled_agenda_ends_while_it_waits() -> None:
    """Not only between two actions."""
    agenda = Agenda(lambda: True, {"read": 1})
    agenda.at(now_ms() + 3_600_000, lambda _ms: None, "read")
    with pytest.raises(CancelledError):
        agenda.run()


PACE = Pace(poll_ms=20, spacing_ms=80, rtt_ms=2, reads_per_s=500)


def polled(lag_ms: float, every_ms: float, late_ms: float = 0.0) -> list[dict[str, Any]]:
    """Make the reads of twenty trials."""
    rows = []
    for trial in range(20):
        t_ms = late_ms
        while True:
            fresh = t_ms >= lag_ms
            rows.append(
                {"trial": trial, "write_region": "a", "read_region": "b", "outcome": "ok",
                 "fresh": fresh, "intended_ms": t_ms - late_ms, "t_ms": t_ms, "done_ms": t_ms + 2}
            )  # fmt: skip
            if fresh:
                break
            t_ms += every_ms
    return rows


def test_a_run_that_kept_what_it_asked_for_says_nothing() -> None:
    """And tells the polling all the same."""
    seen = achieved(polled(400, 20), PACE)
    assert seen["note"] == ""
    assert seen["achieved_poll_ms"] == 20
    assert 20 <= seen["bracket_ms"] <= 25


def test_a_run_that_was_coarser_says_so_and_names_the_setting() -> None:
    """Brackets of twice the polling it asked for and more; or late starts."""
    assert "poll_ms=" in achieved(polled(400, 75), PACE)["note"]
    assert "began 30 ms late" in achieved(polled(400, 20, late_ms=30), PACE)["note"]


@pytest.mark.parametrize(("every_ms", "late_ms"), [(7600, 0), (20, 900)])
def test_a_run_that_would_mislead_is_refused(every_ms: float, late_ms: float) -> None:
    """A lag of 700 ms, brackets of 7.6 s; or reads that all began after it."""
    with pytest.raises(ValueError, match=r"cannot tell the lag.*spacing_ms=160"):
        achieved(polled(700, every_ms, late_ms), PACE)


def test_a_pace_that_was_not_kept_gives_way_to_a_slower_one(
    global_table: LocalTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows are those of the slower run alone, and its note says what was asked for."""
    judged: list[Pace] = []

    def judge(rows: list[dict[str, Any]], pace: Pace) -> dict[str, Any]:
        judged.append(pace)
        if len(judged) == 1:
            raise NotKeptError("too fast", replace(pace, poll_ms=60, spacing_ms=120))
        return achieved(rows, pace)

    monkeypatch.setattr(sys.modules[run_staleness.__module__], "achieved", judge)
    seen = run_staleness(global_table, HOME, AWAY, trials=3, poll_ms=30, spacing_ms=60)
    assert [pace.poll_ms for pace in judged] == [30, 60]
    assert seen.settings["spacing_ms"] == 120
    assert "poll_ms=60 instead of 30" in seen.settings["note"]
    assert sorted(seen.reads["trial"].unique()) == [0, 1, 2]
    assert not seen.reads.duplicated(["trial", "probe"]).any()
