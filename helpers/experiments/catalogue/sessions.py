"""Sessions: what a viewer who moves between Regions is shown, and what helps."""

from __future__ import annotations

from contextlib import nullcontext

import pandas as pd

from helpers import charts, measures
from helpers.charts.chart import Chart
from helpers.experiments.base import Asked, Experiment, Observations, Seen, Session, Tables, unended
from helpers.experiments.options import number, region, whole
from helpers.experiments.sessions import DELAYS, WAYS, run_sessions


def _run(session: Session, asked: Asked) -> Seen:
    rows: list[dict[str, object]] = []
    target = session.target
    # Who has moved is near the Region they read in, and pays the way home; a place that was set,
    # and on AWS the one where one sits, stays what it is.
    moved = target.name == "local" and not session.provenance.place

    def seen() -> Seen:
        planned = 2 * len(WAYS) * len(DELAYS) * asked["trials"]
        return Seen(
            {"sessions": pd.DataFrame(rows)}, "sessions", planned,
            {"had no answer, or none in time: unknown": unended(rows),
             "were not held": planned - len(rows)},
            {"near": asked["reader"]} if moved else {},
        )  # fmt: skip

    session.keep(seen)
    with target.seen_from(asked["reader"]) if moved else nullcontext():
        run_sessions(
            target, asked["writer"], asked["reader"], trials=asked["trials"],
            most_ms=asked["most_ms"], rows=rows, progress=session.progress,
            cancelled=session.cancelled,
        )  # fmt: skip
    return seen()


def _summarise(seen: Observations) -> Tables:
    sessions = seen["sessions"].sort_values("trial", ignore_index=True)
    return {
        "rates": measures.older_rates(sessions),
        "remedies": measures.session_remedies(sessions),
    }


def _draw(seen: Observations) -> dict[str, Chart]:
    return {
        "sessions": charts.sessions_chart(seen.summary(), seen.provenance),
        "remedies": charts.session_remedies_chart(seen.summary("remedies"), seen.provenance),
    }


def _say(seen: Observations) -> str:
    rates = seen.summary()
    told = ", ".join(
        f"{row.older} of {row.n} than {row.kept} after {row.delay_actual_ms:,.0f} ms "
        f"({row.ci_lo:.0%} to {row.ci_hi:.0%})"
        for row in rates.drop_duplicates("kept").itertuples()
    )
    remedies = seen.summary("remedies")
    safe = remedies[(remedies["n"] > 0) & (remedies["older"] == 0)]
    helped = "; ".join(
        f"{row.way} ({row.answer_ms:,.0f} ms at the median)" for row in safe.itertuples()
    )
    return f"Viewers who moved were shown older: {told}. Nobody was with: {helped or 'no remedy'}."


sessions = Experiment(
    "sessions",
    "what a viewer who moves to another Region does not see any more, and what helps",
    (
        region("writer", "the Region before the move", 0),
        region("reader", "the Region after it", 1),
        whole("trials", "how many sessions for each delay, remedy and kind", 10, 1, 200),
        number("most_ms", "how long the longest move takes", 2_000, 10, 20_000, "ms"),
    ),
    _run,
    _summarise,
    _draw,
    _say,
)
