"""Remedies for conflicts, side by side."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from helpers.charts.style import ALARM, BLUE, FAINT, add_footer, new_chart


def remedies_chart(rates: pd.DataFrame, target: str, lag_model: str | None = "aws") -> Figure:
    """Draw for each remedy the share of trials that lost a change, and what a write takes.

    Args:
        rates: `remedy`, `lost`, `n`, `p_lost`, `ci_lo`, `ci_hi`, `write_ms` (median).
        target: `local` or `aws`.
        lag_model: of the local cloud.
    """
    figure, axes = new_chart(
        "Two changes at once: which remedy keeps both", height=1.8 + 0.48 * len(rates)
    )
    for place, row in enumerate(rates.itertuples()):
        bad = row.p_lost > 0
        colour = ALARM if bad else BLUE
        axes.plot([row.ci_lo, row.ci_hi], [place] * 2, color=colour, linewidth=2)
        axes.plot(row.p_lost, place, marker="s" if bad else "o", color=colour, markersize=8)
        axes.annotate(
            f"{row.lost} of {row.n}", (row.ci_hi, place), xytext=(7, 0),
            textcoords="offset points", fontsize=8.5, va="center",
        )  # fmt: skip
        axes.text(1.42, place, f"{row.write_ms:.1f} ms", fontsize=9, ha="right", va="center")
    axes.text(1.42, -0.55, "a write takes", fontsize=8.5, ha="right", color=FAINT)
    axes.set_yticks(range(len(rates)), rates["remedy"])
    axes.set_ylim(len(rates) - 0.6, -0.9)
    axes.set_xlim(-0.03, 1.45)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1.0])
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel("trials in which an acknowledged change was lost")
    note = "Bars: 95 % Wilson intervals; times are medians, of the viewer further away."
    add_footer(figure, target, f"{int(rates['n'].sum())} trials", note, lag_model)
    return figure
