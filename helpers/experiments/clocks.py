"""Skewed clocks: a Region whose clock is ahead writes, another writes later; who stands?"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

from helpers.experiments.agenda import Agenda
from helpers.experiments.items import GIVE_UP_MS, TrialItems
from helpers.experiments.prober import Probe, Prober, now_ms
from helpers.experiments.settle import Settled, settle
from helpers.outcomes import Outcome
from helpers.progress import Progress
from helpers.targets import Target

SKEWS = (0.0, 0.05, 0.1, 0.2, 0.4, 1.0)
_FIRST, _LATER = 1, 2
_SPACING_MS = 100.0
_LOOK_EVERY_S = 0.05
_LANES = {"write": 32}


def run_clocks(
    target: Target,
    fast: str,
    other: str,
    *,
    most_ms: float = 5_000.0,
    within_ms: float = 2_000.0,
    trials: int = 20,
    rows: list[dict[str, Any]] | None = None,
    progress: Progress = lambda _done, _of: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[dict[str, Any]]:
    """Write each item in `fast`, then in `other` once that is acknowledged; see which one stands.

    The later write is later by any clock outside: it begins up to `within_ms` after the first one's
    acknowledgement, the waits spread evenly. It should stand; where it does not, it is lost, and
    nobody is told. The skew rises from run to run: clocks that have seen a fast Region's stamps do
    not go back, so a smaller skew after a larger one would be none.

    Args:
        fast: the Region whose clock is ahead by each of `SKEWS` times `most_ms`, in turn.
        other: the one whose clock is right.
        trials: how many items for each skew.
        rows: where to put the rows, as they come.
        progress: called with the number of trials seen to the end, and of all.

    Returns:
        One row per trial: `skew_ms`, `trial`, `first_ms`, `second_ms` (commits, each taken to be in
        the middle of its round trip, since the run began), `gap_ms` (between the two), `final`
        (1: the first write stands; 2: the later one), `lost` (the later one does not stand),
        `outcome` (unknown where the Regions did not agree before the deadline).

    Raises:
        ValueError: the other Region did not receive what was placed in time.
        CancelledError: `cancelled` said so; the clock is right again, but for up to `most_ms` both
            Regions go on from the time that it has shown. A run that ends well waits for that.
    """
    rows = [] if rows is None else rows
    skews_ms = [share * most_ms for share in SKEWS]
    with Prober(target, fast) as one, Prober(target, other) as two:
        items = TrialItems("clock", trials * len(skews_ms))
        try:
            placed_ms = items.place(one, two, 0, cancelled)
            start_ms = now_ms()
            for place, skew_ms in enumerate(skews_ms):
                numbers = range(place * trials, (place + 1) * trials)
                run = _Level((one, two), items, numbers, within_ms, start_ms, skew_ms)
                with target.skewed(fast, skew_ms):
                    run.measure(cancelled)
                settled = settle(
                    (one, two), items.user, GIVE_UP_MS + 2 * placed_ms, looks=2, every_s=0.2,
                    cancelled=cancelled,
                )  # fmt: skip
                rows += run.rows(settled)
                progress((place + 1) * trials, items.trials)
        finally:
            items.remove(two)
    # Until the time has come that the fast clock has shown: what follows starts even.
    even_ms = now_ms() + max(skews_ms)
    while now_ms() < even_ms and not cancelled():
        time.sleep(_LOOK_EVERY_S)
    return rows


class _Level:
    """The trials of one skew."""

    def __init__(
        self,
        probers: tuple[Prober, Prober],
        items: TrialItems,
        numbers: range,
        within_ms: float,
        start_ms: float,
        skew_ms: float,
    ) -> None:
        self._one, self._two = probers
        self._items, self._numbers = items, numbers
        self._start_ms, self._skew_ms = start_ms, skew_ms
        self._writes: dict[int, list[Probe]] = {number: [] for number in numbers}
        even = [(place + 0.5) / len(numbers) * within_ms for place in range(len(numbers))]
        # In no order: a slow moment of the machine must not fall on the long waits alone.
        self._waits_ms = Random(0).sample(even, len(even))  # noqa: S311 - not secret

    def measure(self, cancelled: Callable[[], bool]) -> None:
        """Make both writes of every trial."""
        agenda, start_ms = Agenda(cancelled, _LANES), now_ms() + _SPACING_MS
        for place, (number, wait_ms) in enumerate(zip(self._numbers, self._waits_ms, strict=True)):
            first = partial(self._first, number, wait_ms, agenda)
            agenda.at(start_ms + place * _SPACING_MS, first, "write")
        agenda.run()

    def _first(self, number: int, wait_ms: float, agenda: Agenda, _intended_ms: float) -> None:
        written = self._one.write(self._items.user, self._items.show(number), _FIRST)
        self._writes[number].append(written)
        if written.outcome == Outcome.OK:
            agenda.at(written.done_ms + wait_ms, partial(self._later, number), "write")

    def _later(self, number: int, _intended_ms: float) -> None:
        written = self._two.write(self._items.user, self._items.show(number), _LATER)
        self._writes[number].append(written)

    def rows(self, settled: Settled) -> list[dict[str, Any]]:
        """Format what came of every trial; two writes that have met end alike, and stay so."""
        return [self._row(number, settled) for number in self._numbers]

    def _row(self, number: int, settled: Settled) -> dict[str, Any]:
        writes, show = self._writes[number], self._items.show(number)
        outcomes = [write.outcome for write in writes]
        if len(writes) < _LATER or show not in settled.alike:
            outcomes.append(Outcome.UNKNOWN)
        outcome = Outcome.worst(*outcomes)
        middles = [(w.started_ms + w.done_ms) / 2 - self._start_ms for w in writes]
        first_ms, second_ms = (middles + [float("nan")] * 2)[:2]
        final = settled.alike.get(show) if outcome == Outcome.OK else None
        return {
            "skew_ms": self._skew_ms,
            "trial": number,
            "first_ms": first_ms,
            "second_ms": second_ms,
            "gap_ms": second_ms - first_ms,
            "final": final,
            "lost": final == _FIRST,
            "outcome": outcome,
        }
