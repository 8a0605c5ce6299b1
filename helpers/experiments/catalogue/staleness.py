"""Staleness: how long a write in one Region takes to be seen in another."""

from __future__ import annotations

from typing import Any

import pandas as pd

from helpers import charts, measures, strong, tables
from helpers.charts.chart import Chart
from helpers.experiments.base import Asked, Experiment, Observations, Seen, Session, Tables
from helpers.experiments.options import number, region, switch, whole
from helpers.experiments.staleness import run_staleness


def _run(session: Session, asked: Asked) -> Seen:
    chosen = {name: value for name, value in asked.items() if value is not None}
    chosen["table"] = (strong if chosen.pop("strong") else tables).name(session.target)
    rows: list[dict[str, Any]] = []
    session.keep(lambda: _seen(pd.DataFrame(rows), asked, {}))
    seen = run_staleness(
        session.target, rows=rows, progress=session.progress, cancelled=session.cancelled, **chosen
    )
    return _seen(seen.reads, asked, seen.settings)


def _seen(reads: pd.DataFrame, asked: Asked, settings: Asked) -> Seen:
    found = measures.lag_brackets(reads) if len(reads) else reads
    dropped = {"had no read that could be used": asked["trials"] - len(found)}
    return Seen({"reads": reads}, "writes", asked["trials"], dropped, settings)


def _summarise(seen: Observations) -> Tables:
    brackets = measures.lag_brackets(seen["reads"])
    return {
        "quantiles": measures.lag_quantiles(brackets),
        "curve": measures.staleness_curve(brackets),
        "brackets": brackets,
    }


def _draw(seen: Observations) -> dict[str, Chart]:
    return {
        "staleness": charts.staleness_chart(seen.summary("curve"), seen.provenance),
        "lag": charts.lag_chart(seen.summary("brackets"), seen.provenance),
    }


def _say(seen: Observations) -> str:
    row = seen.summary().iloc[0]
    return (
        f"Of {seen.used} writes in {seen.asked['writer']}, seen in {seen.asked['reader']} and "
        f"counted from the commit: {row['told']}, with 95 % confidence."
    )


staleness = Experiment(
    "staleness",
    "how long a write takes to be seen elsewhere",
    (
        region("writer", "the Region that writes", 0),
        region("reader", "the Region that reads; the writer's own is allowed", 1),
        whole("trials", "how many writes are followed", 100, 1, 5_000),
        switch("consistent", "read with ConsistentRead"),
        switch("strong", "on the strongly consistent table"),
        number("spacing_ms", "time between two writes", None, 1, 60_000, "ms"),
        number("poll_ms", "how often each item is read", None, 1, 10_000, "ms"),
        number("follow_ms", "read on for so long, also once it was seen", 0, 0, 60_000, "ms"),
    ),
    _run,
    _summarise,
    _draw,
    _say,
    apart=False,
)
