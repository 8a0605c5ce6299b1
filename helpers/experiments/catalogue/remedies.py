"""Remedies: what keeps both of two changes that are made at once."""

from __future__ import annotations

from typing import Any

import pandas as pd

from helpers import charts, measures
from helpers.charts.chart import Chart
from helpers.experiments.base import Asked, Experiment, Observations, Seen, Session, Tables, unended
from helpers.experiments.options import region, whole
from helpers.experiments.remedies import REMEDIES, run_remedies


def _run(session: Session, asked: Asked) -> Seen:
    rows: list[dict[str, Any]] = []

    def seen() -> Seen:
        planned = len(REMEDIES) * asked["trials"]
        dropped = {
            "failed, or had not settled at the deadline: unknown": unended(rows),
            "were not made": planned - len(rows),
        }
        return Seen({"trials": pd.DataFrame(rows)}, "pairs of changes", planned, dropped)

    session.keep(seen)
    run_remedies(
        session.target, asked["writer"], asked["other"], trials=asked["trials"], rows=rows,
        progress=session.progress, cancelled=session.cancelled,
    )  # fmt: skip
    return seen()


def _summarise(seen: Observations) -> Tables:
    return {"rates": measures.remedy_rates(seen["trials"])}


def _draw(seen: Observations) -> dict[str, Chart]:
    return {"remedies": charts.remedies_chart(seen.summary(), seen.provenance)}


def _say(seen: Observations) -> str:
    rates = seen.summary()
    safe = rates[(rates["n"] > 0) & (rates["lost"] == 0)]
    if (rates["n"] == 0).all():
        return "No trial had settled at the deadline: what was lost is unknown."
    if safe.empty:
        return "Every remedy lost a change."
    return (
        f"Nothing was lost with: {'; '.join(safe['remedy'])} (95 %: up to "
        f"{safe['ci_hi'].max():.0%} of the pairs may be)."
    )


remedies = Experiment(
    "remedies",
    "what keeps both of two concurrent changes",
    (
        region("writer", "the Region of one viewer", 0),
        region("other", "the Region of the other", 1),
        whole("trials", "how many pairs of changes for each remedy", 20, 1, 500),
    ),
    _run,
    _summarise,
    _draw,
    _say,
)
