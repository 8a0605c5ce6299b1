"""A learner's guess, drawn into the chart of what was measured; and all guesses of the course."""

from __future__ import annotations

import pickle
import textwrap
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from helpers.charts.chart import Chart
from helpers.charts.style import ALARM, BAND, INK, new_chart
from helpers.provenance import Provenance

# An interval may begin at 0, which a logarithmic axis does not have.
_LEAST = 1e-3
_QUESTION = 48


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


def guesses_chart(guesses: pd.DataFrame, provenance: Provenance) -> Chart:
    """Draw how far each guess was from its measurement, in the order of the course.

    Args:
        guesses: one row each: `notebook`, `question`, `guess`, `measured`, both greater than 0,
            and `low`, `high` (NaN without an interval).
        provenance: of the measurements.
    """
    figure, axes = new_chart("Guess over measurement", height=1.9)
    figure.set_figheight(1.9 + 0.3 * len(guesses))
    rows = range(len(guesses))
    times = guesses["guess"] / guesses["measured"]
    axes.axvline(1, color=INK, linewidth=1)
    low, high = guesses["low"] / guesses["measured"], guesses["high"] / guesses["measured"]
    axes.hlines(rows, low.clip(lower=_LEAST), high, color=BAND, linewidth=7, alpha=0.7,
                label="interval of the measurement")  # fmt: skip
    axes.plot(times, rows, linestyle="", color=ALARM, marker="D", markersize=7, label="your guess")
    axes.set_xscale("log")
    axes.set_xlim(min(0.5, times.min() / 1.5), max(2, times.max() * 1.5))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _at: f"{x:g} times"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    labels = guesses["notebook"] + "  " + guesses["question"].map(_shortened)
    axes.set_yticks(rows, labels, fontsize=8.5)
    axes.invert_yaxis()
    axes.legend(
        loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=2, fontsize=8.5, frameon=False
    )
    told = "; ".join(
        f"notebook {row.notebook}: {row.guess / row.measured:.2g} times"
        for row in guesses.itertuples()
    )
    words = f"Your {len(guesses)} guesses in numbers, as multiples of what was measured. {told}."
    return Chart(figure, {"guesses": guesses}, words, provenance)


def _shortened(question: str) -> str:
    return textwrap.shorten(question, _QUESTION, placeholder=" …")
