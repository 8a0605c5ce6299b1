"""Charts of what a service with millions of viewers sees, and pays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.ticker import FuncFormatter

from helpers.charts.chart import Chart
from helpers.charts.style import (
    BAND,
    BLUE,
    INK,
    draw_band,
    finish,
    legend_above,
    new_chart,
    new_panels,
)
from helpers.provenance import Provenance

_STYLES = {2: ("#0072B2", "-", "o"), 3: ("#D55E00", "--", "s"), 4: ("#009E73", "-.", "^"),
           5: ("#CC79A7", ":", "D")}  # fmt: skip
_COSTS = {
    "api_usd": ("API Gateway", "#999999", ""),
    "function_usd": ("Lambda", "#D0D0D0", ".."),
    "home_usd": ("writes, in the Region that took them", BLUE, ""),
    "replicated_usd": ("writes, replicated", BAND, "//"),
}
_BAND_WORDS = "Bands: 95 % intervals over plays."


def scale_chart(
    hours: pd.DataFrame, provenance: Provenance, measure: str = "lost_updates"
) -> Chart:
    """Draw what happens per hour against the number of viewers, a line for each number of Regions.

    Args:
        hours: what `planning.per_hour` returned.
        provenance: of the simulation.
        measure: `stale_reads`, `conflicts` or `lost_updates`.
    """
    shown = hours[hours["measure"] == measure]
    words = measure.replace("_", " ")
    figure, axes = new_chart(f"{words.capitalize()} per hour, by viewers and Regions")
    for regions, line in shown.groupby("regions"):
        colour, style, marker = _STYLES.get(int(regions), (INK, "-", "o"))
        axes.plot(
            line["viewers_millions"], line["per_hour"], color=colour, linestyle=style,
            marker=marker, label=f"{regions} Regions",
        )  # fmt: skip
        draw_band(axes, line["viewers_millions"], line["ci_lo"], line["ci_hi"], colour)
    axes.set_xscale("log")
    axes.set_yscale("log")
    plain = FuncFormatter(lambda value, _position: f"{value:,.0f}" if value >= 1 else f"{value:g}")
    axes.xaxis.set_major_formatter(plain)
    axes.yaxis.set_major_formatter(plain)
    axes.set_xlabel("viewers watching at once, millions")
    axes.set_ylabel(f"{words} per hour")
    axes.legend(fontsize=9, frameon=False)
    most = shown[shown["viewers_millions"] == shown["viewers_millions"].max()]
    told = "; ".join(
        f"{row.regions} Regions {row.per_hour:,.0f} ({row.ci_lo:,.0f} to {row.ci_hi:,.0f})"
        for row in most.itertuples()
    )
    many = f"{most['viewers_millions'].iloc[0]:g} million viewers"
    return finish(
        figure, {"hours": shown}, f"{words.capitalize()} per hour at {many}: {told}.", provenance,
        observed=f"{_plays(shown)} plays", note=_BAND_WORDS, about_lag=True,
    )  # fmt: skip


def lever_chart(hours: pd.DataFrame, provenance: Provenance) -> Chart:
    """Draw what one change does to stale reads and to lost updates, side by side.

    Args:
        hours: what `planning.per_hour_by_lever` returned.
        provenance: of the simulation.
    """
    names = list(dict.fromkeys(hours["lever"]))
    places = list(range(len(names)))
    figure, panels = new_panels(
        "What changes them, at a million viewers", height=4.2, ncols=2, sharey=True
    )
    for axes, measure in zip(panels, ("stale_reads", "lost_updates"), strict=True):
        rows = hours[hours["measure"] == measure].set_index("lever").loc[names]
        value = rows["per_hour"].astype(float)
        least, most = value - rows["ci_lo"].astype(float), rows["ci_hi"].astype(float) - value
        axes.barh(places, value, color=BAND, height=0.6)
        axes.errorbar(
            value, places, xerr=[least, most], fmt="none", ecolor=INK, elinewidth=1.2, capsize=3
        )
        axes.axvline(value.iloc[0], color=BLUE, linestyle="--", linewidth=1)
        for place in np.flatnonzero(rows["within_noise"])[1:]:
            end = value.iloc[place] + most.iloc[place]
            axes.annotate(" within noise", (end, place), va="center", fontsize=8, color=INK)
        axes.set_xlabel(f"{measure.replace('_', ' ')} per hour")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _position: f"{v / 1000:,g}k"))
        axes.grid(visible=False, axis="y")
    panels[0].set_yticks(places, names)
    panels[0].invert_yaxis()
    words = "Whiskers: 95 % intervals over plays; dashed: the workload as it is."
    observed = f"{_plays(hours)} plays for each bar"
    lost = hours[hours["measure"] == "lost_updates"].set_index("lever").loc[names]
    told = "; ".join(
        f"{row.Index} {row.per_hour:,.0f}"
        + (" (within noise)" if row.within_noise and row.Index != names[0] else "")
        for row in lost.itertuples()
    )
    return finish(
        figure, {"levers": hours}, f"Lost updates per hour: {told}.", provenance,
        observed=observed, note=words, about_lag=True,
    )  # fmt: skip


def cost_chart(costs: pd.DataFrame, prices: Mapping[str, Any], provenance: Provenance) -> Chart:
    """Draw what a million hours of watching cost, by number of Regions and by service.

    Args:
        costs, prices: what `planning.costs` and `planning.prices` returned.
        provenance: of the computation.
    """
    figure, axes = new_chart("What a million hours of watching cost", height=4.6)
    below = np.zeros(len(costs))
    for part, (words, colour, hatch) in _COSTS.items():
        axes.bar(
            costs["regions"], costs[part], bottom=below, color=colour, width=0.6, hatch=hatch,
            edgecolor="white", label=words,
        )  # fmt: skip
        below += costs[part].to_numpy()
    for regions, total in zip(costs["regions"], costs["total_usd"], strict=True):
        axes.annotate(
            f"${total:,.0f}", (regions, total), ha="center", va="bottom", fontsize=9, color=INK
        )
    named = [f"{row.regions}\n{'+ ' * (row.regions > 1)}{row.added}" for row in costs.itertuples()]
    axes.set_xticks(list(costs["regions"]), named, fontsize=8.5)
    axes.set_ylim(0, costs["total_usd"].max() * 1.12)
    axes.set_xlabel("Regions with a replica")
    axes.set_ylabel("US dollars")
    legend_above(figure, ncols=4)
    told = "; ".join(
        f"{row.regions} Region{'s' * (row.regions > 1)} ${row.total_usd:,.0f}, of which "
        f"${row.home_usd + row.replicated_usd:,.0f} for writes"
        for row in costs.itertuples()
    )
    used = {region: prices["regions"][region] for region in costs["added"]}
    dates = [f"{name} {service['as_of']}" for name, service in prices["services"].items()]
    estimated = [region for region, price in used.items() if price["estimated"]]
    guessed = f" Partly estimated: {', '.join(estimated)}." if estimated else ""
    return finish(
        figure, {"costs": costs}, f"A million hours of watching cost: {told}.", provenance,
        observed=f"each Region at its own price; figures of {', '.join(dates)}",
        note=f"Storage, logs, reads and data sent are not in it.{guessed} The only uncertainty "
        "is that of the price list.",
    )  # fmt: skip


def _plays(hours: pd.DataFrame) -> str:
    least, most = int(hours["n"].min()), int(hours["n"].max())
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"
