"""Remedies for conflicts, side by side."""

from __future__ import annotations

import pandas as pd
from matplotlib.ticker import PercentFormatter

from helpers.charts.chart import Chart
from helpers.charts.style import ALARM, BLUE, finish, ms, new_chart, right_labels
from helpers.provenance import Provenance


def remedies_chart(rates: pd.DataFrame, provenance: Provenance) -> Chart:
    """Draw for each remedy the share of trials that lost a change, and what a write takes.

    Args:
        rates: `remedy`, `lost`, `n`, `p_lost`, `ci_lo`, `ci_hi`, `write_ms` (median).
        provenance: of the trials.
    """
    figure, axes = new_chart(
        "Two changes at once: which remedy keeps both", height=1.9 + 0.48 * len(rates)
    )
    for place, row in enumerate(rates.itertuples()):
        bad = row.p_lost > 0
        colour = ALARM if bad else BLUE
        axes.plot([row.ci_lo, row.ci_hi], [place] * 2, color=colour, linewidth=2)
        axes.plot(
            row.p_lost, place, marker="s" if bad else "o", color=colour, markersize=8,
            clip_on=False, zorder=5,
        )  # fmt: skip
    axes.set_yticks(range(len(rates)), rates["remedy"])
    axes.set_ylim(len(rates) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")
    right_labels(
        axes,
        [f"{row.lost} of {row.n}; a write takes {ms(row.write_ms)}" for row in rates.itertuples()],
    )
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel("trials in which an acknowledged change was lost")
    told = "; ".join(f"{row.remedy} {row.lost} of {row.n}" for row in rates.itertuples())
    return finish(
        figure, {"rates": rates}, f"Trials that lost a change: {told}.", provenance,
        observed=f"{int(rates['n'].sum())} trials",
        note="Bars: 95 % Wilson intervals; times are medians, of the viewer further away.",
        about_lag=True,
    )  # fmt: skip
