"""Remedies for conflicts, side by side."""

from __future__ import annotations

import pandas as pd

from helpers.charts.chart import Chart
from helpers.charts.shares import draw_rows
from helpers.charts.style import finish, ms, new_chart
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
    words = [
        f"{row.lost} of {row.n}; a write takes {ms(row.write_ms)}" for row in rates.itertuples()
    ]
    draw_rows(axes, rates["remedy"], rates, "lost", words)
    axes.set_xlabel("trials in which an acknowledged change was lost")
    told = "; ".join(f"{row.remedy} {row.lost} of {row.n}" for row in rates.itertuples())
    return finish(
        figure, {"rates": rates}, f"Trials that lost a change: {told}.", provenance,
        observed=f"{int(rates['n'].sum())} trials",
        note="Bars: 95 % Wilson intervals; times are medians, of the viewer further away.",
        about_lag=True,
    )  # fmt: skip
