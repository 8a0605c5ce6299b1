"""Charts of strong consistency beside eventual consistency: what it costs and what it saves."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from helpers.charts.chart import Chart
from helpers.charts.style import ALARM, BLUE, finish, ms, new_chart, right_labels
from helpers.provenance import Provenance

_TABLES = {"eventual": (ALARM, "s", -0.16), "strong": (BLUE, "o", 0.16)}


def price_chart(calls: pd.DataFrame, provenance: Provenance) -> Chart:
    """Draw how long each kind of call takes on each table, Region by Region.

    Args:
        calls: `consistency`, `region`, `operation`, `rtt_ms`, `outcome`.
        provenance: of the calls.
    """
    ok = calls[calls["outcome"] == "ok"]
    rows = list(dict.fromkeys(zip(ok["region"], ok["operation"], strict=True)))
    figure, axes = new_chart("What strong consistency costs", height=1.9 + 0.45 * len(rows))
    words, furthest_ms = [""] * len(rows), 0.0
    for consistency, group in ok.groupby("consistency", sort=False):
        colour, marker, shift = _TABLES[str(consistency)]
        for place, (region, operation) in enumerate(rows):
            here = (group["region"] == region) & (group["operation"] == operation)
            low, middle, high = group[here]["rtt_ms"].quantile([0.1, 0.5, 0.9])
            axes.plot([low, high], [place + shift] * 2, color=colour, linewidth=2)
            axes.plot(
                middle, place + shift, marker=marker, color=colour, markersize=7, linestyle="none",
                label=f"{consistency} consistency" if not place else None,
            )  # fmt: skip
            words[place] += f"{consistency} {ms(middle)}\n"
            furthest_ms = max(furthest_ms, high)
    axes.set_yticks(range(len(rows)), [f"{region}\n{operation}" for region, operation in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")
    words = [word.strip() for word in words]
    right_labels(axes, words)
    axes.set_xlim(0, furthest_ms * 1.06)
    axes.set_xlabel("round trip of a call, ms")
    _legend_above(figure)
    note = (
        "Round trips between Regions are typical figures. " if provenance.target == "local" else ""
    )
    told = "; ".join(
        f"{operation} in {region}: {word.replace(chr(10), ', ')}"
        for (region, operation), word in zip(rows, words, strict=True)
    )
    return finish(
        figure, {"calls": calls}, f"Median round trips. {told}.", provenance,
        observed=f"{len(ok)} calls", note=f"{note}Dots: medians; lines: 10th to 90th percentile.",
    )  # fmt: skip


def gain_chart(gain: pd.DataFrame, provenance: Provenance) -> Chart:
    """Draw what goes wrong on each table: shares with their intervals.

    Args:
        gain: `measure`, `consistency`, `count`, `n`, `share`, `ci_lo`, `ci_hi`.
        provenance: of the observations.
    """
    names = list(dict.fromkeys(gain["measure"]))
    figure, axes = new_chart("What strong consistency saves", height=2.0 + 0.75 * len(names))
    words = [""] * len(names)
    for consistency, group in gain.groupby("consistency", sort=False):
        colour, marker, shift = _TABLES[str(consistency)]
        for row in group.itertuples():
            place = names.index(row.measure)
            axes.plot([row.ci_lo, row.ci_hi], [place + shift] * 2, color=colour, linewidth=2)
            axes.plot(
                row.share, place + shift, marker=marker, color=colour, markersize=8,
                linestyle="none", clip_on=False, zorder=5,
                label=f"{consistency} consistency" if row.measure == names[0] else None,
            )  # fmt: skip
            words[place] += f"{consistency} {row.count} of {row.n}\n"
    axes.set_yticks(range(len(names)), [name.replace(" missing", "\nmissing") for name in names])
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")
    words = [word.strip() for word in words]
    right_labels(axes, words)
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel("share")
    _legend_above(figure)
    told = "; ".join(
        f"{name}: {word.replace(chr(10), ', ')}" for name, word in zip(names, words, strict=True)
    )
    return finish(
        figure, {"gain": gain}, f"What went wrong. {told}.", provenance,
        observed=f"{int(gain['n'].sum())} trials and writes", note="Bars: 95 % Wilson intervals.",
        about_lag=True,
    )  # fmt: skip


def _legend_above(figure: Figure) -> None:
    figure.legend(
        *figure.axes[0].get_legend_handles_labels(), loc="outside upper right", ncols=2,
        fontsize=8.5, frameon=False,
    )  # fmt: skip
