"""What `workshop experiment` leaves and prints."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from helpers import charts, deploy, measures, planning, strong, tables
from helpers.experiments import (
    run_api_latency,
    run_conflicts,
    run_contention,
    run_matrix,
    run_monitoring,
    run_outage,
    run_price,
    run_remedies,
    run_staleness,
)
from helpers.exports import export
from helpers.targets import AwsTarget, LocalTarget

Target = LocalTarget | AwsTarget


def report_staleness(
    target: Target, writer: str, reader: str, trials: int | None, out: Path
) -> None:
    """Run the staleness experiment; leave observations.csv, summary.json and two charts."""
    seen = run_staleness(target, writer, reader, trials=trials or 100, progress=_progress)
    brackets = measures.lag_brackets(seen.reads)
    quantiles = measures.lag_quantiles(brackets)
    settings = target.describe() | seen.settings
    _leave(out, seen.reads, settings, {"lag": quantiles})
    lag_model = settings["lag_model"]
    curve = measures.staleness_curve(brackets)
    name: dict[str, Any] = {"target": target.name, "settings": settings, "directory": out}
    figure = charts.staleness_chart(curve, target.name, lag_model=lag_model)
    print(export(figure, {"curve": curve, "reads": seen.reads}, "staleness", **name))
    figure = charts.lag_chart(brackets, target.name, lag_model=lag_model)
    print(export(figure, {"brackets": brackets, "quantiles": quantiles}, "lag", **name))
    print(quantiles.to_string(index=False))


def report_conflicts(
    target: Target, writer: str, reader: str, trials: int | None, out: Path
) -> None:
    """Run the conflict experiment; leave observations.csv, summary.json and two charts."""
    seen = run_conflicts(target, writer, reader, trials=trials or 15, progress=_progress)
    rates = measures.lost_update_rates(seen.trials)
    settings = target.describe() | seen.settings
    _leave(out, seen.trials, settings, {"lost_updates": rates})
    lag_model = settings["lag_model"]
    name: dict[str, Any] = {"target": target.name, "settings": settings, "directory": out}
    figure = charts.lost_update_chart(rates, target.name, lag_model=lag_model)
    print(export(figure, {"rates": rates, "trials": seen.trials}, "lost-updates", **name))
    figure = charts.agreement_chart(seen.trials, target.name, lag_model=lag_model)
    print(export(figure, seen.trials, "agreement", **name))
    print(rates.to_string(index=False))


def report_outage(target: Target, writer: str, reader: str, trials: int | None, out: Path) -> None:
    """Take the writers' Region away; leave observations.csv, summary.json and two charts."""
    seen = run_outage(target, writer, reader, viewers=trials or 6, progress=_seconds)
    windows = measures.availability(seen.calls, by=("kind",))
    recovery = measures.recovery_times(seen.calls, writer, seen.outage_start_ms)
    point = measures.recovery_point(seen.writes, writer, seen.failover_ms)
    returned = measures.returned_writes(seen.writes, writer, seen.failover_ms)
    settings = target.describe() | seen.settings
    _leave(out, seen.calls, settings, {"rto": recovery, "rpo": point, "returned": returned})
    span_s = (seen.outage_start_ms / 1000, seen.outage_end_ms / 1000)
    name: dict[str, Any] = {"target": target.name, "settings": settings, "directory": out}
    figure = charts.availability_chart(windows, span_s, target.name)
    print(export(figure, {"windows": windows, "calls": seen.calls}, "availability", **name))
    before = seen.writes[seen.writes["region"] == writer]
    before = before[before["ack_ms"] <= seen.outage_start_ms]
    figure = charts.recovery_point_chart(
        before, returned, seen.failover_ms / 1000, span_s, target.name, settings["lag_model"]
    )
    print(export(figure, {"writes": seen.writes}, "recovery-point", **name))
    print(recovery.to_string(index=False), point.to_string(index=False), sep="\n\n")


def report_anatomy(target: Target, writer: str, reader: str, trials: int | None, out: Path) -> None:
    """Call the APIs of both Regions; leave observations.csv, summary.json and a chart."""
    apis = deploy.apis(target, [writer, reader])
    if not apis:
        raise ValueError(f"There is no API in {writer} or {reader}: `workshop prepare` makes them.")
    calls = run_api_latency(apis, calls=trials or 40)
    for api in apis:
        api.close()
    summary, settings = measures.latency_summary(calls), target.describe()
    _leave(out, calls, settings, {"calls": summary})
    figure = charts.anatomy_chart(calls, target.name)
    name: dict[str, Any] = {"target": target.name, "settings": settings, "directory": out}
    print(export(figure, calls, "anatomy", **name))
    print(summary.to_string(index=False))


def report_matrix(target: Target, writer: str, reader: str, trials: int | None, out: Path) -> None:
    """Measure the lag between all replicas; leave observations.csv, summary.json and a chart."""
    regions = sorted({writer, reader, *tables.replicas(target, writer)})
    seen = run_matrix(target, regions, trials=trials or 25, progress=_progress)
    matrix = measures.lag_matrix(measures.lag_brackets(seen.reads))
    settings = target.describe() | seen.settings
    _leave(out, seen.reads, settings, {"matrix": matrix})
    figure = charts.matrix_chart(matrix, target.name, settings["lag_model"])
    name: dict[str, Any] = {"target": target.name, "settings": settings, "directory": out}
    print(export(figure, {"matrix": matrix, "reads": seen.reads}, "matrix", **name))
    print(matrix.to_string(index=False))


