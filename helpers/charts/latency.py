"""Charts of how long calls take."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.ticker import LogLocator, NullLocator, PercentFormatter, StrMethodFormatter

from helpers.charts.chart import Chart
from helpers.charts.style import (
    BAND,
    BLUE,
    FAINT,
    INK,
    finish,
    legend_above,
    ms,
    new_chart,
    region_colour,
    region_line,
    region_marker,
    right_labels,
)
from helpers.provenance import Provenance

# A spread beyond this factor is drawn logarithmically.
_LOG_FROM = 8
# Colour, line and marker of an operation: told apart in grey, too.
_OPERATIONS = (
    ("#0072B2", "-", "o"),
    ("#D55E00", "--", "s"),
    ("#009E73", "-.", "^"),
    ("#CC79A7", ":", "D"),
)


def latency_chart(calls: pd.DataFrame, provenance: Provenance) -> Chart:
    """Draw the share of calls finished within a time, one curve per Region and operation.

    Args:
        calls: `region`, `operation`, `rtt_ms`, `outcome`; failed calls are left out and counted.
        provenance: of the calls.
    """
    ok = calls[calls["outcome"] == "ok"]
    groups = list(ok.groupby(["region", "operation"], sort=False))
    figure, axes = new_chart("How long a call takes")
    operations = list(dict.fromkeys(ok["operation"]))
    one_region = len(set(ok["region"])) == 1
    said = []
    for (region, operation), group in groups:
        rtt_ms = np.sort(group["rtt_ms"])
        share = np.arange(1, len(rtt_ms) + 1) / len(rtt_ms)
        colour, line, marker = _OPERATIONS[operations.index(operation) % len(_OPERATIONS)]
        if not one_region:
            look = region_line(region) if len(operations) == 1 else {"linestyle": line}
            look |= {"color": region_colour(region), "marker": region_marker(region)}
        else:
            look = {"color": colour, "linestyle": line, "marker": marker}
        said.append(f"{region}, {operation}: median {ms(float(np.median(rtt_ms)))}")
        axes.step(
            rtt_ms,
            share,
            where="post",
            markevery=max(1, len(rtt_ms) // 8),
            markersize=5,
            markeredgecolor="white",
            label=said[-1],
            **look,
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
    axes.set_ylabel("share of calls finished")
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.set_ylim(0, 1.02)
    axes.legend(loc="lower right", fontsize=8.5, frameon=True, edgecolor="white")
    failed = len(calls) - len(ok)
    observed = f"{len(ok)} calls" + (f", {failed} more failed" if failed else "")
    words = f"Half of the calls finish within: {'; '.join(said)}."
    return finish(
        figure, {"calls": calls}, words.replace(": median", " within"), provenance,
        observed=observed, note="Every call is drawn; no interval is given.",
    )  # fmt: skip


def anatomy_chart(
    calls: pd.DataFrame,
    provenance: Provenance,
    round_trip_ms: Mapping[str, float] | None = None,
) -> Chart:
    """Draw how much of an API call DynamoDB takes, and how much the rest; cold starts apart.

    Args:
        calls: `region`, `operation`, `rtt_ms`, `dynamodb_ms` (NaN where DynamoDB is not asked),
            `outcome`, `cold`.
        provenance: of the calls.
        round_trip_ms: what was added for the way to each Region, if that is known.
    """
    ok = calls[calls["outcome"] == "ok"]
    warm = ok[~ok["cold"]].assign(dynamodb_ms=lambda t: t["dynamodb_ms"].fillna(0.0))
    parts = _anatomy(warm, round_trip_ms or {})
    figure, axes = new_chart(
        "Where the milliseconds of an API call go", height=1.9 + 0.62 * len(parts)
    )
    between = "API Gateway and Lambda" if round_trip_ms else "API Gateway, Lambda and the network"
    looks = [("dynamodb_ms", "DynamoDB", BLUE, ""), ("between_ms", between, BAND, "///")]
    looks += (
        [("way_ms", "the network there and back, as added", FAINT, "...")] if round_trip_ms else []
    )
    left = np.zeros(len(parts))
    for column, label, colour, hatch in looks:
        width = parts[column].to_numpy()
        axes.barh(
            range(len(parts)), width, left=left, color=colour, hatch=hatch, edgecolor="white",
            height=0.55, label=label,
        )  # fmt: skip
        left = left + width
    axes.hlines(range(len(parts)), parts["p10_ms"], parts["p90_ms"], color=INK, linewidth=1.4)
    words = [
        ms(row.total_ms) + (f"\nDynamoDB {ms(row.dynamodb_ms)}" if row.dynamodb_ms else "")
        for row in parts.itertuples()
    ]
    axes.set_yticks(
        range(len(parts)), [f"{row.region}\n{row.operation}" for row in parts.itertuples()]
    )
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    right_labels(axes, words)
    axes.set_xlabel("round trip, ms")
    axes.set_xlim(0, parts[["p90_ms", "total_ms"]].to_numpy().max() * 1.06)
    legend_above(figure, ncols=3)
    cold = [f"{rtt_ms:,.0f} ms" for rtt_ms in ok[ok["cold"]]["rtt_ms"]]
    apart = f" Cold starts, not in the bars: {', '.join(cold)}." if cold else ""
    added = " The network part is a typical figure, added, not measured." if round_trip_ms else ""
    told = "; ".join(
        f"{row.operation} in {row.region} takes {word.replace(chr(10), ', of which ')}"
        for row, word in zip(parts.itertuples(), words, strict=True)
    )
    return finish(
        figure, {"calls": calls, "parts": parts}, f"At the median, {told}.", provenance,
        observed=f"{len(warm)} warm calls",
        note=f"Bars: medians; lines: 10th to 90th percentile.{apart}{added}",
    )  # fmt: skip


def _anatomy(warm: pd.DataFrame, way_ms: Mapping[str, float]) -> pd.DataFrame:
    """Split the median call of each Region and operation into its parts, in ms."""
    rows = []
    for (region, operation), group in warm.groupby(["region", "operation"], sort=False):
        total_ms, inside_ms = group["rtt_ms"].median(), group["dynamodb_ms"].median()
        low, high = group["rtt_ms"].quantile([0.1, 0.9])
        way = way_ms.get(region, 0.0)
        rows.append(
            {"region": region, "operation": operation, "n": len(group), "dynamodb_ms": inside_ms,
             "between_ms": total_ms - inside_ms - way, "way_ms": way, "total_ms": total_ms,
             "p10_ms": low, "p90_ms": high}
        )  # fmt: skip
    return pd.DataFrame(rows)
