"""Matrix: the lag between every ordered pair of three Regions, measured at the same time."""

from __future__ import annotations

from helpers import charts, measures
from helpers.charts.chart import Chart
from helpers.experiments.base import Asked, Experiment, Observations, Seen, Session, Tables
from helpers.experiments.options import region, whole
from helpers.experiments.staleness import run_matrix


def _run(session: Session, asked: Asked) -> Seen:
    regions = [asked["writer"], asked["reader"], asked["third"]]
    seen = run_matrix(
        session.target, regions, trials=asked["trials"], progress=session.progress,
        cancelled=session.cancelled,
    )  # fmt: skip
    wanted = asked["trials"] * len(regions) * (len(regions) - 1)
    found = len(measures.lag_brackets(seen.reads))
    return Seen(
        {"reads": seen.reads}, "writes", wanted,
        {"had no read that could be used": wanted - found}, seen.settings,
    )  # fmt: skip


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
