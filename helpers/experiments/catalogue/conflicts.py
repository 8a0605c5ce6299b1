"""Conflicts: how often one of two updates of an item is lost, against the time between them."""

from __future__ import annotations

from helpers import charts, measures
from helpers.charts.chart import Chart
from helpers.experiments.base import Asked, Experiment, Observations, Seen, Session, Tables
from helpers.experiments.conflicts import GAPS_MS, ConflictObservations, run_conflicts
from helpers.experiments.options import region, whole


def _run(session: Session, asked: Asked) -> Seen:
    seen = run_conflicts(
        session.target, asked["writer"], asked["other"], trials=asked["trials"],
        keep=lambda so_far: session.keep(lambda: _seen(so_far(), asked)),
        progress=session.progress, cancelled=session.cancelled,
    )  # fmt: skip
    return _seen(seen, asked)


def _seen(seen: ConflictObservations, asked: Asked) -> Seen:
    planned = len(GAPS_MS) * asked["trials"]
    unsettled = int((seen.trials["outcome"] != "ok").sum()) if len(seen.trials) else 0
    return Seen(
        {"trials": seen.trials, "reads": seen.reads}, "pairs of writes", planned,
        {"had not settled at the deadline: unknown": unsettled,
         "were not seen to the end": planned - len(seen.trials)},
        {name: value for name, value in seen.settings.items() if name not in ("first", "second")},
    )  # fmt: skip


def _summarise(seen: Observations) -> Tables:
    return {"rates": measures.lost_update_rates(seen["trials"])}


def _draw(seen: Observations) -> dict[str, Chart]:
    drawn = {
        "lost-updates": charts.lost_update_chart(seen.summary(), seen.provenance),
        "agreement": charts.agreement_chart(seen["trials"], seen.provenance),
    }
    lost = seen["trials"][seen["trials"]["lost"].eq(other=True)]
    if len(lost):
        trial = lost.iloc[0]
        reads = seen["reads"][seen["reads"]["trial"] == trial["trial"]]
        drawn["one"] = charts.conflict_chart(reads, trial, seen.provenance)
    return drawn


def _say(seen: Observations) -> str:
    rates = seen.summary()
    told = ", ".join(
        f"{row.lost} of {row.n} at {row.gap_ms:,.0f} ms ({row.ci_lo:.0%} to {row.ci_hi:.0%})"
        for row in (next(rates.itertuples()), list(rates.itertuples())[-1])
    )
    return f"Pairs of writes that lost one of the two, by the gap between them: {told}."


conflicts = Experiment(
    "conflicts",
    "how often one of two updates is lost, by the time between them",
    (
        region("writer", "the Region that writes first, +30 s", 0),
        region("other", "the Region that writes second, -20 s", 1),
        whole("trials", "how many pairs of writes for each gap", 15, 1, 500),
    ),
    _run,
    _summarise,
    _draw,
    _say,
)