def report_monitoring(
    target: Target, writer: str, reader: str, trials: int | None, out: Path
) -> None:
    """Hold CloudWatch beside the measurement; leave observations.csv, summary.json and a chart."""
    paused_s = float(trials or 8)
    seen = run_monitoring(target, writer, reader, paused_s=paused_s, progress=_seconds)
    settings = target.describe() | seen.settings
    end_s = seen.pause_s[1] + settings["after_s"]
    alarm = measures.alarm_states(
        seen.metric, 3000, end_s, period_s=settings["period_s"], missing="breaching"
    )
    _leave(out, seen.writes, settings, {"metric": seen.metric, "alarm": alarm})
    figure = charts.metric_chart(
        seen.writes, seen.metric, seen.pause_s, target.name, alarm=alarm,
        lag_model=settings["lag_model"],
    )  # fmt: skip
    name: dict[str, Any] = {"target": target.name, "settings": settings, "directory": out}
    print(export(figure, {"writes": seen.writes, "metric": seen.metric}, "metric", **name))


def report_consistency(
    target: Target, writer: str, reader: str, trials: int | None, out: Path
) -> None:
    """Compare a strongly consistent table; leave observations.csv, summary.json and a chart."""
    strong.prepare(target)
    pair = {"eventual": tables.TABLE, "strong": strong.TABLE}
    calls = run_price(target, [writer, reader], pair)
    contention = run_contention(
        target, (writer, reader), pair, trials=trials or 20, progress=_progress
    )
    settings = target.describe()
    _leave(out, calls, settings, {"contention": contention})
    figure = charts.price_chart(calls, target.name)
    name: dict[str, Any] = {"target": target.name, "settings": settings, "directory": out}
    print(export(figure, {"calls": calls, "contention": contention}, "price", **name))
    print(contention.groupby("consistency")[["attempts", "write_ms", "lost"]].mean().to_string())


def report_remedies(
    target: Target, writer: str, reader: str, trials: int | None, out: Path
) -> None:
    """Try every remedy for conflicts; leave observations.csv, summary.json and a chart."""
    seen = run_remedies(target, writer, reader, trials=trials or 20, progress=_progress)
    rates, settings = measures.remedy_rates(seen), target.describe()
    _leave(out, seen, settings, {"remedies": rates})
    figure = charts.remedies_chart(rates, target.name, settings["lag_model"])
    name: dict[str, Any] = {"target": target.name, "settings": settings, "directory": out}
    print(export(figure, {"rates": rates, "trials": seen}, "remedies", **name))
    print(rates.to_string(index=False))


def report_scale(target: Target, writer: str, reader: str, trials: int | None, out: Path) -> None:  # noqa: ARG001 - the planner needs no Regions of yours
    """Simulate a service with millions of viewers; leave observations.csv and three charts."""
    saves = trials or 20_000_000
    lag = target.describe()["lag_model"] or "aws"
    tally = planning.simulate_each(range(2, 6), lag=lag, writes=saves, progress=_progress)
    hours = planning.per_hour(tally, [0.01, 0.1, 1, 10])
    pulled = planning.levers(lag=lag, writes=saves // 4, progress=_progress)
    settings = {"simulated": True, "lag_model": lag, "prices": planning.prices()}
    _leave(out, tally, settings, {"per_hour": hours, "levers": pulled})
    name: dict[str, Any] = {"target": "simulated", "settings": settings, "directory": out}
    figure = charts.scale_chart(hours, lag)
    print(export(figure, {"per_hour": hours, "tally": tally}, "scale", **name))
    figure = charts.lever_chart(planning.per_hour_by_lever(pulled), lag)
    print(export(figure, pulled, "levers", **name))
    figure = charts.cost_chart(planning.costs(), planning.prices())
    print(export(figure, planning.costs(), "costs", **name))
    print(hours[hours["viewers_millions"] == 1].to_string(index=False))


EXPERIMENTS: dict[str, Callable[[Target, str, str, int | None, Path], None]] = {
    "anatomy": report_anatomy,
    "conflicts": report_conflicts,
    "consistency": report_consistency,
    "matrix": report_matrix,
    "monitoring": report_monitoring,
    "outage": report_outage,
    "remedies": report_remedies,
    "scale": report_scale,
    "staleness": report_staleness,
}


def _progress(done: int, of: int) -> None:
    print(f"\r{done} of {of}", end="\n" if done == of else "", flush=True)


def _seconds(done: int, of: int) -> None:
    print(f"\r{done} of {of} s", end="\n" if done == of else "", flush=True)


def _leave(
    out: Path,
    observations: pd.DataFrame,
    settings: dict[str, Any],
    summary: dict[str, pd.DataFrame],
) -> None:
    out.mkdir(parents=True, exist_ok=True)
    observations.to_csv(out / "observations.csv", index=False)
    content = {
        "settings": settings,
        **{name: json.loads(table.to_json(orient="records")) for name, table in summary.items()},
    }
    (out / "summary.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
