"""A picture of what is built: what each Region has at a stage, and what goes where."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from helpers.charts.chart import Chart
from helpers.charts.style import FAINT, INK, new_chart, region_colour
from helpers.provenance import Provenance
from helpers.regions import look

_WIDTH, _GAP, _EDGE = 1.9, 0.55, 0.15
# Heights of the middles of what is in a Region, from the table up.
_PARTS = {"table": 0.55, "function": 1.45, "api": 2.35}
_WORDS = {
    "table": "DynamoDB\n{}",
    "function": "Lambda\nyour Python",
    "api": "API Gateway\na public address",
}
_BOX_HEIGHT = 0.56


def architecture_chart(
    regions: Sequence[str], provenance: Provenance, *, apis: bool = True, replicas: bool = True
) -> Chart:
    """Draw the Regions side by side: the table, and the API before it; arrows say who calls whom.

    Args:
        regions: those that have something; the first is home.
        provenance: of the target that it is built on.
        apis: whether the API is deployed in each of them.
        replicas: whether the table is in each, a replica; else in the first alone.
    """
    figure, axes = new_chart("What there is", height=3.6)
    axes.set_axis_off()
    # A global table has no first replica: once there are two, they are alike.
    replicated = replicas and len(regions) > 1
    tables = ["a replica" if replicated else "" if number else "the table"
              for number in range(len(regions))]  # fmt: skip
    rows = [
        _region(axes, number, region, apis=apis, table=tables[number])
        for number, region in enumerate(regions)
    ]
    if replicated:
        for number in range(len(regions) - 1):
            _both_ways(axes, number)
    axes.set_xlim(-_EDGE, max(len(regions), 2) * (_WIDTH + _GAP) - _GAP + _EDGE)
    axes.set_ylim(-0.05, 3.75)
    parts = pd.DataFrame(rows)
    return Chart(figure, {"parts": parts}, _told(parts, replicated=replicated), provenance)


def _region(axes: Axes, number: int, region: str, *, apis: bool, table: str) -> dict[str, object]:
    left = number * (_WIDTH + _GAP)
    frame = FancyBboxPatch(
        (left, 0.08), _WIDTH, 2.85, boxstyle="round,pad=0,rounding_size=0.08", facecolor="none",
        edgecolor=region_colour(region), linewidth=1.8,
    )  # fmt: skip
    axes.add_patch(frame)
    middle = left + _WIDTH / 2
    axes.text(
        middle, 3.02, f"{region}\n{look(region).city}", ha="center", va="bottom", fontsize=9.5
    )
    names = [name for name in _PARTS if (table if name == "table" else apis)]
    for name in _PARTS:
        _part(axes, middle, name, _WORDS[name].format(table) if name in names else "")
    if apis:
        _arrow(axes, (middle, _PARTS["api"]), (middle, _PARTS["function"]))
        _arrow(axes, (middle, _PARTS["function"]), (middle, _PARTS["table"]), broken=not table)
    return {"region": region, **{name: name in names for name in _PARTS}}


def _part(axes: Axes, middle: float, name: str, words: str) -> None:
    """Draw one part; what is not there is an empty outline, which is seen in grey, too."""
    height, there = _PARTS[name], bool(words)
    box = FancyBboxPatch(
        (middle - 0.72, height - _BOX_HEIGHT / 2), 1.44, _BOX_HEIGHT,
        boxstyle="round,pad=0,rounding_size=0.05", facecolor="#f2f2f2" if there else "none",
        edgecolor=INK if there else FAINT, linewidth=1.1 if there else 0.8,
        linestyle="-" if there else (0, (3, 3)),
    )  # fmt: skip
    axes.add_patch(box)
    axes.text(
        middle, height, words or "nothing yet", ha="center", va="center", fontsize=8.5,
        color=INK if there else FAINT,
    )  # fmt: skip


def _arrow(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], *, broken: bool = False
) -> None:
    half = _BOX_HEIGHT / 2
    axes.annotate(
        "", (end[0], end[1] + half), (start[0], start[1] - half),
        arrowprops={"arrowstyle": "->", "color": FAINT if broken else INK, "linewidth": 1.2,
                    "linestyle": ":" if broken else "-"},
    )  # fmt: skip


def _both_ways(axes: Axes, number: int) -> None:
    """Draw replication between two neighbours: an arrow each way, below one another."""
    left = number * (_WIDTH + _GAP) + _WIDTH / 2 + 0.72
    right = (number + 1) * (_WIDTH + _GAP) + _WIDTH / 2 - 0.72
    for start, end, height in ((left, right, 0.64), (right, left, 0.46)):
        style = {"arrowstyle": "->", "color": INK, "linewidth": 1.2, "linestyle": "--"}
        axes.annotate("", (end, height), (start, height), arrowprops=style)
    axes.text((left + right) / 2, 0.74, "replication", ha="center", fontsize=8, color=INK)


def _told(parts: pd.DataFrame, *, replicated: bool) -> str:
    table = "a replica of the table" if replicated else "the DynamoDB table"
    words = {"api": "API Gateway", "function": "a Lambda function", "table": table}
    told = []
    for row in parts.to_dict("records"):
        has = [words[name] for name in words if row[name]]
        told.append(f"{row['region']} has {', '.join(has) or 'nothing'}")
    both = " Each write is replicated from its Region to the others, in both directions."
    return f"A diagram of what there is now: {'; '.join(told)}.{both if replicated else ''}"
