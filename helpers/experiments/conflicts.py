"""Conflicts: two Regions change one item at nearly the same moment, and one change is lost."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from helpers.experiments.agenda import Agenda
from helpers.experiments.items import GIVE_UP_MS, TrialItems
from helpers.experiments.prober import Probe, Prober, now_ms, require
from helpers.outcomes import Outcome
from helpers.progress import Progress
from helpers.targets import Target

BASE_S = 1000
FIRST_DELTA_S = 30
SECOND_DELTA_S = -20
# Both Regions must show one value for this long before it is called final: longer than any lag that
# the model or AWS shows, since an image under way could still change it.
_QUIET_MS = 5_000.0
# Trials overlap. Each Region is read so often until both agree; then a look now and then is enough.
_SPACING_MS, _POLL_MS = 150.0, 100.0
_CALM = 5
_LANES = {"write": 16, "read": 48}
GAPS_MS = (0.0, 250.0, 500.0, 750.0, 1000.0, 1500.0, 2500.0)


@dataclass(frozen=True)
class ConflictObservations:
    """What a conflict experiment saw.

    Attributes:
        trials: one row per trial: `trial`, `gap_ms` (intended), `gap_actual_ms` (from start to
            start of the two writes), `gap_commit_ms` (from commit to commit, each taken to be in
            the middle of its round trip), `first_region`, `second_region`, `base`, `first_delta`,
            `second_delta`, `first_value`, `second_value` (acknowledged), `expected_value`,
            `final_value`, `lost`, `lost_region`, `winner_region`, `agree_ms` (from the
            acknowledgement of the second write until both Regions showed the final value for
            good), `outcome` (unknown if the Regions did not agree before the deadline).
        reads: one row per read: `trial`, `region`, `t_ms` (since the first write's start),
            `bookmark`.
        settings: what was asked.
    """

    trials: pd.DataFrame
    reads: pd.DataFrame
    settings: dict[str, Any]


def run_conflicts(
    target: Target,
    first: str,
    second: str,
    *,
    gaps_ms: Sequence[float] = GAPS_MS,
    trials: int = 15,
    keep: Callable[[Callable[[], ConflictObservations]], None] = lambda _so_far: None,
    progress: Progress = lambda _done, _of: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> ConflictObservations:
    """Add 30 s in one Region and take 20 s off in another, `gap_ms` later; see what remains.

    Each trial has an item of its own that both Regions hold at 1000 s. Without a conflict it ends
    at 1010 s; if the second Region had not seen the first write when it made its own, one of the
    two is lost: 1030 s or 980 s.

    Args:
        first, second: the Regions that write, in this order.
        gaps_ms: the gaps between the two writes.
        trials: how many for each gap.
        keep: told what returns the trials seen to the end until then.
        progress: called with the number of trials seen to the end, and of all.
        cancelled: asked between two calls whether to stop.

    Raises:
        ValueError: a call of the experiment itself failed; or the settings make no sense.
        CancelledError: `cancelled` said so.
    """
    if trials < 1 or not gaps_ms or min(gaps_ms) < 0 or first == second:
        raise ValueError("Give two Regions, at least one trial, and gaps of 0 ms or more.")
    # Gaps take turns, so that a slow minute of the machine does not fall on one gap alone.
    plan = [gap_ms for _ in range(trials) for gap_ms in gaps_ms]
    with Prober(target, first) as one, Prober(target, second) as other:
        items = TrialItems("clash", len(plan))
        run = _Run((one, other), items, plan, progress)
        keep(lambda: ConflictObservations(pd.DataFrame(run.rows()), pd.DataFrame(run.reads), {}))
        try:
            items.place(one, other, BASE_S, cancelled)
            run.measure(cancelled)
        finally:
            items.remove(other)
    settings = {
        "first": first,
        "second": second,
        "gaps_ms": list(gaps_ms),
        "trials": trials,
        "spacing_ms": _SPACING_MS,
        "poll_ms": _POLL_MS,
    }
    return ConflictObservations(pd.DataFrame(run.rows()), pd.DataFrame(run.reads), settings)


class _Run:
    def __init__(
        self,
        probers: tuple[Prober, Prober],
        items: TrialItems,
        plan: list[float],
        progress: Progress,
    ) -> None:
        self.reads: list[dict[str, Any]] = []
        self._first, self._second = probers
        self._items = items
        self._plan = plan
        self._progress = progress
        self._lock = threading.Lock()
        self._done: set[int] = set()
        self._writes: dict[int, dict[str, Probe]] = defaultdict(dict)
        self._series: dict[int, list[tuple[float, float, str, int | None]]] = defaultdict(list)

    def measure(self, cancelled: Callable[[], bool]) -> None:
        """Make both writes of every trial at their times, and read until all is quiet.

        Neither write waits for the other's answer, so a gap is kept from far away as well.
        """
        agenda = Agenda(cancelled, _LANES)
        start_ms = now_ms() + _SPACING_MS
        for trial, gap_ms in enumerate(self._plan):
            at_ms = start_ms + trial * _SPACING_MS
            agenda.at(
                at_ms, partial(self._write, trial, self._first, FIRST_DELTA_S, agenda), "write"
            )
            write = partial(self._write, trial, self._second, SECOND_DELTA_S, agenda)
            agenda.at(at_ms + gap_ms, write, "write")
        agenda.run()

    def rows(self) -> list[dict[str, Any]]:
        """Format what came of every trial that was seen to its end."""
        plan = list(enumerate(self._plan))
        return [self._row(trial, gap_ms) for trial, gap_ms in plan if trial in self._done]

    def _write(
        self, trial: int, prober: Prober, delta: int, agenda: Agenda, _intended_ms: float
    ) -> None:
        written = require(prober.add(self._items.user, self._items.show(trial), delta))
        with self._lock:
            self._writes[trial][prober.region] = written
            both = len(self._writes[trial]) == 2  # noqa: PLR2004 - whichever comes last
        if both:
            since_ms = max(write.done_ms for write in self._writes[trial].values())
            agenda.at(since_ms, lambda t: self._look(trial, t, since_ms, agenda), "read")

    def _look(self, trial: int, intended_ms: float, since_ms: float, agenda: Agenda) -> None:
        """Read both Regions; go on until they have agreed for long enough, or for too long not."""
        started_ms = self._writes[trial][self._first.region].started_ms
        values: set[int | None] = set()
        for prober in (self._first, self._second):
            read = prober.read(self._items.user, self._items.show(trial))
            if read.outcome != Outcome.OK:
                values.add(None)
                continue
            values.add(read.bookmark)
            self._series[trial].append(
                (read.started_ms, read.done_ms, prober.region, read.bookmark)
            )
            self.reads.append(
                {
                    "trial": trial,
                    "region": prober.region,
                    "t_ms": read.done_ms - started_ms,
                    "bookmark": read.bookmark,
                }
            )
        if intended_ms - since_ms < self._quiet_until_ms(trial, since_ms):
            wait_ms = _POLL_MS * (_CALM if len(values) == 1 else 1)
            again_ms = max(intended_ms + wait_ms, now_ms())
            agenda.at(again_ms, lambda t: self._look(trial, t, since_ms, agenda), "read")
            return
        self._done.add(trial)
        agenda.at(now_ms(), lambda _ms: self._progress(len(self._done), len(self._plan)))

    def _quiet_until_ms(self, trial: int, since_ms: float) -> float:
        """How long after the second write to go on: until the last change is long enough ago."""
        last: dict[str, int | None] = {}
        changed_ms = since_ms
        for _, done_ms, region, bookmark in self._series[trial]:
            if region in last and last[region] != bookmark:
                changed_ms = done_ms
            last[region] = bookmark
        agreed = len(last) > 1 and len(set(last.values())) == 1
        return min(GIVE_UP_MS, changed_ms - since_ms + _QUIET_MS) if agreed else GIVE_UP_MS

    def _row(self, trial: int, gap_ms: float) -> dict[str, Any]:
        one, other = (self._writes[trial][p.region] for p in (self._first, self._second))
        last = {region: bookmark for _, _, region, bookmark in self._series[trial]}
        # Both Regions have to have said so: one that did not answer has not agreed.
        agreed = len(last) > 1 and len(set(last.values())) == 1
        final = last[self._second.region] if agreed else None
        expected = BASE_S + FIRST_DELTA_S + SECOND_DELTA_S
        lost_region = {
            BASE_S + FIRST_DELTA_S: self._second.region,
            BASE_S + SECOND_DELTA_S: self._first.region,
        }.get(final or 0, "")
        winner = {self._second.region: self._first.region, self._first.region: self._second.region}
        return {
            "trial": trial,
            "gap_ms": gap_ms,
            "gap_actual_ms": other.started_ms - one.started_ms,
            "gap_commit_ms": (other.started_ms + other.done_ms - one.started_ms - one.done_ms) / 2,
            "first_region": self._first.region,
            "second_region": self._second.region,
            "base": BASE_S,
            "first_delta": FIRST_DELTA_S,
            "second_delta": SECOND_DELTA_S,
            "first_value": one.bookmark,
            "second_value": other.bookmark,
            "expected_value": expected,
            "final_value": final,
            "lost": bool(lost_region),
            "lost_region": lost_region,
            "winner_region": winner.get(lost_region, self._second.region),
            "agree_ms": self._agree_ms(trial, final) - other.done_ms,
            "outcome": Outcome.OK if agreed else Outcome.UNKNOWN,
        }

    def _agree_ms(self, trial: int, final: int | None) -> float:
        """When the later of the two Regions first showed the final value, never to leave it."""
        if final is None:
            return float("nan")
        since: dict[str, float | None] = {}
        for _, done_ms, region, bookmark in self._series[trial]:
            if bookmark != final:
                since[region] = None
            elif since.get(region) is None:
                since[region] = done_ms
        return max(moment for moment in since.values() if moment is not None)
