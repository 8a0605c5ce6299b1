"""A learner's guess, drawn into the chart of what was measured."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import replace

from matplotlib.figure import Figure

from helpers.charts.chart import Chart
from helpers.charts.style import ALARM


def with_guess(
    chart: Chart, guess: float | Sequence[float], *, at: Sequence[float] = (), share: bool = False
) -> Chart:
    """Return a copy of a chart with a guess drawn into its first axes.

    Args:
        chart: is left as it is.
        guess: a number of the horizontal axis, or the heights of a curve's points.
        at: where the points are, in the unit of the horizontal axis.
        share: the guess is in percent, and the axis has shares from 0 to 1.
    """
    # A copy, not the figure that every later look at the observations would show.
    figure: Figure = pickle.loads(pickle.dumps(chart.figure))  # noqa: S301 - our own, from memory
    axes = figure.axes[0]
    points = [guess] if isinstance(guess, (int, float)) else list(guess)
    heights = [point / 100 if share else point for point in points]
    if at:
        axes.plot(
            list(at), heights, color=ALARM, linestyle=(0, (4, 2)), linewidth=1.4, marker="D",
            markersize=8, markeredgecolor="white", label="your guess", zorder=7,
        )  # fmt: skip
        left, right = axes.get_xlim()
        axes.set_xlim(left, max(right, max(at) * 1.03))
        where = ", ".join(f"{y:g} at {x:g}" for x, y in zip(at, heights, strict=False))
    else:
        axes.axvline(
            points[0], color=ALARM, linestyle=(0, (4, 2)), linewidth=1.6, label="your guess"
        )
        where = f"{points[0]:g}"
    axes.legend(loc="best", fontsize=8.5, frameon=False)
    return replace(chart, figure=figure, description=f"{chart.description} Your guess: {where}.")
