"""Outage: who is served while a Region is dark, and what had been promised and is missing."""

from __future__ import annotations

import math

import pandas as pd

from helpers import charts, deploy, measures, strong, tables
from helpers.charts.chart import Chart
from helpers.experiments.base import Asked, Experiment, Observations, Seen, Session, Tables
from helpers.experiments.options import number, region, switch, whole
from helpers.experiments.outage import OutageObservations, run_outage, together


def _run(session: Session, asked: Asked) -> Seen:
    if not (asked["straight"] or asked["strong"]):
        silent = [r for r in (asked["dark"], asked["spare"]) if not deploy.url(session.target, r)]
        if silent:
            raise ValueError(
                f"There is no API in {', '.join(silent)}: `workshop prepare {' '.join(silent)}` "
                "creates it, or save directly in DynamoDB."
            )
    found: list[OutageObservations] = []
    session.keep(lambda: _seen(found, asked))
    each_s = round(asked["calm_s"] + asked["duration_s"] + asked["after_s"])
    for place in range(asked["outages"]):

        def progress(done_s: int, _of_s: int, before_s: int = place * each_s) -> None:
            session.progress(before_s + done_s, asked["outages"] * each_s)

        found.append(run_outage(
            session.target, asked["dark"], asked["spare"], viewers=asked["viewers"],
            staying=asked["staying"], calm_s=asked["calm_s"], dark_s=asked["duration_s"],
            after_s=asked["after_s"], through_api=not (asked["straight"] or asked["strong"]),
            table=(strong if asked["strong"] else tables).name(session.target),
            consistent=asked["strong"], progress=progress, cancelled=session.cancelled,
        ))  # fmt: skip
    return _seen(found, asked)


def _seen(found: list[OutageObservations], asked: Asked) -> Seen:
    if not found:
        return Seen({"calls": pd.DataFrame()}, "calls", 0)
    seen = together(found)
    unknown = int((seen.calls["outcome"] == "unknown").sum())
    facts = {
        "outage_start_ms": seen.outage_start_ms, "outage_end_ms": seen.outage_end_ms,
        "failover_ms": seen.failover_ms, "failovers": seen.failovers, "calls_unknown": unknown,
    }  # fmt: skip
    observed = {"calls": seen.calls, "writes": seen.writes, "final": seen.final}
    chosen = {name: seen.settings[name] for name in ("every_ms", "table")}
    if len(found) < asked["outages"]:
        chosen["outages_seen"] = len(found)
    return Seen(observed, "calls", len(seen.calls), {}, chosen, facts)


def _failed_over(seen: Observations) -> bool:
    return math.isfinite(seen.facts["failover_ms"])


def _summarise(seen: Observations) -> Tables:
    dark, failovers = seen.asked["dark"], seen.facts["failovers"]
    start_ms = seen.facts["outage_start_ms"]
    found = {
        "availability": measures.availability(seen["calls"], by=("kind",)),
        "rto": measures.recovery_times(seen["calls"], dark, start_ms),
    }
    # Where nobody failed over there is no recovery point; 0 missing would be a claim.
    if _failed_over(seen):
        found["rpo"] = measures.recovery_point(seen["writes"], dark, failovers)
        found["rpo by outage"] = measures.recovery_points(seen["writes"], dark, failovers)
        found["missing"] = measures.missing_writes(seen["writes"], dark, failovers)
        found["returned"] = measures.returned_writes(seen["writes"], dark, failovers)
    return found


def _draw(seen: Observations) -> dict[str, Chart]:
    span_s = (seen.facts["outage_start_ms"] / 1000, seen.facts["outage_end_ms"] / 1000)
    drawn = {
        "availability": charts.availability_chart(
            seen.summary("availability"), span_s, seen.provenance
        )
    }
    if _failed_over(seen):
        # Of several outages one is drawn.
        first = seen["writes"][seen["writes"]["outage"] == 1]
        saved = first[first["region"] == seen.asked["dark"]]
        missing = seen.summary("missing")
        before = saved[saved["ack_ms"] <= seen.facts["outage_start_ms"]]
        drawn["recovery-point"] = charts.recovery_point_chart(
            before, missing[missing["outage"] == 1], seen.facts["failover_ms"] / 1000, span_s,
            seen.provenance,
        )  # fmt: skip
    return drawn


def _say(seen: Observations) -> str:
    if not _failed_over(seen):
        return "Nobody failed over, so this run says nothing about recovery or missing saves."
    rto = seen.summary("rto")
    rto = rto[rto["recovered_region"] != ""]
    low_s, high_s = measures.order_interval(rto["rto_s"], rto["rto_s"], 0.5)
    known = f"{low_s:.2f} to {high_s:.2f}" if math.isfinite(high_s) else f"more than {low_s:.2f}"
    return (
        f"{seen.summary('rpo')['told'].item()} Half of those who failed over were served elsewhere "
        f"within {rto['rto_s'].median():.2f} s (95 %: {known}): {rto['detect_s'].median():.2f} s "
        f"until they knew, {rto['recover_s'].median():.2f} s from then on."
    )


outage = Experiment(
    "outage",
    "who is served while a Region is dark, and what is missing",
    (
        region("dark", "the Region that goes dark", 0),
        region("spare", "the Region that stays online", 1),
        whole("viewers", "how many fail over", 6, 1, 60),
        whole("staying", "how many do not", 3, 0, 60),
        whole("outages", "how many, one after the other", 1, 1, 50),
        number("calm_s", "how long it runs before the disturbance", 4, 1, 600, "s"),
        number("duration_s", "how long it is dark", 5, 1, 3_600, "s"),
        number("after_s", "how long it runs after the disturbance", 4, 1, 600, "s"),
        switch("straight", "save directly in DynamoDB instead of through the API"),
        switch("strong", "so, and on the strongly consistent table"),
    ),
    _run,
    _summarise,
    _draw,
    _say,
)
