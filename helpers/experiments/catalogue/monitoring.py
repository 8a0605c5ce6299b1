"""Monitoring: AWS's metric beside a measurement of the same seconds, with a pause."""

from __future__ import annotations

from typing import Literal

import numpy as np

from helpers import charts, measures
from helpers.charts.chart import Chart
from helpers.experiments.base import Asked, Experiment, Observations, Seen, Session, Tables
from helpers.experiments.monitoring import run_monitoring
from helpers.experiments.options import number, region

ALARM_MS = 3000.0


def _run(session: Session, asked: Asked) -> Seen:
    seen = run_monitoring(
        session.target, asked["writer"], asked["reader"], calm_s=asked["calm_s"],
        paused_s=asked["duration_s"], after_s=asked["after_s"], progress=session.progress,
        cancelled=session.cancelled,
    )  # fmt: skip
    # On AWS only its Fault Injection Service pauses replication, and the workshop does not ask it.
    paused = session.target.name == "local"
    facts = {"pause_s": seen.pause_s if paused else None}
    unseen = int(np.isinf(seen.writes["lag_hi_ms"]).sum())
    return Seen(
        {"writes": seen.writes, "metric": seen.metric}, "writes", len(seen.writes),
        {"were not seen while reads went on": unseen},
        {name: seen.settings[name] for name in ("period_s", "spacing_ms")}, facts,
    )  # fmt: skip


def _alarm(seen: Observations, missing: Literal["ignored", "breaching"]) -> Tables:
    asked = seen.asked
    end_s = asked["calm_s"] + asked["duration_s"] + asked["after_s"]
    states = measures.alarm_states(
        seen["metric"], ALARM_MS, end_s, period_s=asked["period_s"], missing=missing
    )
    return {missing: states}


def _summarise(seen: Observations) -> Tables:
    return {**_alarm(seen, "breaching"), **_alarm(seen, "ignored")}


def _draw(seen: Observations) -> dict[str, Chart]:
    chart = charts.metric_chart(
        seen["writes"], seen["metric"], seen.facts["pause_s"], seen.provenance,
        alarm=seen.summary("breaching"),
    )  # fmt: skip
    return {"metric": chart}


def _say(seen: Observations) -> str:
    longest_s = seen["writes"]["lag_hi_ms"].replace(np.inf, np.nan).max() / 1000
    highest_s = seen["metric"]["average_ms"].max() / 1000
    return (
        f"The longest lag measured is {longest_s:.1f} s; the metric's highest average is "
        f"{highest_s:.1f} s, in {len(seen['metric'])} periods with data."
    )


monitoring = Experiment(
    "monitoring",
    "ReplicationLatency beside a measurement, with a pause",
    (
        region("writer", "the Region that writes and has the metric", 0),
        region("reader", "the Region that reads", 1),
        number("calm_s", "how long all is well before", 10, 1, 3_600, "s"),
        number("duration_s", "how long replication is paused", 8, 1, 3_600, "s"),
        number("after_s", "how long all is well after", 8, 1, 3_600, "s"),
    ),
    _run,
    _summarise,
    _draw,
    _say,
)
