"""The metric beside the measurement, and the alarms beside both."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from helpers.charts.chart import Chart
from helpers.charts.style import (
    ALARM,
    BAND,
    BLUE,
    FAINT,
    INK,
    finish,
    legend_above,
    new_panels,
)
from helpers.provenance import Provenance

_ALARMS = {
    "canary-age": "alarm on the canary's age",
    "replication-latency": "alarm on AWS's metric",
}
# A bar shorter than this part of the run has no room for a word.
_LEGIBLE = 0.1
_GREY = "#bbbbbb"


def metric_chart(
    writes: pd.DataFrame,
    metric: pd.DataFrame,
    ages: pd.DataFrame,
    alarms: pd.DataFrame,
    pause_s: tuple[float, float],
    provenance: Provenance,
    *,
    threshold_s: float,
    what: str = "replication paused",
) -> Chart:
    """Draw each write's lag, ReplicationLatency, the canary's age, and the times in ALARM.

    Args:
        writes: `t_s`, `lag_lo_ms`, `lag_hi_ms`.
        metric: `t_s`, `average_ms`, `minimum_ms`, `maximum_ms`, `samples`.
        ages: `t_s`, `age_s`.
        alarms: `t_s`, `alarm`, `state`, one row per look.
        pause_s: when it was disturbed.
        provenance: of the observations.
        threshold_s: of both alarms.
        what: how it was disturbed.
    """
    figure, (axes, below) = new_panels(
        "What the metric shows, what it hides, and which alarm notices", height=5.6, nrows=2,
        sharex=True, height_ratios=[5, 1],
    )  # fmt: skip
    for part in (axes, below):
        part.axvspan(*pause_s, color="#ececec", zorder=0)
    below.grid(visible=False)
    axes.annotate(
        f" {what}", (pause_s[0], 0.97), xycoords=("data", "axes fraction"), fontsize=8.5,
        color=FAINT, va="top",
    )  # fmt: skip
    middle = (writes["lag_lo_ms"] + writes["lag_hi_ms"].replace(np.inf, np.nan)) / 2
    axes.plot(
        writes["t_s"], middle / 1000, ".", color=INK, markersize=4, alpha=0.5,
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
    axes.plot(
        ages["t_s"], ages["age_s"], "-", color=ALARM, linewidth=1.6, label="age of the canary"
    )
    axes.axhline(threshold_s, color=FAINT, linestyle="--", linewidth=1)
    axes.annotate(
        "threshold ", (1, threshold_s), xycoords=("axes fraction", "data"), fontsize=8.5,
        color=FAINT, ha="right", va="bottom",
    )  # fmt: skip
    axes.set_ylim(0, None)
    axes.set_ylabel("s")
    _draw_alarms(below, alarms)
    below.set_xlabel("time, s")
    legend_above(figure, ncols=3)
    words = (
        f"From {pause_s[0]:.0f} to {pause_s[1]:.0f} s: {what}. The longest lag measured is "
        f"{np.nanmax(middle) / 1000:.1f} s, the canary was {ages['age_s'].max():.1f} s old at "
        f"most; the metric has data in {len(metric)} periods. Seen: {_told(alarms)}"
    )
    data = {"writes": writes, "metric": metric, "ages": ages, "alarms": alarms}
    return finish(
        figure, data, words, provenance,
        observed=f"{len(writes)} writes, {len(metric)} periods with data, {len(ages)} heartbeats",
        note="Squares: averages; bars: minimum to maximum. Below: each alarm as seen, from the end "
        "of the period that it judged.", about_lag=True,
    )  # fmt: skip


def _draw_alarms(axes: Any, alarms: pd.DataFrame) -> None:
    """Draw a row for each alarm: thick while in ALARM, thin while OK, dotted before."""
    looks = {
        "ALARM": (ALARM, 9, "-"),
        "OK": (INK, 1.5, "-"),
        "INSUFFICIENT_DATA": (_GREY, 1.5, ":"),
    }
    for row, name in enumerate(_ALARMS):
        for begin_s, end_s, state in _spans(alarms[alarms["alarm"] == name]):
            colour, width, style = looks[state]
            axes.plot(
                [begin_s, end_s], [row, row], color=colour, linewidth=width, linestyle=style,
                solid_capstyle="butt",
            )  # fmt: skip
            if state == "ALARM" and end_s - begin_s > _LEGIBLE * alarms["t_s"].max():
                axes.annotate(
                    " ALARM", (begin_s, row), fontsize=8, color="white", va="center",
                    fontweight="bold", annotation_clip=False,
                )  # fmt: skip
    axes.set_yticks(range(len(_ALARMS)), list(_ALARMS.values()), fontsize=8.5)
    axes.set_ylim(len(_ALARMS) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)


def _spans(looks: pd.DataFrame) -> list[tuple[float, float, str]]:
    """List the stretches of one state: begin and end in s, and the state."""
    change = (looks["state"] != looks["state"].shift()).cumsum()
    parts = [part for _, part in looks.groupby(change)]
    begins = [float(part["t_s"].iloc[0]) for part in parts]
    ends = [*begins[1:], float(looks["t_s"].iloc[-1])] if parts else []
    states = [str(part["state"].iloc[0]) for part in parts]
    return list(zip(begins, ends, states, strict=True))


def _told(alarms: pd.DataFrame) -> str:
    told = []
    for name, words in _ALARMS.items():
        lasted = [
            f"{begin_s:.0f} to {end_s:.0f} s"
            for begin_s, end_s, state in _spans(alarms[alarms["alarm"] == name])
            if state == "ALARM"
        ]
        told.append(
            f"{words}: {'in ALARM from ' + ' and '.join(lasted) if lasted else 'stayed quiet'}"
        )
    return f"{'; '.join(told)}."
