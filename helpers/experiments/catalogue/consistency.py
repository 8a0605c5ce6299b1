"""Consistency: what strong consistency costs, beside the table that has none."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from helpers import charts, measures, strong, tables
from helpers.charts.chart import Chart
from helpers.experiments.base import Asked, Experiment, Observations, Seen, Session, Tables, unended
from helpers.experiments.consistency import run_contention, run_price
from helpers.experiments.options import region, whole


def _run(session: Session, asked: Asked) -> Seen:
    capable = strong.regions(session.target)
    for region_name in (asked["writer"], asked["other"]):
        if region_name not in capable:
            raise ValueError(
                f"{region_name} cannot hold the strongly consistent table, which is in "
                f"{', '.join(capable)}: AWS keeps it within one set of Regions."
            )
    strong.prepare(session.target)
    pair = {"eventual": tables.name(session.target), "strong": strong.name(session.target)}
    regions = (asked["writer"], asked["other"])
    calls: list[dict[str, Any]] = []
    contention: list[dict[str, Any]] = []

    def seen() -> Seen:
        observed = {"calls": pd.DataFrame(calls), "contention": pd.DataFrame(contention)}
        return Seen(observed, "calls", len(calls), {"had no success": unended(calls)})

    session.keep(seen)
    run_price(session.target, list(regions), pair, rows=calls, cancelled=session.cancelled)
    run_contention(
        session.target, regions, pair, trials=asked["trials"], rows=contention,
        progress=session.progress, cancelled=session.cancelled,
    )  # fmt: skip
    return seen()


def _summarise(seen: Observations) -> Tables:
    calls = seen["calls"]
    # These calls go to DynamoDB itself: no part of the round trip is reported apart.
    named = calls.assign(
        operation=calls["consistency"] + " " + calls["operation"], dynamodb_ms=math.nan
    )
    means = seen["contention"].groupby("consistency")[["attempts", "write_ms", "lost"]].mean()
    return {"price": measures.latency_summary(named), "contention means": means.reset_index()}


def _draw(seen: Observations) -> dict[str, Chart]:
    return {"price": charts.price_chart(seen["calls"], seen.provenance)}


def _say(seen: Observations) -> str:
    ok = seen["calls"][seen["calls"]["outcome"] == "ok"]
    medians = ok.groupby("consistency")["rtt_ms"].median()
    return (
        f"At the median a call takes {medians['eventual']:.1f} ms on the eventually consistent "
        f"table and {medians['strong']:.1f} ms on the strongly consistent one."
    )


consistency = Experiment(
    "consistency",
    "what strong consistency costs and saves",
    (
        region("writer", "one Region", 0),
        region("other", "another", 1),
        whole("trials", "how many contended writes on each table", 20, 1, 500),
    ),
    _run,
    _summarise,
    _draw,
    _say,
)
