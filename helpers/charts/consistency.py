"""Charts of strong consistency beside eventual consistency: what it costs and what it saves."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from helpers.charts.style import ALARM, BLUE, add_footer, new_chart

_TABLES = {"eventual": (ALARM, "s", -0.16), "strong": (BLUE, "o", 0.16)}


def price_chart(calls: pd.DataFrame, target: str) -> Figure:
    """Draw how long each kind of call takes on each table, Region by Region.

    Args:
        calls: `consistency`, `region`, `operation`, `rtt_ms`, `outcome`.
        target: `local` or `aws`.
    """
    ok = calls[calls["outcome"] == "ok"]
    rows = list(dict.fromkeys(zip(ok["region"], ok["operation"], strict=True)))
    figure, axes = new_chart("What strong consistency costs", height=1.9 + 0.45 * len(rows))
    for consistency, group in ok.groupby("consistency", sort=False):
        colour, marker, shift = _TABLES[str(consistency)]
        for place, (region, operation) in enumerate(rows):
            rtt_ms = group[(group["region"] == region) & (group["operation"] == operation)][
                "rtt_ms"
            ]
            low, middle, high = rtt_ms.quantile([0.1, 0.5, 0.9])
            axes.plot([low, high], [place + shift] * 2, color=colour, linewidth=2)
            axes.plot(
                middle, place + shift, marker=marker, color=colour, markersize=7, linestyle="none",
                label=f"{consistency} consistency" if not place else None,
            )  # fmt: skip
            axes.annotate(
                f"{middle:.1f} ms", (high, place + shift), xytext=(6, 0),
                textcoords="offset points", fontsize=8, va="center",
            )  # fmt: skip
    axes.set_yticks(range(len(rows)), [f"{region}\n{operation}" for region, operation in rows])
    axes.invert_yaxis()
    axes.set_xlim(0, ok["rtt_ms"].quantile(0.95) * 1.25)
    axes.set_xlabel("round trip of a call, ms")
    axes.legend(loc="lower right", fontsize=8.5, frameon=True, edgecolor="white")
    note = "Round trips between Regions are typical figures. " if target == "local" else ""
    add_footer(
        figure, target, f"{len(ok)} calls", f"{note}Dots: medians; lines: 10th to 90th percentile."
    )
    return figure


def gain_chart(gain: pd.DataFrame, target: str, lag_model: str | None = "aws") -> Figure:
    """Draw what goes wrong on each table: three shares with their intervals.

    Args:
        gain: `measure`, `consistency`, `count`, `n`, `share`, `ci_lo`, `ci_hi`.
        target: `local` or `aws`.
        lag_model: of the local cloud.
    """
    names = list(dict.fromkeys(gain["measure"]))
    figure, axes = new_chart("What strong consistency saves", height=2.0 + 0.75 * len(names))
    for consistency, group in gain.groupby("consistency", sort=False):
        colour, marker, shift = _TABLES[str(consistency)]
        for row in group.itertuples():
            place = names.index(row.measure) + shift
            axes.plot([row.ci_lo, row.ci_hi], [place] * 2, color=colour, linewidth=2)
            axes.plot(
                row.share, place, marker=marker, color=colour, markersize=8, linestyle="none",
                label=f"{consistency} consistency" if row.measure == names[0] else None,
            )  # fmt: skip
            axes.annotate(
                f"{row.count} of {row.n}", (row.ci_hi, place), xytext=(6, 0),
                textcoords="offset points", fontsize=8.5, va="center",
            )  # fmt: skip
    axes.set_yticks(range(len(names)), [name.replace(" missing", "\nmissing") for name in names])
    axes.invert_yaxis()
    axes.set_xlim(-0.02, 1.18)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel("share")
    figure.legend(
        *axes.get_legend_handles_labels(), loc="outside upper right", ncols=2, fontsize=8.5,
        frameon=False,
    )  # fmt: skip
    add_footer(
        figure, target, f"{int(gain['n'].sum())} trials and writes", "Bars: 95 % Wilson intervals.",
        lag_model,
    )  # fmt: skip
    return figure
