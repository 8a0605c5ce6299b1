"""What `workshop experiment` leaves and prints."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

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
from helpers.provenance import Provenance
from helpers.targets import AwsTarget, LocalTarget

Target = LocalTarget | AwsTarget


def report_staleness(
    target: Target, writer: str, reader: str, trials: int | None, out: Path
) -> None:
    """Run the staleness experiment; leave observations.csv, summary.json and two charts."""
    seen = run_staleness(target, writer, reader, trials=trials or 100, progress=_progress)
    brackets = measures.lag_brackets(seen.reads)
    quantiles = measures.lag_quantiles(brackets)
    about = Provenance.of(target, **seen.settings)
    _leave(out, seen.reads, about, {"lag": quantiles})
    curve = measures.staleness_curve(brackets)
    print(charts.staleness_chart(curve, about).save("staleness", directory=out))
    print(charts.lag_chart(brackets, about).save("lag", directory=out))
    print(quantiles.to_string(index=False))


def report_conflicts(
    target: Target, writer: str, reader: str, trials: int | None, out: Path
) -> None:
    """Run the conflict experiment; leave observations.csv, summary.json and two charts."""
    seen = run_conflicts(target, writer, reader, trials=trials or 15, progress=_progress)
    rates = measures.lost_update_rates(seen.trials)
    about = Provenance.of(target, **seen.settings)
    _leave(out, seen.trials, about, {"lost_updates": rates})
    print(charts.lost_update_chart(rates, about).save("lost-updates", directory=out))
    print(charts.agreement_chart(seen.trials, about).save("agreement", directory=out))
    print(rates.to_string(index=False))


def report_outage(target: Target, writer: str, reader: str, trials: int | None, out: Path) -> None:
    """Take the writers' Region away; leave observations.csv, summary.json and two charts."""
    seen = run_outage(target, writer, reader, viewers=trials or 6, progress=_seconds)
    windows = measures.availability(seen.calls, by=("kind",))
    recovery = measures.recovery_times(seen.calls, writer, seen.outage_start_ms)
    point = measures.recovery_point(seen.writes, writer, seen.failover_ms)
    returned = measures.returned_writes(seen.writes, writer, seen.failover_ms)
    about = Provenance.of(target, **seen.settings)
    _leave(out, seen.calls, about, {"rto": recovery, "rpo": point, "returned": returned})
    span_s = (seen.outage_start_ms / 1000, seen.outage_end_ms / 1000)
    print(charts.availability_chart(windows, span_s, about).save("availability", directory=out))
    before = seen.writes[seen.writes["region"] == writer]
    before = before[before["ack_ms"] <= seen.outage_start_ms]
    print(
        charts.recovery_point_chart(before, returned, seen.failover_ms / 1000, span_s, about).save(
            "recovery-point", directory=out
        )
    )
    print(recovery.to_string(index=False), point.to_string(index=False), sep="\n\n")


def report_anatomy(target: Target, writer: str, reader: str, trials: int | None, out: Path) -> None:
    """Call the APIs of both Regions; leave observations.csv, summary.json and a chart."""
    apis = deploy.apis(target, [writer, reader])
    if not apis:
        raise ValueError(f"There is no API in {writer} or {reader}: `workshop prepare` makes them.")
    calls = run_api_latency(apis, calls=trials or 40)
    for api in apis:
        api.close()
    summary, about = measures.latency_summary(calls), Provenance.of(target)
    _leave(out, calls, about, {"calls": summary})
    print(charts.anatomy_chart(calls, about).save("anatomy", directory=out))
    print(summary.to_string(index=False))


def report_matrix(target: Target, writer: str, reader: str, trials: int | None, out: Path) -> None:
    """Measure the lag between all replicas; leave observations.csv, summary.json and a chart."""
    regions = sorted({writer, reader, *tables.replicas(target, writer)})
    seen = run_matrix(target, regions, trials=trials or 25, progress=_progress)
    matrix = measures.lag_matrix(measures.lag_brackets(seen.reads))
    about = Provenance.of(target, **seen.settings)
    _leave(out, seen.reads, about, {"matrix": matrix})
    print(charts.matrix_chart(matrix, about).save("matrix", directory=out))
    print(matrix.to_string(index=False))


