"""Read after write: write in one Region, read in another until the write is seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from itertools import permutations
from typing import Any

import pandas as pd

from helpers import tables
from helpers.experiments.agenda import Agenda
from helpers.experiments.items import GIVE_UP_MS, TrialItems
from helpers.experiments.prober import Prober, now_ms, require
from helpers.targets import Target

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class StalenessObservations:
    """What a staleness experiment saw.

    Attributes:
        reads: one row a read: `trial`, `write_region`, `read_region`, `consistent`, `probe`,
            `intended_ms`, `t_ms` and `done_ms` (intended start, start and end of the read, in ms
            after the write's acknowledgement), `rtt_ms`, `outcome`, `fresh`, `behind_k` (versions
            behind), `write_rtt_ms`.
        settings: what was asked, for the provenance of an export.
    """

    reads: pd.DataFrame
    settings: dict[str, Any]


def run_staleness(
    target: Target,
    writer: str,
    reader: str,
    *,
    trials: int = 100,
    spacing_ms: float = 80.0,
    poll_ms: float = 20.0,
    consistent: bool = False,
    follow_ms: float = 0.0,
    table: str | None = None,
    progress: Progress = lambda _done, _of: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> StalenessObservations:
    """Write `trials` items, one every `spacing_ms`, and poll each until the reader sees it.

    Each trial has an item of its own, so that trials neither order nor delay one another; they
    overlap, which makes 100 of them take seconds. Every item had a first version that both Regions
    held: a stale read returns that one.

    Args:
        writer, reader: the Regions.
        poll_ms: how often each item is read: half of it is how finely a lag can be told.
        consistent: read with `ConsistentRead`, which helps only in the writer's own Region.
        follow_ms: go on reading each item for so long after the write, also once it was seen: in
            one Region the next read may meet another copy and be stale again.
        progress: called with the number of trials seen to the end, and `trials`.
        cancelled: asked between two calls whether to stop.

    Raises:
        ValueError: a write failed, with what the Region said; or the settings make no sense.
        CancelledError: `cancelled` said so.
    """
    if trials < 1 or spacing_ms <= 0 or poll_ms <= 0:
        raise ValueError(f"trials, spacing_ms and poll_ms must be positive, not {trials}, "
                         f"{spacing_ms}, {poll_ms}.")  # fmt: skip
    table = table or tables.name(target)
    with Prober(target, writer, table) as writing, Prober(target, reader, table) as reading:
        items = TrialItems("probe", trials)
        run = _Run(writing, reading, items, consistent, poll_ms, follow_ms, progress, cancelled)
        try:
            items.place(writing, reading, 0, cancelled)
            run.measure(spacing_ms)
        finally:
            items.remove(writing)
    settings = {
        "writer": writer,
        "reader": reader,
        "trials": trials,
        "spacing_ms": spacing_ms,
        "poll_ms": poll_ms,
        "consistent": consistent,
        "follow_ms": follow_ms,
        "table": table,
    }
    return StalenessObservations(pd.DataFrame(run.rows), settings)


class _Run:
    """One run: the writes and the polls on one agenda."""

    def __init__(
        self,
        writing: Prober,
        reading: Prober,
        items: TrialItems,
        consistent: bool,
        poll_ms: float,
        follow_ms: float,
        progress: Progress,
        cancelled: Callable[[], bool],
    ) -> None:
        self._follow_ms = follow_ms
        self.rows: list[dict[str, Any]] = []
        self._writing = writing
        self._reading = reading
        self._items = items
        self._consistent = consistent
        self._poll_ms = poll_ms
        self._progress = progress
        self._cancelled = cancelled
        self._seen = 0

    def measure(self, spacing_ms: float) -> None:
        """Write the second versions, one every `spacing_ms`, and poll each until it is seen."""
        agenda = Agenda(self._cancelled)
        start_ms = now_ms()
        for trial in range(self._items.trials):
            agenda.at(start_ms + trial * spacing_ms, partial(self._write, trial, agenda))
        agenda.run()

    def _write(self, trial: int, agenda: Agenda, _intended_ms: float) -> None:
        written = require(self._writing.write(self._items.user, self._items.show(trial), 1))
        self._poll(trial, 0, written.done_ms, written.done_ms, written.rtt_ms, agenda)

    def _poll(
        self,
        trial: int,
        probe: int,
        intended_ms: float,
        acknowledged_ms: float,
        write_rtt_ms: float,
        agenda: Agenda,
    ) -> None:
        read = self._reading.read(
            self._items.user, self._items.show(trial), consistent=self._consistent
        )
        fresh = read.bookmark == 1
        self.rows.append(
            {
                "trial": trial,
                "write_region": self._writing.region,
                "read_region": self._reading.region,
                "consistent": self._consistent,
                "probe": probe,
                "intended_ms": intended_ms - acknowledged_ms,
                "t_ms": read.started_ms - acknowledged_ms,
                "done_ms": read.done_ms - acknowledged_ms,
                "rtt_ms": read.rtt_ms,
                "outcome": read.outcome,
                "fresh": fresh if read.outcome == "ok" else None,
                "behind_k": 1 - int(fresh) if read.outcome == "ok" else None,
                "write_rtt_ms": write_rtt_ms,
            }
        )
        elapsed_ms = intended_ms - acknowledged_ms
        if (fresh and elapsed_ms >= self._follow_ms) or elapsed_ms > GIVE_UP_MS:
            self._seen += 1
            self._progress(self._seen, self._items.trials)
            return
        next_ms = intended_ms + self._poll_ms
        agenda.at(
            next_ms,
            lambda t: self._poll(trial, probe + 1, t, acknowledged_ms, write_rtt_ms, agenda),
        )


def run_matrix(
    target: Target,
    regions: Sequence[str],
    *,
    trials: int = 25,
    poll_ms: float = 40.0,
    progress: Progress = lambda _done, _of: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> StalenessObservations:
    """Measure every ordered pair of Regions at the same time, each pair with items of its own.

    The pairs share this process's one clock, and its time: a read may start a little late, which
    its row says. Brackets stay true all the same.

    Args:
        regions: two or more; all hold a replica.
        trials: how many for each pair.
        poll_ms: how often each item is read.
        progress: called with the number of pairs measured, and of all.

    Raises:
        ValueError: a call of the experiment itself failed.
        CancelledError: `cancelled` said so.
    """
    pairs = list(permutations(regions, 2))
    with ThreadPoolExecutor(len(pairs)) as pool:
        runs = [
            pool.submit(
                run_staleness, target, writer, reader, trials=trials, poll_ms=poll_ms,
                cancelled=cancelled,
            )
            for writer, reader in pairs
        ]  # fmt: skip
        for done, _ in enumerate(as_completed(runs), start=1):
            progress(done, len(pairs))
    settings = {"regions": list(regions), "trials": trials, "poll_ms": poll_ms}
    return StalenessObservations(
        pd.concat([run.result().reads for run in runs], ignore_index=True), settings
    )
