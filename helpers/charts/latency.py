"""Charts of how long calls take."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator, PercentFormatter, StrMethodFormatter

from helpers.charts.style import (
    BAND,
    BLUE,
    FAINT,
    INK,
    add_footer,
    new_chart,
    region_colour,
    region_marker,
)

# A spread beyond this factor is drawn logarithmically.
_LOG_FROM = 8
_LINES = ("-", "--", ":", "-.")


def latency_chart(calls: pd.DataFrame, target: str) -> Figure:
    """Draw which share of the calls was done by then, one curve a Region and operation.

    Args:
        calls: `region`, `operation`, `rtt_ms`, `outcome`; failed calls are left out and counted.
        target: `local` or `aws`.
    """
    ok = calls[calls["outcome"] == "ok"]
    groups = list(ok.groupby(["region", "operation"], sort=False))
    figure, axes = new_chart("How long a call takes")
    operations = list(dict.fromkeys(ok["operation"]))
    for (region, operation), group in groups:
        rtt_ms = np.sort(group["rtt_ms"])
        share = np.arange(1, len(rtt_ms) + 1) / len(rtt_ms)
        axes.step(
            rtt_ms,
            share,
            where="post",
            color=region_colour(region),
            linestyle=_LINES[operations.index(operation) % len(_LINES)],
            marker=region_marker(region),
            markevery=max(1, len(rtt_ms) // 8),
            markersize=4,
            label=f"{region}, {operation}: median {np.median(rtt_ms):.2g} ms",
        )
    if ok["rtt_ms"].max() > _LOG_FROM * ok["rtt_ms"].min():
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xlabel("round trip, ms (logarithmic)")
    else:
        axes.set_xlim(left=0)
        axes.set_xlabel("round trip, ms")
    axes.set_ylabel("calls done by then")
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_ylim(0, 1.02)
    axes.legend(loc="lower right", fontsize=8.5, frameon=False)
    failed = len(calls) - len(ok)
    observed = f"{len(ok)} calls" + (f", {failed} more failed" if failed else "")
    add_footer(figure, target, observed, "Every call is drawn; no interval is claimed.")
    return figure


def anatomy_chart(
    calls: pd.DataFrame, target: str, round_trip_ms: Mapping[str, float] | None = None
) -> Figure:
    """Draw what DynamoDB takes of a call of the API, and what the rest; cold starts apart.

    Args:
        calls: `region`, `operation`, `rtt_ms`, `dynamodb_ms` (NaN where DynamoDB is not asked),
            `outcome`, `cold`.
        target: `local` or `aws`.
        round_trip_ms: what was added for the way to each Region, if that is known.
    """
    ok = calls[calls["outcome"] == "ok"]
    warm = ok[~ok["cold"]].assign(dynamodb_ms=lambda t: t["dynamodb_ms"].fillna(0.0))
    groups = list(warm.groupby(["region", "operation"], sort=False))
    figure, axes = new_chart(
        "Where the milliseconds of an API call go", height=1.9 + 0.62 * len(groups)
    )
    for row, ((region, _), group) in enumerate(groups):
        inside = group["dynamodb_ms"].median()
        total = group["rtt_ms"].median()
        way = (round_trip_ms or {}).get(region, 0.0)
        low, high = group["rtt_ms"].quantile([0.1, 0.9])
        between = "API Gateway and Lambda" if way else "API Gateway, Lambda and the way"
        parts = [(inside, "DynamoDB", BLUE, ""), (total - inside - way, between, BAND, "///")]
        parts += [(way, "the way there and back, as added", FAINT, "...")] if way else []
        left = 0.0
        for width, label, colour, hatch in parts:
            axes.barh(
                row, width, left=left, color=colour, hatch=hatch, edgecolor="white", height=0.55,
                label=None if row else label,
            )  # fmt: skip
            left += width
        axes.plot([low, high], [row, row], color=INK, linewidth=1.4)
        words = f"{total:.1f} ms" + (f", DynamoDB {inside:.1f} ms of it" if inside else "")
        axes.annotate(
            words, (high, row), xytext=(6, 0), textcoords="offset points", fontsize=8.5, va="center"
        )
    axes.set_yticks(
        range(len(groups)), [f"{region}\n{operation}" for (region, operation), _ in groups]
    )
    axes.invert_yaxis()
    axes.set_xlabel("round trip, ms")
    axes.set_xlim(0, warm["rtt_ms"].quantile(0.9) * 1.5)
    figure.legend(
        *axes.get_legend_handles_labels(),
        loc="outside upper right",
        ncols=3,
        fontsize=8.5,
        frameon=False,
    )
    cold = ok[ok["cold"]]["rtt_ms"]
    apart = (
        f" Cold starts, not in the bars: {', '.join(f'{ms:.0f} ms' for ms in cold)}."
        if len(cold)
        else ""
    )
    added = " The way is a typical figure, added, not measured." if round_trip_ms else ""
    add_footer(
        figure, target, f"{len(warm)} warm calls",
        f"Bars: medians; lines: 10th to 90th percentile.{apart}{added}",
    )  # fmt: skip
    return figure
