"""Charts of strong consistency beside eventual consistency: what it costs and what it saves."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from helpers.charts.chart import Chart
from helpers.charts.style import ALARM, BLUE, finish, legend_above, ms, new_chart, right_labels
from helpers.provenance import Provenance

_TABLES = {"eventual": (ALARM, "s", -0.16), "strong": (BLUE, "o", 0.16)}


def price_chart(calls: pd.DataFrame, provenance: Provenance) -> Chart:
    """Draw how long each kind of call takes on each table, Region by Region.

    Args:
        calls: `consistency`, `region`, `operation`, `rtt_ms`, `outcome`.
        provenance: of the calls.
    """
    ok = calls[calls["outcome"] == "ok"]
    places = dict(iter(ok.groupby(["region", "operation"], sort=False)))
    names = [f"{region}\n{operation}" for region, operation in places]
    figure, axes = new_chart("What strong consistency costs", height=1.9 + 0.45 * len(names))
    spans = [
        _Span(place, str(consistency), low, middle, high, ms(middle))
        for place, here in enumerate(places.values())
        for consistency, times_ms in here.groupby("consistency", sort=False)["rtt_ms"]
        for low, middle, high in [times_ms.quantile([0.1, 0.5, 0.9])]
    ]
    words = _draw_spans(axes, names, spans)
    axes.set_xlim(0, max(span.high for span in spans) * 1.06)
    axes.set_xlabel("round trip of a call, ms")
    legend_above(figure)
    note = (
        "Round trips between Regions are typical figures. " if provenance.target == "local" else ""
    )
    told = "; ".join(
        f"{operation} in {region}: {word.replace(chr(10), ', ')}"
        for (region, operation), word in zip(places, words, strict=True)
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
    spans = [
        _Span(
            names.index(row.measure), str(row.consistency), row.ci_lo, row.share, row.ci_hi,
            f"{row.count} of {row.n}",
        )
        for row in gain.itertuples()
    ]  # fmt: skip
    words = _draw_spans(axes, [n.replace(" missing", "\nmissing") for n in names], spans)
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_xlabel("share")
    legend_above(figure)
    told = "; ".join(
        f"{name}: {word.replace(chr(10), ', ')}" for name, word in zip(names, words, strict=True)
    )
    return finish(
        figure, {"gain": gain}, f"What went wrong. {told}.", provenance,
        observed=f"{int(gain['n'].sum())} trials and writes", note="Bars: 95 % Wilson intervals.",
        about_lag=True,
    )  # fmt: skip


class _Span(NamedTuple):
    """A dot with its line, in the row of this place."""

    place: int
    consistency: str
    low: float
    middle: float
    high: float
    word: str


def _draw_spans(axes: Axes, names: list[str], spans: list[_Span]) -> list[str]:
    """Draw a row for each name, each table a little above or below; return the words beside it."""
    words: list[list[str]] = [[] for _ in names]
    for place, consistency, low, middle, high, word in spans:
        colour, marker, shift = _TABLES[consistency]
        axes.plot([low, high], [place + shift] * 2, color=colour, linewidth=2)
        axes.plot(
            middle, place + shift, marker=marker, color=colour, markersize=8, linestyle="none",
            clip_on=False, zorder=5, label=f"{consistency} consistency" if not place else None,
        )  # fmt: skip
        words[place].append(f"{consistency} {word}")
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")
    told = ["\n".join(beside) for beside in words]
    right_labels(axes, told)
    return told
