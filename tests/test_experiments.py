"""The experiments end to end: outage, monitoring, strong consistency; all is well afterwards."""

from __future__ import annotations

import threading

import pytest

from helpers import Provenance, charts, experiments, measures, strong, tables
from helpers.experiments.agenda import CancelledError
from helpers.experiments.consistency import run_contention, run_price
from helpers.experiments.monitoring import run_monitoring
from helpers.experiments.outage import run_outage
from helpers.experiments.remedies import run_remedies
from helpers.experiments.staleness import run_staleness
from helpers.lifecycle import leftovers
from helpers.localcloud.process.daemon import RunningCloud
from helpers.targets import LocalTarget
from tests.conftest import AWAY, HOME

LOCAL = Provenance("local", lag_model="fixed:300")
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
    point = measures.recovery_point(seen.writes, HOME, seen.failovers).iloc[0]
    assert point["viewers"] == len(seen.failovers) == 3
    # The lag is 300 ms and each of five viewers saves every 100 ms.
    assert 5 <= point["missing"] <= 40
    assert point["rpo_s"] < 2
    fates = measures.returned_writes(seen.writes, HOME, seen.failovers)["fate"]
    assert set(fates) <= {"superseded", "came back"}
    assert (seen.final[HOME] == seen.final[AWAY]).all()
    assert calm.get("status")["regions"][HOME]["state"] == "online"
    span_s = (seen.outage_start_ms / 1000, seen.outage_end_ms / 1000)
    windows = measures.availability(seen.calls, by=("kind",), window_ms=500)
    assert charts.availability_chart(windows, span_s, LOCAL).description
    missing = measures.missing_writes(seen.writes, HOME, seen.failovers)
    before = seen.writes[seen.writes["region"] == HOME]
    assert charts.recovery_point_chart(before, missing, 1.6, span_s, LOCAL).description


def test_an_outage_straight_in_dynamodb_leaves_nothing_behind(
    global_table: LocalTarget, calm: RunningCloud
) -> None:
    """It needs no API, and its items are deleted."""
    before = set(tables.items(global_table, AWAY)["PK"])
    seen = run_outage(global_table, HOME, AWAY, through_api=False, **BRIEF)
    assert set(seen.calls["kind"]) == {"fails over", "stays"}
    # Other tests' runs may have left theirs; this one leaves none of its own.
    new = set(tables.items(global_table, AWAY)["PK"]) - before
    assert not [key for key in new if key.startswith("outage-")]
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


def test_a_pause_is_silence_in_the_metric_and_sets_off_the_heartbeats_alarm(
    global_table: LocalTarget, calm: RunningCloud
) -> None:
    """The metric has nothing of the pause; CloudWatch's alarm on the canary begins and ends."""
    seen = run_monitoring(global_table, HOME, AWAY)
    begins_s, ends_s = seen.pause_s
    assert seen.writes["lag_hi_ms"].max() < 1000 * (ends_s - begins_s) + 8_000
    assert seen.writes["lag_hi_ms"].max() > 3_000
    inside = seen.metric["t_s"].between(begins_s + 1.5, ends_s - 1.5)
    assert seen.metric[inside].empty
    assert seen.metric["maximum_ms"].max() > 3_000
    assert seen.ages["age_s"].max() > seen.settings["threshold_s"]
    times = measures.alarm_times(seen.alarms, begins_s).set_index("alarm")
    began_s = times["began_s"]
    assert begins_s < began_s["canary-age"] < ends_s
    # Silence starts no alarm on a metric of DynamoDB; all that arrives at once later may.
    assert not began_s["replication-latency"] < ends_s
    assert times.loc["canary-age", "ended_s"] > ends_s
    assert list(times["false_alarms"]) == [0, 0]
    chart = charts.metric_chart(
        seen.writes, seen.metric, seen.ages, seen.alarms, seen.pause_s, LOCAL, threshold_s=5
    )
    assert "replication paused" in chart.description
    assert all(link["state"] == "running" for link in calm.get("status")["links"])
    for region in (HOME, AWAY):
        cloudwatch = global_table.client("cloudwatch", region)
        assert cloudwatch.describe_alarms(AlarmNamePrefix=tables.TABLE)["MetricAlarms"] == []


def test_strong_consistency_costs_and_saves(global_table: LocalTarget) -> None:
    """Dearer than a round trip to the nearest Region, and nothing is lost there."""
    strong.prepare(global_table, progress=lambda _line: None)
    pair = {"eventual": tables.TABLE, "strong": strong.TABLE}
    try:
        price = run_price(global_table, [HOME], pair, calls=5)
        median = price.groupby(["consistency", "operation"])["rtt_ms"].median()
        assert median["strong", "write"] > 50 > median["eventual", "write"]
        contention = run_contention(global_table, (HOME, AWAY), pair, trials=5)
        lost = contention.groupby("consistency")["lost"].sum()
        assert (lost["eventual"], lost["strong"]) == (5, 0)
        stop = threading.Event()
        with pytest.raises(CancelledError) as ended:
            experiments.consistency(
                global_table, cancelled=stop.is_set, progress=lambda *_: stop.set()
            )
        kept = ended.value.seen  # type: ignore[attr-defined]
        assert kept.used == len(kept["calls"]) > 0
        assert list(kept["contention"]["outcome"]) == ["unknown"]
        reads = {
            kind: run_staleness(
                global_table, HOME, AWAY, trials=5, table=table, consistent=True
            ).reads
            for kind, table in pair.items()
        }
        runs = {
            kind: run_outage(
                global_table, HOME, AWAY, through_api=False, table=table,
                consistent=kind == "strong", **BRIEF,
            )
            for kind, table in pair.items()
        }  # fmt: skip
        writes = {kind: run.writes for kind, run in runs.items()}
        failovers = {kind: run.failovers for kind, run in runs.items()}
        gain = measures.consistency_gain(reads, contention, writes, HOME, failovers)
        share = gain.set_index(["measure", "consistency"])["share"]
        assert share["first read elsewhere is stale", "eventual"] == 1
        assert share["first read elsewhere is stale", "strong"] == 0
        certain = writes["strong"].assign(visible_ms=writes["strong"]["unseen_ms"])
        point = measures.recovery_point(certain, HOME, failovers["strong"]).iloc[0]
        assert point["missing"] == 0
        assert charts.price_chart(price, LOCAL).description
        assert charts.gain_chart(gain, LOCAL).description
    finally:
        strong.remove(global_table, progress=lambda _line: None)
    assert not any("strong" in left for left in leftovers(global_table))


def test_remedies_that_work_keep_both_changes_and_others_do_not(global_table: LocalTarget) -> None:
    """Counters and conditional writes lose across Regions; home, merging and events do not."""
    seen = run_remedies(global_table, HOME, AWAY, trials=4)
    rates = measures.remedy_rates(seen).set_index("remedy")["p_lost"]
    assert set(seen["outcome"]) == {"ok"}
    assert rates["counter (ADD)"] == rates["conditional write"] == 1
    keeping = [
        "one home Region per user",
        "one item per Region, merged",
        "append-only events, folded",
    ]
    assert (rates[keeping] == 0).all()
    users = tables.items(global_table, HOME)["PK"]
    assert not users.str.startswith("remedies-").any()
    assert charts.remedies_chart(measures.remedy_rates(seen), LOCAL).description
