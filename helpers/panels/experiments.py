"""The experiments as panels: each with the same words and charts as its notebook and command."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipywidgets as widgets

from helpers import charts, deploy, measures, planning, strong, tables
from helpers.experiments import (
    run_api_latency,
    run_conflicts,
    run_monitoring,
    run_outage,
    run_price,
    run_remedies,
    run_staleness,
)
from helpers.panels.experiment_panel import Cancelled, ExperimentPanel, Finding, Progress
from helpers.provenance import Provenance
from helpers.targets import Target


def _slider(text: str, value: int, least: int, most: int) -> Any:
    style, layout = {"description_width": "10em"}, {"width": "28em"}
    return widgets.IntSlider(
        value=value, min=least, max=most, description=text, style=style, layout=layout
    )


class LagPanel(ExperimentPanel):
    """How long a write in one Region takes to be seen in another."""

    def __init__(self, target: Target, writer: str, reader: str) -> None:
        def measure(progress: Progress, cancelled: Cancelled, trials: int) -> Finding:
            seen = run_staleness(
                target, writer, reader, trials=trials, progress=progress, cancelled=cancelled
            )
            brackets = measures.lag_brackets(seen.reads)
            row = measures.lag_quantiles(brackets).iloc[0]
            words = (
                f"half of {len(brackets)} writes were seen within {row['lag_ms']:.0f} ms "
                f"({row['ci_lo_ms']:.0f} to {row['ci_hi_ms']:.0f})"
            )
            return Finding(
                words, charts.lag_chart(brackets, Provenance.of(target, **seen.settings))
            )

        title = f"Replication lag from {writer} to {reader}"
        super().__init__(title, {"trials": _slider("writes", 60, 20, 200)}, measure)


class ConflictPanel(ExperimentPanel):
    """Which of two updates is lost, against the time between them."""

    def __init__(self, target: Target, one: str, other: str) -> None:
        def measure(progress: Progress, cancelled: Cancelled, trials: int) -> Finding:
            seen = run_conflicts(
                target, one, other, trials=trials, progress=progress, cancelled=cancelled
            )
            rates = measures.lost_update_rates(seen.trials)
            lost, n = int(rates["lost"].sum()), int(rates["n"].sum())
            chart = charts.lost_update_chart(rates, Provenance.of(target, **seen.settings))
            return Finding(f"{lost} of {n} pairs of updates lost one of the two", chart)

        title = f"+15 s in {one} and -15 s in {other}"
        super().__init__(title, {"trials": _slider("pairs for each gap", 8, 4, 30)}, measure)


class OutagePanel(ExperimentPanel):
    """Who is served while a Region is dark, for viewers who fail over and others who stay."""

    def __init__(self, target: Target, dark: str, other: str) -> None:
        def measure(progress: Progress, cancelled: Cancelled, viewers: int, dark_s: int) -> Finding:
            seen = run_outage(
                target, dark, other, viewers=viewers, dark_s=float(dark_s), progress=progress,
                cancelled=cancelled,
            )  # fmt: skip
            point = measures.recovery_point(seen.writes, dark, seen.failover_ms).iloc[0]
            windows = measures.availability(seen.calls, by=("kind",))
            span_s = (seen.outage_start_ms / 1000, seen.outage_end_ms / 1000)
            about = Provenance.of(target, **seen.settings)
            words = f"{int(point['missing'])} acknowledged writes were not there at failover"
            return Finding(words, charts.availability_chart(windows, span_s, about))

        inputs = {
            "viewers": _slider("viewers", 6, 2, 12),
            "dark_s": _slider("dark for, s", 5, 3, 20),
        }
        super().__init__(f"{dark} goes dark, {other} goes on", inputs, measure)


class AnatomyPanel(ExperimentPanel):
    """Where the milliseconds of a call go."""

    def __init__(self, target: Target, regions: Sequence[str]) -> None:
        def measure(progress: Progress, cancelled: Cancelled, calls: int) -> Finding:  # noqa: ARG001
            apis = deploy.apis(target, regions)
            if not apis:
                raise ValueError("No API is deployed in these Regions yet: notebook 02.")
            try:
                seen = run_api_latency(apis, calls=calls)
            finally:
                for api in apis:
                    api.close()
            progress(calls, calls)
            return Finding(f"{len(seen)} calls", charts.anatomy_chart(seen, Provenance.of(target)))

        title = f"Anatomy of a call: {', '.join(regions)}"
        super().__init__(title, {"calls": _slider("calls a Region", 40, 10, 200)}, measure)


class RemediesPanel(ExperimentPanel):
    """What keeps both of two changes that are made at once."""

    def __init__(self, target: Target, one: str, other: str) -> None:
        def measure(progress: Progress, cancelled: Cancelled, trials: int) -> Finding:
            seen = run_remedies(
                target, one, other, trials=trials, progress=progress, cancelled=cancelled
            )
            rates = measures.remedy_rates(seen)
            safe = ", ".join(rates.loc[rates["lost"] == 0, "remedy"])
            chart = charts.remedies_chart(rates, Provenance.of(target))
            return Finding(f"nothing lost with: {safe or 'none of them'}", chart)

        inputs = {"trials": _slider("trials each", 10, 5, 40)}
        super().__init__("Remedies for conflicts", inputs, measure)


class ConsistencyPanel(ExperimentPanel):
    """What strong consistency costs in milliseconds, beside the table that has none."""

    def __init__(self, target: Target, regions: Sequence[str]) -> None:
        def measure(progress: Progress, cancelled: Cancelled, calls: int) -> Finding:
            strong.prepare(target)
            pair = {"eventual": tables.name(target), "strong": strong.name(target)}
            seen = run_price(target, list(regions), pair, calls=calls, cancelled=cancelled)
            progress(calls, calls)
            return Finding(f"{len(seen)} calls", charts.price_chart(seen, Provenance.of(target)))

        inputs = {"calls": _slider("calls of each kind", 15, 5, 60)}
        super().__init__("The price of strong consistency", inputs, measure)


class MonitoringPanel(ExperimentPanel):
    """AWS's metric beside a measurement of the same seconds, with a pause."""

    def __init__(self, target: Target, writer: str, reader: str) -> None:
        def measure(progress: Progress, cancelled: Cancelled, paused_s: int) -> Finding:
            seen = run_monitoring(
                target, writer, reader, paused_s=float(paused_s), progress=progress,
                cancelled=cancelled,
            )  # fmt: skip
            chart = charts.metric_chart(
                seen.writes, seen.metric, seen.pause_s,
                Provenance.of(target, **seen.settings),
            )  # fmt: skip
            return Finding(f"{len(seen.writes)} writes, {len(seen.metric)} values", chart)

        inputs = {"paused_s": _slider("pause, s", 8, 3, 30)}
        super().__init__("ReplicationLatency beside a measurement", inputs, measure)


