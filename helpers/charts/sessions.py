"""Charts of viewers who move between Regions."""

from __future__ import annotations

import pandas as pd

from helpers.charts.chart import Chart
from helpers.charts.shares import draw_rows, draw_shares
from helpers.charts.style import ALARM, BLUE, finish, ms, new_chart
from helpers.measures.sessions import SAW, WROTE
from helpers.provenance import Provenance

_STYLES = {WROTE: (BLUE, "-", "o"), SAW: (ALARM, "--", "s")}


def sessions_chart(rates: pd.DataFrame, provenance: Provenance) -> Chart:
    """Draw how often a viewer who has moved is shown something older, against the move's delay.

    Args:
        rates: as `measures.older_rates` returns them.
        provenance: of the observations.
    """
    figure, axes = new_chart("After a move, how often the viewer is shown something older")
    for kept, group in rates.groupby("kept", sort=False):
        colour, line, marker = _STYLES[str(kept)]
        draw_shares(
            axes, group["delay_actual_ms"], group, "older", color=colour, linestyle=line,
            marker=marker, label=f"than {kept}",
        )  # fmt: skip
    axes.set_xlabel("from the last answer in the one Region to the first read in the other, ms")
    axes.set_ylabel("viewers shown something older")
    axes.legend(loc="upper right", fontsize=8.5, frameon=False)
    told = "; ".join(
        f"older than {row.kept} {row.older} of {row.n} after {row.delay_actual_ms:,.0f} ms"
        for row in rates.itertuples()
    )
    return finish(
        figure, {"rates": rates}, f"Viewers shown something after a move: {told}.", provenance,
        observed=f"{int(rates['n'].sum())} sessions",
        note="Bars: 95 % Wilson intervals. Viewers who had seen a write read up to 0.5 s after it.",
        about_lag=True,
    )  # fmt: skip


def session_remedies_chart(remedies: pd.DataFrame, provenance: Provenance) -> Chart:
    """Draw for each remedy how many viewers were shown something older, and what an answer takes.

    Args:
        remedies: as `measures.session_remedies` returns them.
        provenance: of the observations.
    """
    figure, axes = new_chart(
        "What keeps a viewer from going back in time", height=1.9 + 0.55 * len(remedies)
    )
    words = [
        f"{row.older} of {row.n}; an answer takes {ms(row.answer_ms)},\n"
        f"a tenth more than {ms(row.answer_p90_ms)}"
        for row in remedies.itertuples()
    ]
    draw_rows(axes, remedies["way"], remedies, "older", words)
    axes.set_xlabel("viewers shown something older than they had seen")
    told = "; ".join(
        f"{row.way}: {row.older} of {row.n}, an answer in {row.answer_ms:,.0f} ms at the median "
        f"(95 %: {row.answer_lo_ms:,.0f} to {row.answer_hi_ms:,.0f}), {row.reads:.1f} reads"
        for row in remedies.itertuples()
    )
    return finish(
        figure, {"remedies": remedies}, f"Viewers shown something older: {told}.", provenance,
        observed=f"{int(remedies['n'].sum())} sessions, over all delays",
        note="Bars: 95 % Wilson intervals; times are medians, from the intended read.",
        about_lag=True,
    )  # fmt: skip
