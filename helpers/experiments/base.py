"""An experiment is one object: what is asked, how it is observed, computed and drawn."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any, Literal, TypeVar

import pandas as pd

from helpers import deploy, strong, tables
from helpers.charts import saving
from helpers.charts.chart import Chart
from helpers.experiments.agenda import CancelledError
from helpers.experiments.options import Option
from helpers.outcomes import Outcome
from helpers.progress import Progress, shown
from helpers.provenance import Provenance
from helpers.targets import Target

Asked = Mapping[str, Any]
T = TypeVar("T")
Tables = dict[str, pd.DataFrame]


def never() -> bool:
    """Answer that nobody has cancelled."""
    return False


@dataclass(frozen=True)
class Seen:
    """What a run hands back: tidy tables, and how much of what was asked can be used.

    Attributes:
        tables: by name; the first are the raw observations.
        what: the plural of what is counted, such as writes.
        asked: how many were asked for.
        dropped: how many of them cannot be used, by reason.
        settings: what the run chose or achieved, beside what was asked.
        facts: what holds for the whole run, such as when a Region went dark.
        partial: whether the run broke off before its end.
    """

    tables: Tables
    what: str
    asked: int
    dropped: Mapping[str, int] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    partial: bool = False


def unended(rows: Sequence[Mapping[str, Any]]) -> int:
    """Count the rows of which the outcome is not ok."""
    return sum(row["outcome"] != Outcome.OK for row in rows)


class Session:
    """One run: the target, how far it is, whether to stop, and where its observations come from.

    It ends the same way after success, an error, Ctrl-C or SIGTERM: what was observed until then is
    kept (`unfinished`), and a run's own `finally` puts back what it has changed.
    """

    def __init__(
        self, target: Target, progress: Progress | None, cancelled: Callable[[], bool]
    ) -> None:
        self.target = target
        self.progress = progress or shown()
        self.cancelled = cancelled
        self.provenance = Provenance.of(target)
        self._so_far: Callable[[], Seen] | None = None

    def keep(self, so_far: Callable[[], Seen]) -> None:
        """Keep how to format what was observed until now, for a run that does not reach its end."""
        self._so_far = so_far

    def so_far(self, why: str) -> Seen | None:
        """Return what was observed until now, None if that is nothing.

        Args:
            why: it ended, for those who read it.
        """
        if self._so_far is None:
            return None
        seen = self._so_far()
        first = next(iter(seen.tables.values()))
        if first.empty:
            return None
        note = f"Partial, as it {why}: {seen.settings.get('note', '')}".rstrip(": ") + "."
        return replace(seen, settings={**seen.settings, "note": note}, partial=True)

    def ended(self, regions: tuple[str, ...], settings: Mapping[str, Any]) -> Provenance:
        """Return the provenance of what was observed until now."""
        until = self.provenance.until(self.target)
        return replace(until, regions=regions, settings=dict(settings))


@dataclass(frozen=True)
class Experiment:
    """An experiment; call it with a target and options by name.

    Attributes:
        name: as the command line and the panel call it.
        line: what it finds out, in one line.
        options: what can be asked.
        run: observes.
        summarise: observations -> measures by name, the main one first.
        draw: observations -> charts by name, the main one first.
        say: observations -> a sentence with the main result and its uncertainty.
        needs: what must be there in each Region: a replica of the table, the API, or nothing.
        apart: whether its Regions must differ.
        local_only: why it cannot be done on AWS, in a sentence; "" if it can.
    """

    name: str
    line: str
    options: tuple[Option, ...]
    run: Callable[[Session, Asked], Seen]
    summarise: Callable[[Observations], Tables]
    draw: Callable[[Observations], dict[str, Chart]]
    say: Callable[[Observations], str]
    needs: Literal["replicas", "apis", "nothing"] = "replicas"
    apart: bool = True
    local_only: str = ""

    def __call__(
        self,
        target: Target,
        *,
        progress: Progress | None = None,
        cancelled: Callable[[], bool] = never,
        **given: Any,
    ) -> Observations:
        """Run it.

        Args:
            target: where.
            progress: called with how many are done, and of how many; shows itself without it.
            cancelled: asked between two calls whether to stop.
            given: its options by name; `describe` lists them.

        Raises:
            ValueError: an option cannot be used, or what it needs is not there; nothing was run.
            CancelledError: `cancelled` said so. `unfinished` has what was observed until then, as
                after any other error; it stands in the error's `seen` as well.
        """
        asked = self.check(target, **given)
        session = Session(target, progress, cancelled)
        try:
            seen = self.run(session, asked)
        except BaseException as ended:
            self._keep(session, asked, ended)
            raise
        return self._observed(session, asked, seen)

    def _observed(self, session: Session, asked: Asked, seen: Seen) -> Observations:
        provenance = session.ended(self.regions(asked), {**asked, **seen.settings})
        return Observations(self, seen, provenance)

    def _keep(self, session: Session, asked: Asked, ended: BaseException) -> None:
        """Keep what was observed before a run ended otherwise than well."""
        cancelled = isinstance(ended, CancelledError | KeyboardInterrupt)
        why = "was cancelled" if cancelled else f"failed ({type(ended).__name__})"
        if (seen := session.so_far(why)) is not None:
            # The target may be what failed: what it said at the beginning stands.
            with suppress(Exception):
                kept = self._observed(session, asked, seen)
                _unfinished[:] = [kept]
                ended.seen = kept  # type: ignore[attr-defined]

    def check(self, target: Target, **given: Any) -> dict[str, Any]:
        """Check options and what the experiment needs; return every option with its value.

        Raises:
            ValueError: what cannot be used, with its range, or what is missing and how to make it.
        """
        if self.local_only and target.name == "aws":
            raise ValueError(f"{self.name} is not for AWS. {self.local_only}")
        names = [option.name for option in self.options]
        unknown = [name for name in given if name not in names]
        if unknown:
            raise ValueError(f"{self.name} has no {', '.join(unknown)}; it has {', '.join(names)}.")
        asked = {o.name: o.read(given.get(o.name), target.regions) for o in self.options}
        regions = self.regions(asked)
        if self.apart and len(set(regions)) < len(regions):
            words = " and ".join(o.name for o in self.options if o.kind == "region")
            raise ValueError(f"{words} must be different Regions, not {regions[0]} twice.")
        table = (strong if asked.get("strong") else tables).name(target)
        self._require(target, regions, table)
        return asked

    def regions(self, asked: Asked) -> tuple[str, ...]:
        """List the Regions among the options."""
        return tuple(asked[o.name] for o in self.options if o.kind == "region")

    def describe(self) -> pd.DataFrame:
        """List the options: what each is, its range, its default."""
        rows = [(o.name, o.line, o.range(), o.told_default()) for o in self.options]
        return pd.DataFrame(rows, columns=["option", "what it is", "range", "default"])

    def _require(self, target: Target, regions: tuple[str, ...], table: str) -> None:
        if self.needs == "replicas":
            described = tables.describe(target, regions[0], table)
            held = {regions[0]} if described else set()
            held |= {r["RegionName"] for r in (described or {}).get("Replicas", [])}
            what = f"replica of {table}"
        elif self.needs == "apis":
            held, what = {r for r in regions if deploy.url(target, r)}, "API"
        else:
            return
        missing = [region for region in regions if region not in held]
        if missing:
            raise ValueError(
                f"There is no {what} in {', '.join(missing)}. "
                f"`workshop prepare {' '.join(dict.fromkeys(regions))}` creates it."
            )

    def __repr__(self) -> str:
        options = ", ".join(option.name for option in self.options)
        return f"{self.name}: {self.line} Options: {options}."


@dataclass(frozen=True, eq=False, repr=False)
class Observations:
    """What an experiment saw; it sums up, draws and saves itself.

    Attributes:
        experiment: that observed.
        seen: its tables and counts.
        provenance: target, Regions, lag model during the run, settings, versions, times.
    """

    experiment: Experiment
    seen: Seen
    provenance: Provenance

    def __getitem__(self, table: str) -> pd.DataFrame:
        """Return one table of raw observations."""
        return _named(self.seen.tables, table, "table")

    @property
    def asked(self) -> Mapping[str, Any]:
        """Every option as it was asked, and what the run chose."""
        return self.provenance.settings

    @property
    def facts(self) -> Mapping[str, Any]:
        """What holds for the whole run."""
        return self.seen.facts

    @property
    def used(self) -> int:
        """How many of those asked for can be used."""
        return self.seen.asked - sum(self.seen.dropped.values())

    @property
    def partial(self) -> bool:
        """Whether the run broke off before its end."""
        return self.seen.partial

    def summary(self, name: str | None = None) -> pd.DataFrame:
        """Return a measure, the main one without a name, each with its interval.

        Raises:
            ValueError: the run broke off too early for it.
            KeyError: there is none of that name.
        """
        return _named(self._summaries, name, "summary")

    def chart(self, name: str | None = None) -> Chart:
        """Return a chart, the main one without a name."""
        return _named(self._charts, name, "chart")

    def say(self) -> str:
        """State the main result and its uncertainty in a sentence."""
        try:
            return self.experiment.say(self)
        except Exception:  # of a run that broke off there may be too little to say anything from
            if not self.partial:
                raise
            return "It broke off too early for a result."

    def counts(self) -> str:
        """Return how many were asked for, used and dropped, and why."""
        reasons = [f"{count} {why}" for why, count in self.seen.dropped.items() if count]
        dropped = f"; dropped: {', '.join(reasons)}" if reasons else ""
        note = f" {self.asked['note']}" if self.asked.get("note") else ""
        return f"{self.seen.asked} {self.seen.what} asked for, {self.used} used{dropped}.{note}"

    def save(
        self, name: str, *, parquet: bool = False, directory: Path | None = None
    ) -> saving.Saved:
        """Save every chart, table and measure, and the provenance, into a folder of their own.

        Args:
            name: letters, digits, hyphens and underscores.
            parquet: each table as Parquet, too; needs the package pyarrow.
            directory: instead of the exports folder (WORKSHOP_EXPORTS).

        Raises:
            ValueError: the name cannot be a file's, a table is empty, or pyarrow is not there.
        """
        kept, charts, said = dict(self.seen.tables), dict[str, Chart](), self.counts()
        # Of a run that broke off there may be too little to compute or to draw anything from.
        with suppress(Exception) if self.partial else nullcontext():
            kept, said, charts = {**kept, **self._summaries}, self.say(), self._charts
        main = next(iter(charts), "")
        pictures = {
            (name if key == main else f"{name}-{key}"): saving.Picture(
                chart.figure, chart.title, chart.description
            )
            for key, chart in charts.items()
        }
        counts = {
            "asked": self.seen.asked, "used": self.used, "dropped": dict(self.seen.dropped),
            "what": self.seen.what,
        }  # fmt: skip
        summary = {
            key: json.loads(table.to_json(orient="records", date_format="iso"))
            for key, table in kept.items()
            if len(table) <= _SUMMARY_ROWS and key not in self.seen.tables
        }
        more = {
            "experiment": self.experiment.name, "said": said, "counts": counts,
            "facts": dict(self.facts), "summary": summary,
        }  # fmt: skip
        filled = {key: table for key, table in kept.items() if len(table)}
        return saving.save(
            name, pictures, filled, self.provenance, more=more, parquet=parquet,
            directory=directory,
        )  # fmt: skip

    @cached_property
    def _summaries(self) -> Tables:
        return self._computed(self.experiment.summarise)

    @cached_property
    def _charts(self) -> dict[str, Chart]:
        return self._computed(self.experiment.draw)

    def _computed(self, compute: Callable[[Observations], T]) -> T:
        try:
            return compute(self)
        except Exception as failed:
            if not self.partial:
                raise
            raw = ", ".join(f'seen["{name}"]' for name in self.seen.tables)
            raise ValueError(
                f"The run broke off too early for that. What it observed is in {raw}."
            ) from failed

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Show counts, the sentence and the first rows; all words are escaped."""
        del include, exclude
        head = next(iter(self.seen.tables.values())).head(3)
        words = "<br>".join(escape(line) for line in (self.counts(), self.say()))
        return {
            "text/html": f"<p>{words}</p>{head.to_html(float_format='{:.1f}'.format)}",
            "text/plain": f"{self!r}\n{head.to_string()}",
        }

    def __repr__(self) -> str:
        return f"{self.experiment.name}: {self.counts()}\n{self.say()}"


_unfinished: list[Observations] = []


def unfinished() -> Observations | None:
    """Return what the last run that was cancelled, or failed, had observed until then, if any."""
    return _unfinished[0] if _unfinished else None


# Longer tables are beside it as CSV.
_SUMMARY_ROWS = 100


def _named(found: Mapping[str, T], name: str | None, what: str) -> T:
    name = next(iter(found)) if name is None else name
    if name not in found:
        raise KeyError(f"There is no {what} {name!r}; there is {', '.join(found)}.")
    return found[name]