class ScalePanel(ExperimentPanel):
    """What a service with millions of viewers sees in an hour; simulated, needs no Region."""

    def __init__(self, lag: str = "aws") -> None:
        def measure(
            progress: Progress, cancelled: Cancelled, save_every_s: int, shared: int
        ) -> Finding:
            def checked(done: int, of: int) -> None:
                if cancelled():
                    raise RuntimeError("Cancelled. Run it again to start over.")
                progress(done, of)

            workload = planning.Workload(save_every_s=save_every_s, shared=shared / 100)
            tallies = planning.simulate_each(
                range(2, 6), workload, lag=lag, writes=5_000_000, progress=checked
            )
            hours = planning.per_hour(tallies, [0.01, 0.1, 1, 10])
            two = hours[(hours["regions"] == 2) & (hours["viewers_millions"] == 1)]  # noqa: PLR2004
            row = two.set_index("measure").loc["lost_updates"]
            words = (
                f"a million viewers in two Regions lose {row['per_hour']:,.0f} updates an hour "
                f"({row['ci_lo']:,.0f} to {row['ci_hi']:,.0f})"
            )
            return Finding(words, charts.scale_chart(hours, Provenance.simulated(lag)))

        inputs = {
            "save_every_s": _slider("save every, s", 10, 2, 60),
            "shared": _slider("shared plays, %", 1, 1, 20),
        }
        super().__init__("At scale", inputs, measure)