def report_monitoring(
    target: Target, writer: str, reader: str, trials: int | None, out: Path
) -> None:
    """Hold CloudWatch beside the measurement; leave observations.csv, summary.json and a chart."""
    paused_s = float(trials or 8)
    seen = run_monitoring(target, writer, reader, paused_s=paused_s, progress=_seconds)
    about = Provenance.of(target, **seen.settings)
    end_s = seen.pause_s[1] + about.settings["after_s"]
    alarm = measures.alarm_states(
        seen.metric, 3000, end_s, period_s=about.settings["period_s"], missing="breaching"
    )
    _leave(out, seen.writes, about, {"metric": seen.metric, "alarm": alarm})
    print(
        charts.metric_chart(
            seen.writes,
            seen.metric,
            seen.pause_s,
            about,
            alarm=alarm,
        ).save("metric", directory=out)
    )


def report_consistency(
    target: Target, writer: str, reader: str, trials: int | None, out: Path
) -> None:
    """Compare a strongly consistent table; leave observations.csv, summary.json and a chart."""
    strong.prepare(target)
    pair = {"eventual": tables.name(target), "strong": strong.name(target)}
    calls = run_price(target, [writer, reader], pair)
    contention = run_contention(
        target, (writer, reader), pair, trials=trials or 20, progress=_progress
    )
    about = Provenance.of(target)
    _leave(out, calls, about, {"contention": contention})
    print(charts.price_chart(calls, about).save("price", directory=out))
    print(contention.groupby("consistency")[["attempts", "write_ms", "lost"]].mean().to_string())


def report_remedies(
    target: Target, writer: str, reader: str, trials: int | None, out: Path
) -> None:
    """Try every remedy for conflicts; leave observations.csv, summary.json and a chart."""
    seen = run_remedies(target, writer, reader, trials=trials or 20, progress=_progress)
    rates, about = measures.remedy_rates(seen), Provenance.of(target)
    _leave(out, seen, about, {"remedies": rates})
    print(charts.remedies_chart(rates, about).save("remedies", directory=out))
    print(rates.to_string(index=False))


def report_scale(target: Target, writer: str, reader: str, trials: int | None, out: Path) -> None:  # noqa: ARG001 - the planner needs no Regions of yours
    """Simulate a service with millions of viewers; leave observations.csv and three charts."""
    saves = trials or 20_000_000
    lag = target.describe()["lag_model"] or "aws"
    tally = planning.simulate_each(range(2, 6), lag=lag, writes=saves, progress=_progress)
    hours = planning.per_hour(tally, [0.01, 0.1, 1, 10])
    pulled = planning.levers(lag=lag, writes=saves // 4, progress=_progress)
    about = Provenance.simulated(lag, prices=planning.prices())
    _leave(out, tally, about, {"per_hour": hours, "levers": pulled})
    print(charts.scale_chart(hours, about).save("scale", directory=out))
    print(
        charts.lever_chart(planning.per_hour_by_lever(pulled), about).save("levers", directory=out)
    )
    print(
        charts.cost_chart(planning.costs(), planning.prices(), about).save("costs", directory=out)
    )
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
    about: Provenance,
    summary: dict[str, pd.DataFrame],
) -> None:
    out.mkdir(parents=True, exist_ok=True)
    observations.to_csv(out / "observations.csv", index=False)
    content = {
        "provenance": about.told(),
        **{name: json.loads(table.to_json(orient="records")) for name, table in summary.items()},
    }
    (out / "summary.json").write_text(
        json.dumps(content, indent=2, default=str) + "\n", encoding="utf-8"
    )
