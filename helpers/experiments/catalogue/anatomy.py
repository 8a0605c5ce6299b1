"""Anatomy: where the milliseconds of a call of the API go."""

from __future__ import annotations

from helpers import charts, deploy, measures
from helpers.charts.chart import Chart
from helpers.experiments.base import Asked, Experiment, Observations, Seen, Session, Tables
from helpers.experiments.latency import run_api_latency
from helpers.experiments.options import region, whole


def _run(session: Session, asked: Asked) -> Seen:
    apis = deploy.apis(session.target, dict.fromkeys((asked["writer"], asked["reader"])))
    try:
        calls = run_api_latency(apis, calls=asked["trials"])
    finally:
        for api in apis:
            api.close()
    session.progress(len(calls), len(calls))
    lost = int((calls["outcome"] != "ok").sum())
    return Seen({"calls": calls}, "calls", len(calls), {"had no success": lost})


def _summarise(seen: Observations) -> Tables:
    return {"calls by kind": measures.latency_summary(seen["calls"])}


def _draw(seen: Observations) -> dict[str, Chart]:
    return {"anatomy": charts.anatomy_chart(seen["calls"], seen.provenance)}


def _say(seen: Observations) -> str:
    ok = seen["calls"][(seen["calls"]["outcome"] == "ok") & ~seen["calls"]["cold"]]
    asked = ok[ok["dynamodb_ms"].notna()]
    low, high = asked["rtt_ms"].quantile([0.1, 0.9])
    return (
        f"A warm call that asks DynamoDB takes {asked['rtt_ms'].median():.1f} ms at the median "
        f"(10th to 90th percentile: {low:.1f} to {high:.1f}), DynamoDB "
        f"{asked['dynamodb_ms'].median():.1f} ms of it."
    )


anatomy = Experiment(
    "anatomy",
    "where the milliseconds of a call go",
    (
        region("writer", "one Region", 0),
        region("reader", "another, or the same", 1),
        whole("trials", "how many calls of each kind in each Region", 40, 1, 5_000),
    ),
    _run,
    _summarise,
    _draw,
    _say,
    needs="apis",
    apart=False,
)
