"""Charts of an outage: who was served when, and what had been promised and was missing."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from helpers.charts.chart import Chart
from helpers.charts.style import ALARM, BLUE, FAINT, INK, finish, label, legend_above, new_chart
from helpers.provenance import Provenance

_KINDS = {"fails over": (BLUE, "-", "o"), "stays": (ALARM, "--", "s")}
_OUTAGE = "#ececec"


def availability_chart(
    windows: pd.DataFrame,
    outage_s: tuple[float, float],
    provenance: Provenance,
) -> Chart:
    """Draw the share of calls that succeeded, second by second, for each kind of client.

    Args:
        windows: `kind`, `t_ms`, `n`, `availability`, `ci_lo`, `ci_hi`, as `measures.availability`
            words it.
        outage_s: start and end of the outage.
        provenance: of the observations.
    """
    figure, axes = new_chart("Who is served while a Region is dark")
    _shade(axes, outage_s)
    told: list[str] = []
    width_s = float(np.min(np.diff(np.unique(windows["t_ms"])))) / 1000
    for kind, group in windows.groupby("kind", sort=False):
        colour, line, marker = _KINDS.get(str(kind), (INK, "-", "o"))
        kind_words = f"client that {kind}"
        # A window belongs to the outage if its middle does: its start is never quite the same.
        inside = group[(group["t_ms"] / 1000 + width_s / 2).between(*outage_s)]
        if len(inside):
            told.append(f"{_share(inside):.0%} of the calls of a {kind_words}")
        # A share holds for its whole second, so it is a step; a slanted line would claim more.
        edges_s = np.append(group["t_ms"], group["t_ms"].iloc[-1] + width_s * 1000) / 1000
        low, high = (np.append(group[end], group[end].iloc[-1]) for end in ("ci_lo", "ci_hi"))
        axes.fill_between(edges_s, low, high, color=colour, alpha=0.18, lw=0, step="post")
        axes.stairs(
            group["availability"], edges_s, baseline=None, color=colour, linestyle=line,
            linewidth=2,
        )  # fmt: skip
        axes.plot(
            edges_s[:-1] + width_s / 2, group["availability"], color=colour, linestyle=line,
            marker=marker, markersize=5, linewidth=0, clip_on=False,
        )  # fmt: skip
        axes.plot(
            [], [], color=colour, linestyle=line, marker=marker, linewidth=2, label=kind_words
        )
    axes.set_ylim(-0.03, 1.05)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel("time, s")
    axes.set_ylabel(f"calls that succeeded, in {width_s:g} s")
    axes.legend(loc="lower right", fontsize=8.5, frameon=True, edgecolor="white")
    span = f"from {outage_s[0]:.1f} to {outage_s[1]:.1f} s"
    words = f"The Region was dark {span}."
    if told:
        words = f"While the Region was dark, {span}, {' and '.join(told)} succeeded."
    return finish(
        figure, {"windows": windows}, words, provenance,
        observed=f"{int(windows['n'].sum())} calls",
        note="Bands: 95 % Wilson, which know this outage, not the next.",
    )  # fmt: skip


def _share(windows: pd.DataFrame) -> float:
    return float((windows["availability"] * windows["n"]).sum() / windows["n"].sum())


def recovery_point_chart(
    writes: pd.DataFrame,
    missing: pd.DataFrame,
    failover_s: float,
    outage_s: tuple[float, float],
    provenance: Provenance,
) -> Chart:
    """Draw each acknowledged write from its acknowledgement to when the other Region showed it.

    Args:
        writes: `write`, `key`, `ack_ms`, `visible_ms`, of the Region that went dark.
        missing: the rows of them that were missing at failover.
        failover_s: when clients began to use the other Region.
        outage_s: start and end of the outage.
        provenance: of the observations.
    """
    keys = sorted(writes["key"].unique())
    figure, axes = new_chart(
        "Acknowledged, and not there: the recovery point", height=2.2 + 0.34 * len(keys)
    )
    _shade(axes, outage_s)
    lost = set(missing["write"])
    seen = writes["visible_ms"].replace(np.inf, np.nan)
    end_s = max(outage_s[1], float(np.nanmax(seen)) / 1000) + 0.5
    for row in writes.itertuples():
        lane = keys.index(row.key)
        alarm = row.write in lost
        colour = ALARM if alarm else FAINT
        visible_s = min(row.visible_ms / 1000, end_s)
        axes.plot(
            [row.ack_ms / 1000, visible_s], [lane, lane], color=colour,
            linewidth=2.6 if alarm else 1.2, solid_capstyle="butt", alpha=0.9 if alarm else 0.7,
        )  # fmt: skip
        axes.plot(row.ack_ms / 1000, lane, marker="x" if alarm else ".", color=colour, markersize=6)
    axes.axvline(failover_s, color=INK, linestyle=":", linewidth=1.4)
    axes.annotate(
        " failover", (failover_s, 1), xycoords=("data", "axes fraction"), fontsize=8.5, va="top"
    )
    axes.plot(
        [], [], color=ALARM, marker="x", linewidth=2.6, label=f"missing at failover ({len(lost)})"
    )
    there = len(writes) - len(lost)
    axes.plot([], [], color=FAINT, marker=".", linewidth=1.2, label=f"there, or later ({there})")
    axes.set_yticks(range(len(keys)), keys, fontsize=8)
    axes.set_xlim(0, end_s)
    axes.set_xlabel("time, s; from the acknowledgement to the first read elsewhere that shows it")
    legend_above(figure)
    words = (
        f"Of {len(writes)} writes acknowledged before the Region went dark, {len(lost)} were "
        f"missing at failover, {failover_s:.1f} s into the run."
    )
    return finish(
        figure, {"writes": writes}, words, provenance,
        observed=f"{len(writes)} acknowledged writes", note="Every write is drawn.", about_lag=True,
    )  # fmt: skip


def _shade(axes: Axes, outage_s: tuple[float, float]) -> None:
    axes.axvspan(*outage_s, color=_OUTAGE, zorder=0)
    label(
        axes, " Region dark", (outage_s[0], 0.5), xycoords=("data", "axes fraction"),
        xytext=(2, 4), color=FAINT,
    )  # fmt: skip
