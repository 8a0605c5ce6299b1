"""The chart of skewed clocks."""

from __future__ import annotations

import pandas as pd

from helpers.charts.chart import Chart
from helpers.charts.shares import draw_shares
from helpers.charts.style import ALARM, BLUE, INK, finish, new_chart
from helpers.provenance import Provenance

_LINES = {"hybrid": ("--", BLUE, "clocks that heed the stamps they see, replayed by the engine"),
          "plain": (":", ALARM, "plain wall clocks, replayed by the engine")}  # fmt: skip


def skew_chart(rates: pd.DataFrame, replayed: pd.DataFrame, provenance: Provenance) -> Chart:
    """Draw the share of later writes that are lost, against how far the other clock is ahead.

    Args:
        rates: as `measures.skew_rates` returns them.
        replayed: as `planning.lost_to_skew` returns it; may have no rows.
        provenance: of the observations.
    """
    figure, axes = new_chart("How often a later write is lost to a clock that is ahead")
    for clock, group in replayed.groupby("clock", sort=False):
        line, colour, words = _LINES[str(clock)]
        axes.plot(
            group["skew_ms"] / 1000, group["p_lost"], linestyle=line, color=colour, linewidth=1.8,
            label=words,
        )  # fmt: skip
    skews_s = rates["skew_ms"] / 1000
    draw_shares(axes, skews_s, rates, "lost", color=INK, linestyle="none", label="measured")
    axes.set_xlabel("how far the clock of the Region that wrote first is ahead, s")
    axes.set_ylabel("later writes that are lost")
    axes.legend(loc="center right", fontsize=8.5, frameon=False)
    told = ", ".join(
        f"{row.lost} of {row.n} at {row.skew_ms / 1000:g} s" for row in rates.itertuples()
    )
    within_s = float(provenance.settings.get("within_ms", 0)) / 1000
    return finish(
        figure,
        {"rates": rates} | ({"replayed": replayed} if len(replayed) else {}),
        f"Later writes that are lost, by how far the other clock is ahead: {told}."
        + "".join(f" {words}" for words in _replayed(replayed)),
        provenance, observed=f"{int(rates['n'].sum())} pairs of writes, the later one up to "
        f"{within_s:g} s after the first",
        note="Bars: 95 % Wilson intervals. AWS publishes neither its clocks nor their skew.",
        about_lag=True,
    )  # fmt: skip


def _replayed(replayed: pd.DataFrame) -> list[str]:
    """Format what the engine says of the largest skew, by kind of clock."""
    most = replayed[replayed["skew_ms"] == replayed["skew_ms"].max()]
    return [
        f"Replayed with {row.clock} clocks, {row.p_lost:.0%} at {row.skew_ms / 1000:g} s; in "
        f"{row.apart} of {row.n} the Regions differ for good."
        for row in most.itertuples()
    ]
