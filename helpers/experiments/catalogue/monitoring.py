"""Monitoring: AWS's metric beside a measurement of the same seconds, with a pause and alarms."""

from __future__ import annotations

import numpy as np

from helpers import charts, measures
from helpers.charts.chart import Chart
from helpers.experiments.base import Asked, Experiment, Observations, Seen, Session, Tables
from helpers.experiments.heartbeat import AGE, LATENCY
from helpers.experiments.monitoring import run_monitoring
from helpers.experiments.options import number, region


def _run(session: Session, asked: Asked) -> Seen:
    seen = run_monitoring(
        session.target, asked["writer"], asked["reader"], calm_s=asked["calm_s"],
        paused_s=asked["duration_s"], after_s=asked["after_s"], progress=session.progress,
        cancelled=session.cancelled,
    )  # fmt: skip
    # On AWS only its Fault Injection Service pauses replication, and the workshop does not ask it.
    what = "replication paused" if session.target.name == "local" else "no canary written"
    facts = {"pause_s": seen.pause_s, "what": what, "beat_s": seen.settings["beat_s"]}
    unseen = int(np.isinf(seen.writes["lag_hi_ms"]).sum())
    tables = {
        "writes": seen.writes, "metric": seen.metric, "ages": seen.ages, "alarms": seen.alarms,
    }  # fmt: skip
    return Seen(
        tables, "writes", len(seen.writes), {"were not seen while reads went on": unseen},
        seen.settings, facts,
    )  # fmt: skip


def _summarise(seen: Observations) -> Tables:
    return {"alarm_times": measures.alarm_times(seen["alarms"], seen.facts["pause_s"][0])}


def _draw(seen: Observations) -> dict[str, Chart]:
    chart = charts.metric_chart(
        seen["writes"], seen["metric"], seen["ages"], seen["alarms"], seen.facts["pause_s"],
        seen.provenance, threshold_s=seen.asked["threshold_s"], what=seen.facts["what"],
    )  # fmt: skip
    return {"metric": chart}


def _say(seen: Observations) -> str:
    began_s = seen.summary().set_index("alarm")["began_s"]
    begins_s, ends_s = seen.facts["pause_s"]
    told = {
        name: "stayed quiet" if np.isnan(at_s) else f"went into ALARM at {at_s:.1f} s"
        for name, at_s in began_s.items()
    }
    return (
        f"Disturbed from {begins_s:.0f} to {ends_s:.0f} s. The alarm on the canary's age "
        f"{told[AGE]}; the one on ReplicationLatency {told[LATENCY]}."
    )


monitoring = Experiment(
    "monitoring",
    "ReplicationLatency and a heartbeat, each with an alarm, through a pause",
    (
        region("writer", "the Region that writes and has the metric", 0),
        region("reader", "the Region that reads, and publishes the canary's age", 1),
        number("calm_s", "how long it runs before the disturbance", None, 1, 3_600, "s"),
        number("duration_s", "how long replication is paused", None, 1, 3_600, "s"),
        number("after_s", "how long it runs after the disturbance", None, 1, 3_600, "s"),
    ),
    _run,
    _summarise,
    _draw,
    _say,
)
