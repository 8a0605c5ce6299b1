"""The chart of transactions that another Region sees half done."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.ticker import PercentFormatter

from helpers.charts.chart import Chart
from helpers.charts.style import INK, draw_band, finish, label, new_chart, region_line
from helpers.measures import lag_distribution, torn_quantiles, torn_shares
from helpers.provenance import Provenance


def torn_chart(brackets: pd.DataFrame, provenance: Provenance) -> Chart:
    """Draw how long it takes until a half-visible transaction is whole in another Region.

    Args:
        brackets: as `measures.torn_brackets` returns them.
        provenance: of the observations.
    """
    figure, axes = new_chart("How long another Region shows half a transaction")
    known, shares = lag_distribution(brackets), torn_shares(brackets).iloc[0]
    reader = str(brackets["read_region"].iloc[0])
    style = region_line(reader)
    draw_band(axes, known["t_ms"], known["band_lo"], known["band_hi"], style["color"])
    axes.plot(known["t_ms"], known["p_visible"], linewidth=2, label=f"seen in {reader}", **style)
    quantiles = torn_quantiles(brackets, (0.5, 0.9))
    for row in quantiles.itertuples():
        if not (np.isfinite(row.torn_ms) and np.isfinite(row.ci_hi_ms)):
            continue
        axes.errorbar(
            row.torn_ms, row.quantile, color=INK, capsize=4, marker="o", markersize=5,
            xerr=[[max(row.torn_ms - row.ci_lo_ms, 0)], [max(row.ci_hi_ms - row.torn_ms, 0)]],
            linewidth=1.3,
        )  # fmt: skip
        words = f"{row.quantile:.0%} within {row.torn_ms:.0f} ms"
        label(axes, words, (row.torn_ms, row.quantile), xytext=(8, -14))
    axes.set_xlabel("from when one of the two items is visible until both are, ms")
    axes.set_ylabel("transactions whole by then")
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_ylim(0, 1.12)
    axes.set_xlim(left=0)
    axes.legend(loc="lower right", fontsize=8.5, frameon=False)
    width_ms = float(quantiles["bracket_ms"].iloc[0])
    words = (
        f"{shares['torn']:.0f} of {shares['n']:.0f} transactions were seen half done by some read "
        f"(95 %: {shares['ci_lo']:.0%} to {shares['ci_hi']:.0%}). "
        f"{'; '.join(quantiles['told'])}."
    )
    return finish(
        figure, {"brackets": brackets}, words, provenance,
        observed=f"{len(brackets)} transactions of two items, each known to within "
        f"{width_ms:.0f} ms",
        note="Band: 95 % Dvoretzky-Kiefer-Wolfowitz; bars: 95 % by order statistics.",
        about_lag=True,
    )  # fmt: skip
