"""ReplicationLatency beside our own measurement and a heartbeat, with a pause in its midst."""

from __future__ import annotations

import datetime as dt
import math
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from helpers import tables
from helpers.experiments.agenda import Agenda
from helpers.experiments.heartbeat import LANE, THRESHOLD_S, Heartbeat, Pace
from helpers.experiments.prober import Prober, now_ms, require
from helpers.progress import Progress
from helpers.targets import Target

# Between two writes, each to one of so many items in turn.
_SPACING_MS, _ITEMS = 150.0, 10
_WRITES, _LOOKS = "writes", "looks"
_LOOK_EVERY_MS = 20.0
_SETTLE_MS = 8_000.0
# How long a datapoint takes to be there, and how fine it is: the local cloud sends each second.
_METRIC_WAIT_S = {"local": 2.5, "aws": 180.0}
_PERIOD_S = {"local": 1, "aws": 60}


@dataclass(frozen=True)
class MonitoringObservations:
    """What was measured and what the metric says of it; times are in s since the run began.

    Attributes:
        writes: one row per write: `t_s` (acknowledged), `lag_lo_ms`, `lag_hi_ms` (it became visible
            between these; inf if it was not seen).
        metric: one row per period of CloudWatch: `t_s` (its start), `average_ms`, `minimum_ms`,
            `maximum_ms`, `samples`. Periods without an arrival have no row.
        ages: one row per heartbeat: `t_s`, `age_s` (how old the canary was that could be read).
        alarms: one row per look: `t_s`, `alarm` (replication-latency or canary-age), `state`.
        pause_s: when the link was paused, and when it ran again.
        settings: what was asked.
    """

    writes: pd.DataFrame
    metric: pd.DataFrame
    ages: pd.DataFrame
    alarms: pd.DataFrame
    pause_s: tuple[float, float]
    settings: dict[str, Any]


