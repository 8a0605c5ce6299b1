"""Charts of staleness and replication lag."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from helpers.charts.chart import Chart
from helpers.charts.style import (
    BAND,
    BLUE,
    FAINT,
    INK,
    draw_band,
    finish,
    label,
    legend_above,
    new_chart,
    region_line,
)
from helpers.measures import lag_distribution, lag_quantiles, since_commit
from helpers.provenance import Provenance

_ROUNDING = 1e-9
# From this part of the axis on words stand left of their point.
_LATE = 0.8


def staleness_chart(curve: pd.DataFrame, provenance: Provenance) -> Chart:
    """Draw the share of writes that a reader elsewhere does not see yet, against time.

    Args:
        curve: as `measures.staleness_curve` returns it.
        provenance: of the observations.
    """
    figure, axes = new_chart("How likely a read in the other Region is stale")
    t_ms = curve["t_ms"]
    axes.fill_between(
        t_ms, curve["band_lo"], curve["band_hi"], color=BAND, alpha=0.3, linewidth=0,
        label="95 % band for the whole curve",
    )  # fmt: skip
    axes.fill_between(
        t_ms, curve["p_stale_lo"], curve["p_stale_hi"], color=BLUE, linewidth=1.8,
        label="measured (as wide as the brackets leave it open)",
    )  # fmt: skip
    marks = ((0.5, "half"), (0.1, "a tenth"))
    told = [words for p_stale, name in marks if (words := _mark(axes, curve, p_stale, name))]
    axes.set_xlabel("time since the write was acknowledged, ms")
    axes.set_ylabel("writes not visible yet")
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_xlim(0, float(t_ms.max()))
    axes.set_ylim(0, 1.03)
    # A lag that hardly varies leaves no free corner.
    legend_above(figure)
    count = int(curve["n"].iloc[0])
    return finish(
        figure, {"curve": curve}, f"Of the writes, {' and '.join(told) or 'none were seen late'}.",
        provenance, observed=f"{count} writes",
        note="Band: Dvoretzky-Kiefer-Wolfowitz, counting writes, not reads.", about_lag=True,
    )  # fmt: skip


def _mark(axes: Axes, curve: pd.DataFrame, p_stale: float, name: str) -> str:
    """Mark when the curve falls below a share, and word it."""
    below = curve[curve["p_stale"] <= p_stale + _ROUNDING]
    if below.empty:
        return ""
    at_ms = float(below["t_ms"].iloc[0])
    axes.plot([at_ms, at_ms], [0, p_stale], color=FAINT, linewidth=1, linestyle=":")
    late = at_ms > curve["t_ms"].max() * _LATE
    side = {"xytext": (-8, 6), "ha": "right"} if late else {}
    label(axes, f"{name} unseen\nafter {at_ms:.0f} ms", (at_ms, p_stale), **side)
    return f"{name} are unseen after {at_ms:,.0f} ms"


def lag_chart(
    brackets: pd.DataFrame,
    provenance: Provenance,
    truth_ms: Sequence[float] = (),
) -> Chart:
    """Draw the distribution of the replication lag, one curve per link, with its quantiles.

    Args:
        brackets: as `measures.lag_brackets` returns them.
        provenance: of the observations.
        truth_ms: the true lags, where they are known, to hold the estimate against.
    """
    figure, axes = new_chart("How long replication takes")
    told = []
    if len(truth_ms):
        axes.step(
            np.sort(truth_ms), np.arange(1, len(truth_ms) + 1) / len(truth_ms), where="post",
            color=INK, linewidth=1, linestyle=(0, (1, 1.5)), zorder=5,
            label="the truth, as the local cloud knows it",
        )  # fmt: skip
    for (writer, reader), group in brackets.groupby(["write_region", "read_region"], sort=False):
        known = lag_distribution(group)
        style = region_line(str(reader))
        draw_band(axes, known["t_ms"], known["band_lo"], known["band_hi"], style["color"])
        axes.plot(
            known["t_ms"], known["p_visible"], linewidth=2, label=f"{writer} to {reader}", **style
        )
        for row in lag_quantiles(group).itertuples():
            if not np.isfinite(row.lag_ms):
                continue
            bounded = np.isfinite(row.ci_hi_ms)
            right_ms = row.ci_hi_ms if bounded else row.lag_ms
            axes.errorbar(
                row.lag_ms, row.quantile, color=INK, capsize=4, marker="o", markersize=5,
                xerr=[[max(row.lag_ms - row.ci_lo_ms, 0)], [max(right_ms - row.lag_ms, 0)]],
                linewidth=1.3, xlolims=not bounded,
            )  # fmt: skip
            # Right of and below the curve there is room, but at the right edge and at the top.
            edge = row.lag_ms > 0.75 * known["t_ms"].max()
            high = row.quantile > 0.95  # noqa: PLR2004
            label(
                axes, f"{row.quantile:.0%} {_within(row.lag_ms, row.ci_lo_ms, bounded=bounded)}",
                (row.lag_ms, row.quantile), xytext=(-8 if edge else 8, 7 if high else -14),
                ha="right" if edge else "left", zorder=6,
            )  # fmt: skip
            told.append(f"{row.told} ({writer} to {reader})")
    axes.set_xlabel("lag, from the commit of the write to its visibility, ms")
    axes.set_ylabel("writes visible by then")
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_ylim(0, 1.12)
    axes.set_xlim(left=0)
    axes.legend(loc="best", fontsize=8.5, frameon=False)
    width_ms = float((since_commit(brackets)["hi_ms"] - brackets["lo_ms"]).median())
    words = f"A write is visible elsewhere: {', '.join(told) or 'not within the time measured'}."
    return finish(
        figure, {"brackets": brackets}, words, provenance,
        observed=f"{len(brackets)} writes, each lag known to within {width_ms:.0f} ms",
        note="Band: 95 % Dvoretzky-Kiefer-Wolfowitz; bars: 95 % by order statistics.",
        about_lag=True,
    )  # fmt: skip


def matrix_chart(matrix: pd.DataFrame, provenance: Provenance) -> Chart:
    """Draw a quantile of the lag for every ordered pair of Regions as a grid, darker for longer.

    Args:
        matrix: as `measures.lag_matrix` returns it.
        provenance: of the observations.
    """
    regions = list(dict.fromkeys([*matrix["write_region"], *matrix["read_region"]]))
    figure, axes = new_chart(
        f"Lag from Region to Region, {matrix['quantile'].iloc[0]:.0%} of the writes within",
        height=2.2 + 0.8 * len(regions),
    )
    grid = np.full((len(regions), len(regions)), np.nan)
    for row in matrix.itertuples():
        grid[regions.index(row.write_region), regions.index(row.read_region)] = row.lag_ms
    axes.grid(visible=False)
    axes.imshow(grid, cmap="Blues", vmin=0, vmax=float(np.nanmax(grid)) * 1.4, aspect="auto")
    middle = float(np.nanmax(grid)) * 0.7
    for row in matrix.itertuples():
        place = (regions.index(row.read_region), regions.index(row.write_region))
        colour = "white" if row.lag_ms > middle * 1.3 else INK
        axes.annotate(
            f"{row.lag_ms:.0f} ms\n{_between(row.ci_lo_ms, row.ci_hi_ms)}", place, ha="center",
            va="center", fontsize=9.5, color=colour,
        )  # fmt: skip
    axes.set_xticks(range(len(regions)), [f"read in\n{region}" for region in regions])
    axes.set_yticks(range(len(regions)), [f"written in\n{region}" for region in regions])
    axes.tick_params(length=0)
    told = "; ".join(
        f"{row.write_region} to {row.read_region} {row.lag_ms:,.0f} ms"
        for row in matrix.itertuples()
    )
    return finish(
        figure, {"matrix": matrix}, f"{told}.", provenance,
        observed=f"{int(matrix['n'].sum())} writes",
        note="Below each lag: its 95 % interval, by order statistics.", about_lag=True,
    )  # fmt: skip


def _between(low_ms: float, high_ms: float) -> str:
    return f"{low_ms:.0f} to {high_ms:.0f}" if np.isfinite(high_ms) else f"more than {low_ms:.0f}"


def _within(lag_ms: float, low_ms: float, *, bounded: bool) -> str:
    return f"within {lag_ms:.0f} ms" if bounded else f"in more than {low_ms:.0f} ms"


def stale_share_chart(shares: pd.DataFrame, provenance: Provenance) -> Chart:
    """Draw the share of stale reads against the time since the write, for two kinds of reads.

    Args:
        shares: as `measures.stale_shares` returns them, with `reads` naming the kind.
        provenance: of the observations.
    """
    figure, axes = new_chart("Reading in the Region that wrote")
    styles = {"eventually consistent": (BLUE, "-", "o"), "strongly consistent": (INK, "--", "s")}
    for kind, group in shares.groupby("reads", sort=False):
        colour, line, marker = styles[str(kind)]
        draw_band(axes, group["t_ms"], group["ci_lo"], group["ci_hi"], colour)
        axes.plot(
            group["t_ms"], group["p_stale"], color=colour, linestyle=line, marker=marker,
            markersize=4, linewidth=1.6, label=f"{kind} reads",
        )  # fmt: skip
    axes.set_xlabel("time since the write was acknowledged, ms")
    axes.set_ylabel("reads that are stale")
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_ylim(-0.02, None)
    axes.legend(loc="upper right", fontsize=8.5, frameon=False)
    writes = int(shares.groupby("reads")["n"].max().sum())
    how = "How far a copy is behind is a model of this project; AWS publishes none. "
    note = how if provenance.target == "local" else ""
    told = "; ".join(
        f"{'none' if not group['p_stale'].max() else format(group['p_stale'].max(), '.0%')} of "
        f"the {kind} reads are stale"
        for kind, group in shares.groupby("reads", sort=False)
    )
    return finish(
        figure, {"shares": shares}, f"At the worst time since the write, {told}.", provenance,
        observed=f"{writes} writes", note=f"{note}Bands: 95 % Wilson, bin by bin.",
    )  # fmt: skip
