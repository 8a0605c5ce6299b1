"""What all charts have in common: size, colours that everybody can tell apart, and the footer."""

from __future__ import annotations

import textwrap
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

# Okabe and Ito's palette, "Color Universal Design", 2008. Region by Region, so that a Region has
# the same colour in every chart; line style and marker tell them apart in grey.
_REGIONS = {
    "us-west-2": ("#0072B2", "-", "o"),
    "us-east-1": ("#D55E00", "--", "s"),
    "eu-west-1": ("#009E73", "-.", "^"),
    "us-east-2": ("#CC79A7", ":", "D"),
    "ap-southeast-1": ("#E69F00", (0, (5, 1, 1, 1, 1, 1)), "v"),
}
_OTHER = ("#56B4E9", (0, (1, 1)), "P")

INK = "#222222"
FAINT = "#777777"
ALARM = "#D55E00"
BLUE = "#0072B2"
BAND = "#56B4E9"

_TARGETS = {"local": "Local cloud", "aws": "AWS", "simulated": "Simulated, on a virtual clock"}
_FOOTER_WIDTH = 132


def region_colour(region: str) -> str:
    """Return the colour of a Region."""
    return str(_REGIONS.get(region, _OTHER)[0])


def region_line(region: str) -> dict[str, Any]:
    """Return the colour and line style of a Region, as matplotlib's keywords."""
    colour, line, _ = _REGIONS.get(region, _OTHER)
    return {"color": colour, "linestyle": line}


def region_marker(region: str) -> str:
    """Return the marker of a Region."""
    return str(_REGIONS.get(region, _OTHER)[2])


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
