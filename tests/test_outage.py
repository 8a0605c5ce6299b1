"""The outage experiment: who is served, what is missing, and that all is well afterwards."""

from __future__ import annotations

import pytest

from helpers import charts, measures, tables
from helpers.experiments import run_outage
from helpers.experiments.agenda import CancelledError
from helpers.localcloud.daemon import RunningCloud
from helpers.targets import LocalTarget
from tests.conftest import AWAY, HOME

BRIEF = {
    "viewers": 3,
    "staying": 2,
    "every_ms": 100.0,
    "calm_s": 1.5,
    "dark_s": 1.5,
    "after_s": 1.0,
}


def test_an_outage_through_the_api(global_app: LocalTarget, calm: RunningCloud) -> None:
    """Who fails over loses a call or two, who stays loses them all; saves in flight are missing."""
    seen = run_outage(global_app, HOME, AWAY, **BRIEF)
    recovery = measures.recovery_times(seen.calls, HOME, seen.outage_start_ms)
    recovered = recovery["rto_s"] < 10
    assert list(recovered) == [True] * 3 + [False] * 2
    dark = seen.calls[
        (seen.calls["start_ms"] > seen.outage_start_ms)
        & (seen.calls["end_ms"] < seen.outage_end_ms)
    ]
    assert not (dark[dark["region"] == HOME]["outcome"] == "ok").any()
    point = measures.recovery_point(seen.writes, HOME, seen.failover_ms).iloc[0]
    # The lag is 300 ms and each of five viewers saves every 100 ms.
    assert 5 <= point["missing"] <= 40
    assert point["rpo_s"] < 2
    fates = measures.returned_writes(seen.writes, HOME, seen.failover_ms)["fate"]
    assert set(fates) <= {"superseded", "came back"}
    assert (seen.final[HOME] == seen.final[AWAY]).all()
    assert calm.get("status")["regions"][HOME]["state"] == "online"
    span_s = (seen.outage_start_ms / 1000, seen.outage_end_ms / 1000)
    windows = measures.availability(seen.calls, by=("kind",), window_ms=500)
    assert charts.availability_chart(windows, span_s, "local").axes
    missing = measures.missing_writes(seen.writes, HOME, seen.failover_ms)
    before = seen.writes[seen.writes["region"] == HOME]
    assert charts.recovery_point_chart(before, missing, 1.6, span_s, "local").axes


def test_an_outage_straight_in_dynamodb_leaves_nothing_behind(
    global_table: LocalTarget, calm: RunningCloud
) -> None:
    """It needs no API, and its items are deleted."""
    seen = run_outage(global_table, HOME, AWAY, through_api=False, **BRIEF)
    assert set(seen.calls["kind"]) == {"fails over", "stays"}
    keys = tables.items(global_table, AWAY)["PK"]
    assert not keys.str.startswith("outage-").any()
    assert calm.get("status")["regions"][HOME]["state"] == "online"


def test_a_cancelled_outage_ends(global_table: LocalTarget, calm: RunningCloud) -> None:
    """The Region is given back, whenever one cancels."""
    asked = iter([False] * 10 + [True] * 10_000)
    with pytest.raises(CancelledError):
        run_outage(
            global_table, HOME, AWAY, through_api=False, cancelled=lambda: next(asked), **BRIEF
        )
    assert calm.get("status")["regions"][HOME]["state"] == "online"


def test_what_does_not_work_before_is_not_measured(
    global_table: LocalTarget, calm: RunningCloud
) -> None:
    """An outage of a Region that was dark already tells nothing."""
    calm.post(f"regions/{HOME}", {"state": "offline"})
    with pytest.raises(ValueError, match="workshop prepare"):
        run_outage(global_table, HOME, AWAY, through_api=False, **BRIEF)
