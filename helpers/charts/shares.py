"""Shares with their intervals: along an axis, or a row for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from helpers.charts.style import ALARM, BLUE, label, right_labels


def draw_shares(axes: Axes, along: pd.Series, rates: pd.DataFrame, of: str, **look: Any) -> None:
    """Draw shares against what they depend on, each with its interval and what was counted.

    Args:
        axes: gets an axis of percent.
        along: where each stands on the horizontal axis.
        rates: `n`, the count, `p_` and the count's name, `ci_lo`, `ci_hi`.
        of: the name of the count.
        look: of the line and its points, as matplotlib has it.
    """
    shares = rates[f"p_{of}"]
    below, above = shares - rates["ci_lo"], rates["ci_hi"] - shares
    style: dict[str, Any] = {"marker": "o", "markersize": 7, "capsize": 4, "linewidth": 1.4} | look
    axes.errorbar(along, shares, yerr=[below.clip(lower=0), above.clip(lower=0)], **style)
    for x, share, count, n in zip(along, shares, rates[of], rates["n"], strict=True):
        label(axes, f"{count} of {n}", (x, share), xytext=(7, 6))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_ylim(-0.03, 1.08)
    axes.margins(x=0.09)


def draw_rows(
    axes: Axes, names: Iterable[str], rates: pd.DataFrame, of: str, words: Sequence[str]
) -> None:
    """Draw a row for each share, with its interval, from 0 to 100 %; any above 0 is alarming.

    Args:
        axes: gets an axis of percent.
        names: of the rows, from the top.
        rates: `p_` and the count's name, `ci_lo`, `ci_hi`.
        of: the name of the count.
        words: beside each row, on the right.
    """
    spans = zip(rates[f"p_{of}"], rates["ci_lo"], rates["ci_hi"], strict=True)
    for place, (share, low, high) in enumerate(spans):
        colour, marker = (ALARM, "s") if share > 0 else (BLUE, "o")
        axes.plot([low, high], [place] * 2, color=colour, linewidth=2)
        axes.plot(share, place, marker=marker, color=colour, markersize=8, clip_on=False, zorder=5)
    axes.set_yticks(range(len(rates)), list(names))
    axes.set_ylim(len(rates) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")
    right_labels(axes, words)
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0))
