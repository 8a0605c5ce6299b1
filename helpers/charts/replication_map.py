"""A picture of replication at one moment: Regions, what is under way, and what was lost."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import pandas as pd

from helpers.charts.chart import Chart
from helpers.charts.style import ALARM, FAINT, INK, finish, new_chart, region_colour
from helpers.provenance import Provenance

Link = tuple[str, str]


def map_chart(
    states: Mapping[str, str],
    in_flight: Mapping[Link, int],
    paused: Iterable[Link],
    lost_updates: int,
    provenance: Provenance,
) -> Chart:
    """Draw each Region with its state, and on each link how many images are under way.

    Args:
        states: `online` or `offline`, by Region.
        in_flight: images under way, by source and target.
        paused: links that hold what they carry.
        lost_updates: acknowledged writes overwritten by one that had not seen them, so far.
        provenance: of the moment.
    """
    figure, axes = new_chart("Replication now", height=4.2)
    axes.set_axis_off()
    axes.set_xlim(-1.6, 1.6)
    axes.set_ylim(-1.25, 1.25)
    names, held = sorted(states, reverse=True), set(paused)
    spots = {
        name: (math.cos(math.pi + 2 * math.pi * i / max(1, len(names))),
               0.7 * math.sin(math.pi + 2 * math.pi * i / max(1, len(names))))
        for i, name in enumerate(names)
    }  # fmt: skip
    for (source, region), count in in_flight.items():
        if source not in spots or region not in spots:
            continue
        ends, stopped = (spots[source], spots[region]), (source, region) in held
        style = {"color": ALARM if stopped else FAINT, "linestyle": ":" if stopped else "-"}
        arrow = {
            "arrowstyle": "->",
            "connectionstyle": "arc3,rad=0.18",
            "shrinkA": 30,
            "shrinkB": 30,
        }
        axes.annotate("", xytext=ends[0], xy=ends[1], arrowprops={**arrow, **style, "lw": 1.6})
        word = f"{'paused, ' if stopped else ''}{count} under way"
        if not count and not stopped:
            continue
        across = ends[1][1] - ends[0][1], ends[0][0] - ends[1][0]
        axes.text(
            (ends[0][0] + ends[1][0]) / 2 + 0.13 * across[0],
            (ends[0][1] + ends[1][1]) / 2 + 0.13 * across[1],
            word, ha="center", va="center", fontsize=9, color=INK,
        )  # fmt: skip
    for name, (x, y) in spots.items():
        dark = states[name] != "online"
        axes.plot(
            x, y, "o", markersize=34, color="#ffffff" if dark else region_colour(name),
            markeredgecolor=region_colour(name), markeredgewidth=2.5,
        )  # fmt: skip
        above = y > 0.1  # noqa: PLR2004 - so that no name lies on a link
        axes.text(
            x, y + (0.22 if above else -0.22), f"{name}\n{states[name]}", ha="center",
            va="bottom" if above else "top", fontsize=9.5,
        )  # fmt: skip
    total = sum(in_flight.values())
    words = f"{total} images under way, {lost_updates} updates lost so far"
    told = ", ".join(f"{name} is {state}" for name, state in states.items())
    links = pd.DataFrame(
        [(*ends, count, ends in held) for ends, count in in_flight.items()],
        columns=["source", "region", "in_flight", "paused"],
    )
    data = {"states": pd.DataFrame(states.items(), columns=["region", "state"]), "links": links}
    return finish(
        figure, data, f"{told}.", provenance, observed=words, note="A count, without uncertainty.",
        about_lag=True,
    )  # fmt: skip
