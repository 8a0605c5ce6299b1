"""Matrix: the lag between every ordered pair of three Regions, measured at the same time."""

from __future__ import annotations

from itertools import chain
from typing import Any

import pandas as pd

from helpers import charts, measures
from helpers.charts.chart import Chart
from helpers.experiments.base import Asked, Experiment, Observations, Seen, Session, Tables
from helpers.experiments.options import region, whole
from helpers.experiments.staleness import run_matrix


def _run(session: Session, asked: Asked) -> Seen:
    regions = [asked["writer"], asked["reader"], asked["third"]]
    links: list[list[dict[str, Any]]] = []
    wanted = asked["trials"] * len(regions) * (len(regions) - 1)
    session.keep(lambda: _seen(pd.DataFrame(list(chain(*links))), wanted, {}))
    seen = run_matrix(
        session.target, regions, trials=asked["trials"], links=links, progress=session.progress,
        cancelled=session.cancelled,
    )  # fmt: skip
    return _seen(seen.reads, wanted, seen.settings)


def _seen(reads: pd.DataFrame, wanted: int, settings: Asked) -> Seen:
    found = measures.lag_brackets(reads) if len(reads) else reads
    dropped = {"had no read that could be used": wanted - len(found)}
    return Seen({"reads": reads}, "writes", wanted, dropped, settings)


def _summarise(seen: Observations) -> Tables:
    brackets = measures.lag_brackets(seen["reads"])
    return {"matrix": measures.lag_matrix(brackets), "brackets": brackets}


def _draw(seen: Observations) -> dict[str, Chart]:
    return {"matrix": charts.matrix_chart(seen.summary(), seen.provenance)}


def _say(seen: Observations) -> str:
    longest = seen.summary().sort_values("lag_ms").iloc[-1]
    return (
        f"The longest way is from {longest['write_region']} to {longest['read_region']}: half of "
        f"the writes take up to {longest['lag_ms']:.0f} ms (95 %: {longest['ci_lo_ms']:.0f} to "
        f"{longest['ci_hi_ms']:.0f})."
    )


matrix = Experiment(
    "matrix",
    "the lag between three Regions, in every direction",
    (
        region("writer", "one Region", 0),
        region("reader", "another", 1),
        region("third", "and a third", 2),
        whole("trials", "how many writes in each direction", 25, 1, 1_000),
    ),
    _run,
    _summarise,
    _draw,
    _say,
)
