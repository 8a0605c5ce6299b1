"""Scale: what a service with millions of viewers sees in an hour, simulated, and its price."""

from __future__ import annotations

from dataclasses import replace

from helpers import charts, planning
from helpers.charts.chart import Chart
from helpers.experiments.agenda import CancelledError
from helpers.experiments.base import Asked, Experiment, Observations, Seen, Session, Tables
from helpers.experiments.options import number, whole
from helpers.provenance import Provenance

_REGIONS = range(2, 6)
_MILLIONS = (0.01, 0.1, 1, 10)


def _run(session: Session, asked: Asked) -> Seen:
    def checked(done: int, of: int) -> None:
        if session.cancelled():
            raise CancelledError
        session.progress(done, of)

    lag = session.target.describe().get("lag_exactly") or "aws"
    workload = planning.Workload(
        save_every_s=asked["save_every_s"], shared=asked["shared_percent"] / 100
    )
    writes = asked["writes"]
    tally = planning.simulate_each(_REGIONS, workload, lag=lag, writes=writes, progress=checked)
    pulled = planning.levers(workload, lag=lag, writes=max(writes // 4, 1), progress=checked)
    facts = {"lag_model": lag, "prices": dict(planning.prices())}
    return Seen(
        {"tally": tally, "levers": pulled}, "simulated saves", writes * len(_REGIONS), facts=facts
    )


def _summarise(seen: Observations) -> Tables:
    workload = planning.Workload(
        save_every_s=seen.asked["save_every_s"], shared=seen.asked["shared_percent"] / 100
    )
    return {
        "per hour": planning.per_hour(seen["tally"], _MILLIONS),
        "per hour by lever": planning.per_hour_by_lever(seen["levers"]),
        "costs": planning.costs(workload),
    }


def _draw(seen: Observations) -> dict[str, Chart]:
    about = replace(seen.provenance, target="simulated", lag_model=seen.facts["lag_model"])
    prices = seen.facts["prices"]
    return {
        "scale": charts.scale_chart(seen.summary("per hour"), about),
        "levers": charts.lever_chart(seen.summary("per hour by lever"), about),
        "costs": charts.cost_chart(
            seen.summary("costs"), prices, Provenance.computed(prices=prices)
        ),
    }


def _say(seen: Observations) -> str:
    hours = seen.summary("per hour")
    two = hours[(hours["regions"] == _REGIONS[0]) & (hours["viewers_millions"] == 1)]
    row = two.set_index("measure").loc["lost_updates"]
    return (
        f"A million viewers in two Regions lose {row['per_hour']:,.0f} updates an hour "
        f"(95 %: {row['ci_lo']:,.0f} to {row['ci_hi']:,.0f}), simulated."
    )


scale = Experiment(
    "scale",
    "what a service with millions of viewers sees, simulated, and its price",
    (
        whole("writes", "how many saves to simulate for each number of Regions", 5_000_000,
              10_000, 1_000_000_000),
        number("save_every_s", "how often a viewer's position is saved", 10, 1, 600, "s"),
        number("shared_percent", "how many plays are watched on two devices", 1, 0, 100, "%"),
    ),
    _run,
    _summarise,
    _draw,
    _say,
    needs="nothing",
    apart=False,
)  # fmt: skip
