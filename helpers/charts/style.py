"""What all charts have in common: size, colours that everybody can tell apart, and the footer."""

from __future__ import annotations

import textwrap
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from helpers.regions import look

INK = "#222222"
FAINT = "#777777"
ALARM = "#D55E00"
BLUE = "#0072B2"
BAND = "#56B4E9"

_TARGETS = {"local": "Local cloud", "aws": "AWS", "simulated": "Simulated, on a virtual clock"}
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
    figure = Figure(figsize=(8, height), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_title(title, loc="left", fontsize=12.5, fontweight="bold", color=INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(visible=True, color="#e4e4e4", linewidth=0.6)
    axes.set_axisbelow(True)
    return figure, axes


def add_footer(
    figure: Figure, target: str, observed: str, uncertainty: str, lag_model: str | None = None
) -> None:
    """Say below a chart what it rests on.

    Args:
        target: `local`, `aws` or `simulated`.
        observed: how many observations of what.
        uncertainty: what the interval or band is, or that there is none.
        lag_model: for charts about lag that is a model: the model as the command line has it.
    """
    parts = [f"{_TARGETS.get(target, target)}; {observed}.", uncertainty]
    if target != "aws" and lag_model == "aws":
        parts.append("Lag modelled on AWS's published 0.5 to 2.5 s, not measured on AWS.")
    elif target != "aws" and lag_model:
        parts.append(f"Lag model {lag_model} (ms), not measured on AWS.")
    text = textwrap.fill(" ".join(parts), _FOOTER_WIDTH)
    lines = text.count("\n") + 1
    engine = figure.get_layout_engine()
    height = figure.get_figheight()
    # Room below the axes for the footer, whatever its length.
    margin = (0.16 + 0.16 * lines) / height
    if engine is not None:
        engine.set(rect=(0, margin, 1, 1 - margin))  # type: ignore[call-arg]
    figure.text(0.012, 0.08 / height, text, fontsize=8, color=FAINT, va="bottom")
