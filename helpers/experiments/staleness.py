"""Read after write: write in one Region, read in another until the write is seen."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from itertools import permutations
from random import Random
from typing import Any

import pandas as pd

from helpers import tables
from helpers.experiments.agenda import Agenda
from helpers.experiments.items import GIVE_UP_MS, TrialItems
from helpers.experiments.pace import NotKeptError, Pace, achieved, choose
from helpers.experiments.prober import Prober, now_ms, require
from helpers.progress import Progress
from helpers.targets import Target

_LANES = {"write": 16, "read": 64}
# How many paces are tried, each half as fast as the one before.
_PACES = 3


@dataclass(frozen=True)
class StalenessObservations:
    """What a staleness experiment saw.

    Attributes:
        reads: one row per read: `trial`, `write_region`, `read_region`, `consistent`, `probe`,
            `intended_ms`, `t_ms` and `done_ms` (intended start, start and end of the read, in ms
            after the write's acknowledgement), `rtt_ms`, `latency_ms` (from the intended start),
            `outcome`, `fresh`, `behind_k` (versions behind), `write_rtt_ms` (the commit is at most
            so long before the acknowledgement), `write_late_ms`.
        settings: what was asked, for the provenance of an export, and what came of it:
            `achieved_poll_ms`, `bracket_ms`, `late_ms_p50`, `late_ms_p99`, and `note`, a sentence
            for the chart where the run could not keep what it asked for, else "".
    """

    reads: pd.DataFrame
    settings: dict[str, Any]


def run_staleness(
    target: Target,
    writer: str,
    reader: str,
    *,
    trials: int = 100,
    spacing_ms: float | None = None,
    poll_ms: float | None = None,
    consistent: bool = False,
    follow_ms: float = 0.0,
    table: str | None = None,
    items: TrialItems | None = None,
    share: float = 1.0,
    rows: list[dict[str, Any]] | None = None,
    progress: Progress = lambda _done, _of: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> StalenessObservations:
    """Write `trials` items, one every `spacing_ms`, and poll each until the reader sees it.

    Each trial has an item of its own, so that trials neither order nor delay one another; they
    overlap, which makes 100 of them take seconds. Every item had a first version that both Regions
    held: a stale read returns that one. The load is open-loop: no read waits for another's answer.
    A pace that cannot be kept here, so that its answer would mislead, gives way to a slower one.

    Args:
        writer, reader: the Regions.
        spacing_ms: between two writes.
        poll_ms: between two reads of an item: with the round trip it is how finely a lag can be
            told. Both are chosen from the round trip that is measured first, unless they are set.
        consistent: read with `ConsistentRead`, which helps only in the writer's own Region.
        follow_ms: go on reading each item for so long after the write, also once it was seen: in
            one Region the next read may meet another copy and be stale again.
        items: what is written and read in each trial, instead of one item.
        share: of what the reading Region can answer, for a run that is not alone.
        rows: where to put the reads, as they come.
        progress: called with the number of trials seen to the end, and `trials`.
        cancelled: asked between two calls whether to stop.

    Raises:
        ValueError: a write failed, with what the Region said; the settings make no sense; or even
            a slower load could not be kept and the answer would mislead.
        CancelledError: `cancelled` said so.
    """
    if trials < 1 or any(v is not None and v <= 0 for v in (spacing_ms, poll_ms)):
        raise ValueError(f"trials, spacing_ms and poll_ms must be positive, not {trials}, "
                         f"{spacing_ms}, {poll_ms}.")  # fmt: skip
    table, items = table or tables.name(target), items or TrialItems("probe", trials)
    rows = [] if rows is None else rows
    with Prober(target, writer, table) as writing, Prober(target, reader, table) as reading:
        first: Pace | None = None
        for left in reversed(range(_PACES)):
            with items.placed(writing, reading, 0, cancelled) as placed_ms:
                if first is None:
                    first = pace = choose(
                        lambda: items.look(reading, 0, consistent=consistent)[0],
                        max(1.5 * placed_ms, follow_ms), poll_ms=poll_ms, spacing_ms=spacing_ms,
                        share=share,
                    )  # fmt: skip
                run = _Run(writing, reading, items, consistent, pace, follow_ms, rows, progress)
                run.measure(cancelled)
            try:
                kept = achieved(rows, pace)
            except NotKeptError as not_kept:
                if not left:
                    raise
                pace = not_kept.slower
                rows.clear()
            else:
                break
    settings = {
        "writer": writer,
        "reader": reader,
        "trials": trials,
        "spacing_ms": pace.spacing_ms,
        "poll_ms": pace.poll_ms,
        "rtt_ms": pace.rtt_ms,
        "reads_per_s": pace.reads_per_s,
        "consistent": consistent,
        "follow_ms": follow_ms,
        "table": table,
        **kept,
        "note": " ".join(filter(None, [_slowed(first, pace), kept["note"]])),
    }
    return StalenessObservations(pd.DataFrame(rows), settings)


def _slowed(first: Pace | None, last: Pace) -> str:
    if first is None or first == last:
        return ""
    return (
        f"Slower than asked, which could not be kept here: poll_ms={last.poll_ms:g} instead of "
        f"{first.poll_ms:g}, spacing_ms={last.spacing_ms:g} instead of {first.spacing_ms:g}."
    )


class _Run:
    """One run: the writes and the polls on one agenda, each in a thread of its lane."""

    def __init__(
        self,
        writing: Prober,
        reading: Prober,
        items: TrialItems,
        consistent: bool,
        pace: Pace,
        follow_ms: float,
        rows: list[dict[str, Any]],
        progress: Progress,
    ) -> None:
        self._follow_ms = follow_ms
        self.rows = rows
        self._writing = writing
        self._reading = reading
        self._items = items
        self._consistent = consistent
        self._pace = pace
        self._progress = progress
        self._phase = Random(0)  # noqa: S311 - not secret
        self._lock = threading.Lock()
        self._ended: set[int] = set()

    def measure(self, cancelled: Callable[[], bool]) -> None:
        """Write the second versions at their times, and poll each until it is seen."""
        agenda = Agenda(cancelled, _LANES)
        start_ms = now_ms() + self._pace.spacing_ms
        for trial in range(self._items.trials):
            at_ms = start_ms + trial * self._pace.spacing_ms
            agenda.at(at_ms, partial(self._write, trial, agenda), "write")
        agenda.run()
        self.rows.sort(key=lambda row: (row["trial"], row["probe"]))

    def _write(self, trial: int, agenda: Agenda, intended_ms: float) -> None:
        written = require(self._items.change(self._writing, trial))
        about = {
            "write_rtt_ms": written.rtt_ms,
            "write_late_ms": written.started_ms - intended_ms,
        }
        poll = partial(self._poll, trial, 0, written.done_ms, about, agenda)
        agenda.at(written.done_ms, poll, "read")

    def _poll(
        self,
        trial: int,
        probe: int,
        acknowledged_ms: float,
        about: dict[str, float],
        agenda: Agenda,
        intended_ms: float,
    ) -> None:
        if trial in self._ended:
            return
        # The next read is on the agenda before this one is asked: it waits for no answer.
        again = partial(self._poll, trial, probe + 1, acknowledged_ms, about, agenda)
        # The first read comes with the acknowledgement, the second a part of an interval later,
        # another part for each trial: else a lag that hardly varies would always meet one phase.
        part = self._phase.random() if probe == 0 else 1.0
        agenda.at(intended_ms + part * self._pace.poll_ms, again, "read")
        read, shown = self._items.look(self._reading, trial, consistent=self._consistent)
        fresh = shown["fresh"]
        row = {
            "trial": trial,
            "write_region": self._writing.region,
            "read_region": self._reading.region,
            "consistent": self._consistent,
            "probe": probe,
            "intended_ms": intended_ms - acknowledged_ms,
            "t_ms": read.started_ms - acknowledged_ms,
            "done_ms": read.done_ms - acknowledged_ms,
            "rtt_ms": read.rtt_ms,
            "latency_ms": read.done_ms - intended_ms,
            "outcome": read.outcome,
            "behind_k": 1 - int(fresh) if read.outcome == "ok" else None,
            **(shown if read.outcome == "ok" else dict.fromkeys(shown)),
            **about,
        }
        elapsed_ms = intended_ms - acknowledged_ms
        over = (fresh and elapsed_ms >= self._follow_ms) or elapsed_ms > GIVE_UP_MS
        with self._lock:
            self.rows.append(row)
            if not over or trial in self._ended:
                return
            self._ended.add(trial)
            ended = len(self._ended)
        # Told by the thread that keeps the time: a progress bar may want the one that made it.
        agenda.at(now_ms(), lambda _ms: self._progress(ended, self._items.trials))


def run_matrix(
    target: Target,
    regions: Sequence[str],
    *,
    trials: int = 25,
    links: list[list[dict[str, Any]]] | None = None,
    progress: Progress = lambda _done, _of: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> StalenessObservations:
    """Measure every ordered pair of Regions at the same time, each pair with items of its own.

    The pairs share this process's one clock, and what the Regions can answer: each asks for its
    share of it. A read may start a little late, which its row says; brackets stay true.

    Args:
        regions: two or more; all hold a replica.
        trials: how many for each pair.
        links: where to put a list for each pair, with its reads as they come.
        progress: called with the number of pairs measured, and of all.

    Raises:
        ValueError: a call of the experiment itself failed.
        CancelledError: `cancelled` said so.
    """
    pairs = list(permutations(regions, 2))
    links = [] if links is None else links
    links += [[] for _ in pairs]
    with ThreadPoolExecutor(len(pairs)) as pool:
        runs = [
            pool.submit(
                run_staleness, target, writer, reader, trials=trials, share=1 / len(pairs),
                rows=rows, cancelled=cancelled,
            )
            for (writer, reader), rows in zip(pairs, links, strict=True)
        ]  # fmt: skip
        for done, _ in enumerate(as_completed(runs), start=1):
            progress(done, len(pairs))
        seen = [run.result() for run in runs]
    notes = {link.settings["note"] for link in seen} - {""}
    settings = {
        "regions": list(regions),
        "trials": trials,
        "poll_ms": max(link.settings["poll_ms"] for link in seen),
        "bracket_ms": max(link.settings["bracket_ms"] or 0.0 for link in seen),
        "note": " ".join(sorted(notes)[:1]),
    }
    return StalenessObservations(
        pd.concat([link.reads for link in seen], ignore_index=True), settings
    )
