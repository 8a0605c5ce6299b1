"""What all charts have in common: size, colours that everybody can tell apart, and the footer."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from numpy.typing import ArrayLike

from helpers.charts.chart import Chart
from helpers.provenance import Provenance
from helpers.regions import REGIONS, look

INK = "#222222"
FAINT = "#777777"
ALARM = "#D55E00"
BLUE = "#0072B2"
BAND = "#56B4E9"

_TARGETS = {"local": "Local cloud", "aws": "AWS", "simulated": "Simulated, on a virtual clock",
            "computed": "Computed, not billed"}  # fmt: skip
_FOOTER_WIDTH = 132


def region_colour(region: str) -> str:
    """Return the colour of a Region."""
    return look(region).colour


def region_line(region: str) -> dict[str, Any]:
    """Return the colour and line style of a Region, as matplotlib's keywords."""
    seen = look(region)
    # matplotlib counts dashes in units of the line's width.
    dashes: Any = (0, [length / 1.5 for length in seen.dash]) if seen.dash else "-"
    return {"color": seen.colour, "linestyle": dashes}


def region_marker(region: str) -> str:
    """Return the marker of a Region."""
    return look(region).marker


def new_chart(title: str, *, height: float = 4.6) -> tuple[Figure, Axes]:
    """Start a chart with one pair of axes and its title, 8 inches wide."""
    figure, (axes,) = new_panels(title, height=height)
    return figure, axes


def new_panels(title: str, *, height: float = 4.6, **grid: Any) -> tuple[Figure, list[Axes]]:
    """Start a chart with several pairs of axes, as `Figure.subplots` arranges them."""
    figure = Figure(figsize=(8, height), layout="constrained")
    FigureCanvasAgg(figure)
    panels = list(np.ravel(figure.subplots(**grid)))
    panels[0].set_title(title, loc="left", fontsize=12.5, fontweight="bold", color=INK)
    for axes in panels:
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(visible=True, color="#e4e4e4", linewidth=0.6)
        axes.set_axisbelow(True)
    return figure, panels


def finish(
    figure: Figure,
    data: Mapping[str, pd.DataFrame],
    description: str,
    provenance: Provenance,
    *,
    observed: str,
    note: str,
    about_lag: bool = False,
) -> Chart:
    """State below a chart what it rests on, and hand it over.

    Args:
        data: what is drawn, by name.
        description: what is seen, in a sentence or two, with numbers.
        observed: how many observations of what.
        note: what the interval or band is, or that there is none.
        about_lag: whether it shows lag, of which a model must not pass for a measurement of AWS.
    """
    footer = _footer(provenance, observed, note, about_lag=about_lag)
    text = textwrap.fill(footer, _FOOTER_WIDTH)
    lines = text.count("\n") + 1
    engine = figure.get_layout_engine()
    height = figure.get_figheight()
    # Room below the axes for the footer, whatever its length.
    margin = (0.16 + 0.16 * lines) / height
    if engine is not None:
        engine.set(rect=(0, margin, 1, 1 - margin))  # type: ignore[call-arg]
    figure.text(0.012, 0.08 / height, text, fontsize=8, color=FAINT, va="bottom")
    return Chart(figure, data, f"{description} {footer}", provenance)


def _footer(provenance: Provenance, observed: str, note: str, *, about_lag: bool) -> str:
    target, lag_model = provenance.target, provenance.lag_model
    parts = [f"{_TARGETS.get(target, target)}; {observed}.", note]
    # What the run itself says of how well it kept what it asked for.
    parts.append(str(provenance.settings.get("note", "")))
    if provenance.place:
        # A city begins with a capital, a Region does not.
        place = provenance.place
        parts.append(f"As if from {place if place in REGIONS else place.title()}.")
    if about_lag and target != "aws" and lag_model == "aws":
        parts.append("Lag modelled on AWS's published 0.5 to 2.5 s, not measured on AWS.")
    elif about_lag and target != "aws" and lag_model:
        parts.append(f"Lag model {lag_model} (ms), not measured on AWS.")
    return " ".join(part for part in parts if part)


def halo(width: float = 2.5) -> list[Any]:
    """Return the white edge that keeps a label readable on top of lines."""
    return [withStroke(linewidth=width, foreground="white")]


def label(axes: Axes, words: str, at: tuple[float, float], **look: Any) -> None:
    """Write words beside a point, legible on top of lines; `xytext` is their distance in points."""
    style: dict[str, Any] = {"xytext": (8, 6), "fontsize": 8.5, "color": INK} | look
    axes.annotate(words, at, textcoords="offset points", path_effects=halo(), **style)


def draw_band(axes: Axes, along: ArrayLike, low: ArrayLike, high: ArrayLike, colour: str) -> None:
    """Draw a band of uncertainty behind a curve."""
    axes.fill_between(along, low, high, color=colour, alpha=0.15, linewidth=0)


def legend_above(figure: Figure, ncols: int = 2) -> None:
    """Put the legend of the first axes above the chart, where it covers nothing."""
    figure.legend(
        *figure.axes[0].get_legend_handles_labels(), loc="outside upper right", ncols=ncols,
        fontsize=8.5, frameon=False,
    )  # fmt: skip


def right_labels(axes: Axes, words: Sequence[str]) -> None:
    """Write a word beside each row, right of the axes, where it lies on no point.

    Call it when the limits of the rows are set; row 0, 1, 2 ... stand at these heights.
    """
    beside = axes.secondary_yaxis("right")
    beside.set_yticks(range(len(words)), list(words), fontsize=8.5)
    beside.tick_params(length=0, pad=9)
    beside.spines["right"].set_visible(False)


def ms(value: float) -> str:
    """Format a time in ms with no more digits than it is worth."""
    return f"{value:.2g} ms" if value < 10 else f"{value:,.0f} ms"  # noqa: PLR2004 - two digits
