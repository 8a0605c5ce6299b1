"""The metric beside the measurement."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.charts.chart import Chart
from helpers.charts.style import ALARM, BAND, BLUE, FAINT, INK, finish, new_chart
from helpers.provenance import Provenance


def metric_chart(
    writes: pd.DataFrame,
    metric: pd.DataFrame,
    pause_s: tuple[float, float] | None,
    provenance: Provenance,
    *,
    alarm: pd.DataFrame | None = None,
) -> Chart:
    """Draw each write's lag as measured, ReplicationLatency beside it, and when an alarm rings.

    Args:
        writes: `t_s`, `lag_lo_ms`, `lag_hi_ms`.
        metric: `t_s`, `average_ms`, `minimum_ms`, `maximum_ms`, `samples`.
        pause_s: when replication was paused; None where nothing was.
        provenance: of the observations.
        alarm: `t_s`, `state`; drawn below.
    """
    figure, axes = new_chart("What the metric shows, and what it hides", height=4.9)
    if pause_s is not None:
        axes.axvspan(*pause_s, color="#ececec", zorder=0)
        axes.annotate(
            " replication paused", (pause_s[0], 0.96), xycoords=("data", "axes fraction"),
            fontsize=8.5, color=FAINT, va="top",
        )  # fmt: skip
    middle = (writes["lag_lo_ms"] + writes["lag_hi_ms"].replace(np.inf, np.nan)) / 2
    axes.plot(
        writes["t_s"], middle / 1000, ".", color=INK, markersize=5, alpha=0.6,
        label="each write, when it was made",
    )  # fmt: skip
    axes.vlines(
        metric["t_s"], metric["minimum_ms"] / 1000, metric["maximum_ms"] / 1000, color=BAND,
        linewidth=3, alpha=0.7,
    )  # fmt: skip
    axes.plot(
        metric["t_s"], metric["average_ms"] / 1000, "s", color=BLUE, markersize=5,
        label="ReplicationLatency, when it arrived",
    )  # fmt: skip
    if alarm is not None:
        ringing = alarm[alarm["state"] == "ALARM"]
        axes.plot(
            ringing["t_s"], np.full(len(ringing), -0.35), "|", color=ALARM, markersize=9,
            markeredgewidth=2.5, label="alarm that counts silence",
        )  # fmt: skip
    axes.set_ylim(-0.7, None)
    axes.set_xlabel("time, s")
    axes.set_ylabel("lag, s")
    figure.legend(
        *axes.get_legend_handles_labels(), loc="outside upper right", ncols=3, fontsize=8.5,
        frameon=False,
    )  # fmt: skip
    paused = (
        ""
        if pause_s is None
        else f" Replication was paused from {pause_s[0]:.0f} to {pause_s[1]:.0f} s."
    )
    words = (
        f"The longest lag measured is {np.nanmax(middle) / 1000:.1f} s; the metric shows "
        f"{metric['average_ms'].max() / 1000:.1f} s at most, in {len(metric)} periods with data."
    )
    data = {"writes": writes, "metric": metric} | ({} if alarm is None else {"alarm": alarm})
    return finish(
        figure, data, words + paused, provenance,
        observed=f"{len(writes)} writes, {len(metric)} periods with data",
        note="Squares: averages; bars: minimum to maximum.", about_lag=True,
    )  # fmt: skip
