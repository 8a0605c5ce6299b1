"""Transactions: how long another Region shows one of two items that were written together."""

from __future__ import annotations

from typing import Any

import pandas as pd

from helpers import charts, measures
from helpers.charts.chart import Chart
from helpers.experiments.base import Asked, Experiment, Observations, Seen, Session, Tables
from helpers.experiments.items import PairItems
from helpers.experiments.options import number, region, whole
from helpers.experiments.staleness import run_staleness


def _run(session: Session, asked: Asked) -> Seen:
    rows: list[dict[str, Any]] = []
    session.keep(lambda: _seen(pd.DataFrame(rows), asked, {}))
    seen = run_staleness(
        session.target, asked["writer"], asked["reader"], trials=asked["trials"],
        poll_ms=asked["poll_ms"], items=PairItems("pair", asked["trials"]), rows=rows,
        progress=session.progress, cancelled=session.cancelled,
    )  # fmt: skip
    return _seen(seen.reads, asked, seen.settings)


def _seen(reads: pd.DataFrame, asked: Asked, settings: Asked) -> Seen:
    found = measures.torn_brackets(reads) if len(reads) else reads
    dropped = {"had no read that could be used": asked["trials"] - len(found)}
    return Seen({"reads": reads}, "transactions", asked["trials"], dropped, settings)


def _summarise(seen: Observations) -> Tables:
    brackets = measures.torn_brackets(seen["reads"])
    return {
        "quantiles": measures.torn_quantiles(brackets),
        "shares": measures.torn_shares(brackets),
        "brackets": brackets,
    }


def _draw(seen: Observations) -> dict[str, Chart]:
    return {"torn": charts.torn_chart(seen.summary("brackets"), seen.provenance)}


def _say(seen: Observations) -> str:
    shares, quantiles = seen.summary("shares").iloc[0], seen.summary()
    return (
        f"{shares['torn']:.0f} of {shares['n']:.0f} transactions of {seen.asked['writer']} were "
        f"seen half done in {seen.asked['reader']} (95 %: {shares['ci_lo']:.0%} to "
        f"{shares['ci_hi']:.0%}). From one item to both: {quantiles['told'].iloc[0]}, with 95 % "
        "confidence."
    )


transactions = Experiment(
    "transactions",
    "how long another Region shows one of two items that were written together",
    (
        region("writer", "the Region that writes both by one transaction", 0),
        region("reader", "the Region that reads both", 1),
        whole("trials", "how many transactions are followed", 100, 1, 2_500),
        number("poll_ms", "how often each pair is read", None, 1, 10_000, "ms"),
    ),
    _run,
    _summarise,
    _draw,
    _say,
)
