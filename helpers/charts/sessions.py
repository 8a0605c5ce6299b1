"""Charts of viewers who move between Regions."""

from __future__ import annotations

import pandas as pd
from matplotlib.ticker import PercentFormatter

from helpers.charts.chart import Chart
from helpers.charts.style import ALARM, BLUE, INK, finish, halo, ms, new_chart, right_labels
from helpers.provenance import Provenance

_STYLES = {"what they wrote": (BLUE, "-", "o"), "what they had seen": (ALARM, "--", "s")}


def sessions_chart(rates: pd.DataFrame, provenance: Provenance) -> Chart:
    """Draw how often a viewer who has moved is shown something older, against the move's delay.

    Args:
        rates: as `measures.older_rates` returns them.
        provenance: of the observations.
    """
    figure, axes = new_chart("After a move, how often the viewer is shown something older")
    for kept, group in rates.groupby("kept", sort=False):
        colour, line, marker = _STYLES[str(kept)]
        below, above = group["p_older"] - group["ci_lo"], group["ci_hi"] - group["p_older"]
        axes.errorbar(
            group["delay_actual_ms"], group["p_older"], color=colour, linestyle=line,
            marker=marker, capsize=4, linewidth=1.5, label=f"than {kept}",
            yerr=[below.clip(lower=0), above.clip(lower=0)],
        )  # fmt: skip
        for row in group.itertuples():
            axes.annotate(
                f"{row.older} of {row.n}", (row.delay_actual_ms, row.p_older), xytext=(6, 6),
                textcoords="offset points", fontsize=8, color=INK, path_effects=halo(),
            )  # fmt: skip
    axes.set_xlabel("from the last answer in the one Region to the first read in the other, ms")
    axes.set_ylabel("viewers shown something older")
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_ylim(-0.03, 1.08)
    axes.margins(x=0.08)
    axes.legend(loc="upper right", fontsize=8.5, frameon=False)
    told = "; ".join(
        f"older than {row.kept} {row.older} of {row.n} after {row.delay_actual_ms:,.0f} ms"
        for row in rates.itertuples()
    )
    return finish(
        figure, {"rates": rates}, f"Viewers shown something after a move: {told}.", provenance,
        observed=f"{int(rates['n'].sum())} sessions",
        note="Bars: 95 % Wilson intervals. Who had seen a write looked up to 0.5 s after it.",
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
    for place, row in enumerate(remedies.itertuples()):
        bad = row.p_older > 0
        colour = ALARM if bad else BLUE
        axes.plot([row.ci_lo, row.ci_hi], [place] * 2, color=colour, linewidth=2)
        axes.plot(
            row.p_older, place, marker="s" if bad else "o", color=colour, markersize=8,
            clip_on=False, zorder=5,
        )  # fmt: skip
    axes.set_yticks(range(len(remedies)), remedies["way"])
    axes.set_ylim(len(remedies) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")
    words = [
        f"{row.older} of {row.n}; an answer takes {ms(row.answer_ms)},\n"
        f"a tenth more than {ms(row.answer_p90_ms)}"
        for row in remedies.itertuples()
    ]
    right_labels(axes, words)
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel("viewers shown something older than they had")
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