def run_monitoring(
    target: Target,
    writer: str,
    reader: str,
    *,
    calm_s: float | None = None,
    paused_s: float | None = None,
    after_s: float | None = None,
    progress: Progress = lambda _done, _of: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> MonitoringObservations:
    """Write steadily, pause replication for a while, and ask CloudWatch afterwards.

    Beside the writes a canary is written, read and its age published, with an alarm on it and one
    on AWS's own metric. On AWS, where the workshop cannot pause replication, the canary is held.

    Args:
        writer, reader: the Regions; the metric is kept in the writer's.
        calm_s, paused_s, after_s: without them as long as the alarms need, in their own periods.
        progress: called with seconds done and seconds in all.

    Raises:
        ValueError: a write failed, with what the Region said.
        CancelledError: `cancelled` said so; replication runs again.
    """
    pace = Pace.of(target)
    calm_s = max(10, math.ceil(pace.to_ok_s)) if calm_s is None else calm_s
    paused_s = math.ceil(pace.to_alarm_s) if paused_s is None else paused_s
    after_s = math.ceil(pace.to_end_s) if after_s is None else after_s
    user, total_s = f"monitor-{secrets.token_hex(4)}", calm_s + paused_s + after_s
    acknowledged: list[tuple[str, int, float]] = []
    looks: list[tuple[float, float, dict[str, int]]] = []
    start_ms = now_ms()
    with (
        Prober(target, writer) as writing, Prober(target, reader) as reading,
        Heartbeat(target, writer, reader, start_ms, start_ms + total_s * 1000) as heartbeat,
    ):  # fmt: skip
        # In lanes of their own: a Region that is far away holds up neither the pause nor a look.
        agenda = Agenda(cancelled, {LANE: 1, _WRITES: 4, _LOOKS: 1})
        began = dt.datetime.now(dt.UTC) - dt.timedelta(milliseconds=now_ms() - start_ms)

        def write(number: int, _intended_ms: float) -> None:
            show = f"item-{number % _ITEMS}"
            done = require(writing.write(user, show, number))
            acknowledged.append((show, number, done.done_ms - start_ms))
            progress(round((done.done_ms - start_ms) / 1000), round(total_s))

        def look(intended_ms: float) -> None:
            probe, found = reading.bookmarks(user)
            looks.append((probe.started_ms - start_ms, probe.done_ms - start_ms, found))
            over_ms = intended_ms - start_ms - total_s * 1000
            latest = {show: number for show, number, _ in acknowledged}
            if over_ms < 0 or (found != latest and over_ms < _SETTLE_MS):
                agenda.at(max(intended_ms + _LOOK_EVERY_MS, now_ms()), look, _LOOKS)

        def pause(_intended_ms: float, *, paused: bool) -> None:
            target.set_pause(writer, reader, paused=paused)
            heartbeat.hold(held=paused and target.name != "local")

        for number in range(int(total_s * 1000 / _SPACING_MS)):
            agenda.at(start_ms + number * _SPACING_MS, partial(write, number), _WRITES)
        agenda.at(start_ms, look, _LOOKS)
        agenda.at(start_ms + calm_s * 1000, partial(pause, paused=True))
        agenda.at(start_ms + (calm_s + paused_s) * 1000, partial(pause, paused=False))
        heartbeat.begin(agenda)
        try:
            agenda.run()
        finally:
            target.set_pause(writer, reader, paused=False)
            for item in range(_ITEMS):
                writing.delete(user, f"item-{item}")
    progress(round(total_s), round(total_s))
    metric = _ask_cloudwatch(target, writer, reader, began)
    settings = {
        "writer": writer, "reader": reader, "calm_s": calm_s, "duration_s": paused_s,
        "after_s": after_s, "spacing_ms": _SPACING_MS, "period_s": _PERIOD_S[target.name],
        "alarm_period_s": pace.period_s, "threshold_s": THRESHOLD_S,
        "beat_s": pace.beat_s,
    }  # fmt: skip
    return MonitoringObservations(
        _lags(acknowledged, looks), metric, heartbeat.ages(), heartbeat.alarms(),
        (calm_s, calm_s + paused_s), settings,
    )  # fmt: skip


def _lags(
    acknowledged: list[tuple[str, int, float]], looks: list[tuple[float, float, dict[str, int]]]
) -> pd.DataFrame:
    times = np.array([(started_ms, done_ms) for started_ms, done_ms, _ in looks])
    seen = {
        # A write is visible from the first look on that shows it or a later one.
        show: np.maximum.accumulate([found.get(show, -1) for _, _, found in looks])
        for show in {show for show, _, _ in acknowledged}
    }
    rows = []
    for show, number, ack_ms in acknowledged:
        first = int(np.searchsorted(seen[show], number))
        unseen_ms = float(times[first - 1, 0]) if first else ack_ms
        seen_ms = float(times[first, 1]) if first < len(times) else math.inf
        rows.append((ack_ms / 1000, max(0.0, unseen_ms - ack_ms), seen_ms - ack_ms))
    return pd.DataFrame(rows, columns=["t_s", "lag_lo_ms", "lag_hi_ms"])


def _ask_cloudwatch(target: Target, writer: str, reader: str, began: dt.datetime) -> pd.DataFrame:
    """Wait until the metric has what has arrived, and read it."""
    time.sleep(_METRIC_WAIT_S[target.name])
    answer = target.client("cloudwatch", writer).get_metric_statistics(
        Namespace="AWS/DynamoDB",
        MetricName="ReplicationLatency",
        Dimensions=[
            {"Name": "TableName", "Value": tables.name(target)},
            {"Name": "ReceivingRegion", "Value": reader},
        ],
        StartTime=began - dt.timedelta(seconds=_PERIOD_S[target.name]),
        EndTime=dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1),
        Period=_PERIOD_S[target.name],
        Statistics=["Average", "Minimum", "Maximum", "SampleCount"],
    )
    rows = [
        (
            (point["Timestamp"] - began).total_seconds(),
            point["Average"],
            point["Minimum"],
            point["Maximum"],
            int(point["SampleCount"]),
        )
        for point in answer["Datapoints"]
    ]
    columns = ["t_s", "average_ms", "minimum_ms", "maximum_ms", "samples"]
    return pd.DataFrame(rows, columns=columns).sort_values("t_s", ignore_index=True)
