"""Clocks: how often a later write is lost to a Region whose clock is ahead."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from helpers import charts, measures, planning
from helpers.charts.chart import Chart
from helpers.experiments.base import Asked, Experiment, Observations, Seen, Session, Tables, unended
from helpers.experiments.clocks import SKEWS, run_clocks
from helpers.experiments.options import number, region, whole


def _run(session: Session, asked: Asked) -> Seen:
    rows: list[dict[str, object]] = []

    def seen() -> Seen:
        planned = len(SKEWS) * asked["trials"]
        return Seen(
            {"trials": pd.DataFrame(rows)}, "pairs of writes", planned,
            {"failed, or had not settled at the deadline: unknown": unended(rows),
             "were not made": planned - len(rows)},
            facts={"lag": session.target.describe()["lag_exactly"]},
        )  # fmt: skip

    ahead = (
        f"for {asked['most_ms'] / 1000:g} s after it the Regions' clocks may go on from the time "
        "that the fast one has shown"
    )
    session.keep(lambda: replace(seen(), settings={"note": ahead}))
    run_clocks(
        session.target, asked["fast"], asked["other"], most_ms=asked["most_ms"],
        within_ms=asked["within_ms"], trials=asked["trials"], rows=rows,
        progress=session.progress, cancelled=session.cancelled,
    )  # fmt: skip
    return seen()


def _summarise(seen: Observations) -> Tables:
    replayed = planning.lost_to_skew(
        seen["trials"], seen.asked["fast"], seen.asked["other"], seen.facts["lag"]
    )
    return {"rates": measures.skew_rates(seen["trials"]), "replayed": replayed}


def _draw(seen: Observations) -> dict[str, Chart]:
    chart = charts.skew_chart(seen.summary(), seen.summary("replayed"), seen.provenance)
    return {"skew": chart}


def _say(seen: Observations) -> str:
    row = seen.summary().iloc[-1]
    replayed = seen.summary("replayed")
    last = replayed[replayed["skew_ms"] == row["skew_ms"]].set_index("clock")["p_lost"]
    return (
        f"With the clock of {seen.asked['fast']} {row['skew_ms'] / 1000:g} s ahead, "
        f"{row['lost']:.0f} of {row['n']:.0f} later writes in {seen.asked['other']} are lost "
        f"(95 %: {row['ci_lo']:.0%} to {row['ci_hi']:.0%}); replayed by the engine, "
        f"{last['hybrid']:.0%}, and {last['plain']:.0%} with plain wall clocks."
    )


clocks = Experiment(
    "clocks",
    "how often a later write is lost to a Region whose clock is ahead",
    (
        region("fast", "the Region whose clock is ahead, which writes first", 0),
        region("other", "the Region that writes later, its clock right", 1),
        whole("trials", "how many pairs of writes for each of six skews", 20, 1, 200),
        number("most_ms", "how far the clock is ahead at most", 5_000, 1, 60_000, "ms"),
        number("within_ms", "how long after the first the later write comes, at most", 2_000, 1,
               30_000, "ms"),
    ),
    _run,
    _summarise,
    _draw,
    _say,
    local_only="Nobody can set the clocks of AWS's Regions, and AWS publishes neither their skew "
    "nor how it orders writes. On the local cloud: --target local.",
)  # fmt: skip
