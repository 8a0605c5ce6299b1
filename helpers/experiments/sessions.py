"""Sessions: a viewer moves to another Region; do they see what they wrote, or had seen?"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

from helpers.experiments.agenda import Agenda
from helpers.experiments.items import GIVE_UP_MS, TrialItems
from helpers.experiments.pace import choose
from helpers.experiments.prober import Probe, Prober, now_ms
from helpers.measures.sessions import SAW, STAYS, WROTE
from helpers.outcomes import Outcome
from helpers.progress import Progress
from helpers.targets import Target

WAYS = ("reads there, once", STAYS, "token, waits", "token, asks home")
_ONCE, _STICKY, _WAITS, _ASKS = WAYS
DELAYS = (0.0, 0.1, 0.25, 0.5, 1.0)
# A viewer who has not written looks at some moment soon after the write.
_LOOKS_WITHIN_MS = 500.0
_LANES = {"write": 16, "read": 64}


@dataclass(frozen=True)
class _Session:
    """One viewer's: who wrote, how long the move takes, what is done about it."""

    number: int
    kept: str
    way: str
    delay_ms: float


def run_sessions(
    target: Target,
    writer: str,
    reader: str,
    *,
    trials: int = 10,
    most_ms: float = 2_000.0,
    rows: list[dict[str, Any]] | None = None,
    progress: Progress = lambda _done, _of: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[dict[str, Any]]:
    """Make viewers write, or see a write, in one Region, move, and read in another.

    Every session has an item of its own, which both Regions held before. What a viewer wrote, or
    had seen in `writer`, they should see after the move; what they are shown instead is older.
    The remedies run beside it: to go on reading in `writer`, wherever one is; and a token, the
    version last seen, with which an app notices that what it was given is older, and waits until it
    is not, or asks the Region where that was seen.

    Args:
        writer: the Region before the move; `reader`: the one after it.
        trials: how many sessions for each delay, each way and each of `WROTE` and `SAW`.
        most_ms: the longest move; the others are `DELAYS` times that.
        rows: where to put the rows, as they come.
        progress: called with the number of sessions seen to the end, and of all.

    Returns:
        One row per session: `trial`, `kept` (`WROTE` or `SAW`), `way` (of `WAYS`), `delay_ms`
        (asked, from the last answer in `writer` to the read after the move), `delay_actual_ms`,
        `first_older` (the first answer after the move was older), `older` (so was what the viewer
        was shown in the end), `answer_ms` (from the intended read to what was shown), `reads`
        (after the move), `outcome` (unknown at the deadline, or where a call was lost).

    Raises:
        ValueError: the other Region did not receive what was placed in time.
        CancelledError: `cancelled` said so.
    """
    rows = [] if rows is None else rows
    plan = [
        _Session(number, *what)
        for number, what in enumerate(
            (kept, way, share * most_ms)
            for _ in range(trials)
            for share in DELAYS
            for way in WAYS
            for kept in (WROTE, SAW)
        )
    ]
    with Prober(target, writer) as home, Prober(target, reader) as away:
        items = TrialItems("session", len(plan))
        try:
            placed_ms = items.place(home, away, 0, cancelled)
            # A session reads once where all is well; one that waits, as often as a probe does.
            look = partial(away.read, items.user, items.show(0))
            pace = choose(look, placed_ms, poll_ms=None, spacing_ms=None)
            run = _Run(home, away, items, pace.poll_ms, rows, lambda n: progress(n, len(plan)))
            run.measure(plan, max(30.0, pace.spacing_ms / 3), cancelled)
        finally:
            items.remove(home)
    return rows


class _Run:
    def __init__(
        self,
        home: Prober,
        away: Prober,
        items: TrialItems,
        poll_ms: float,
        rows: list[dict[str, Any]],
        done: Callable[[int], None],
    ) -> None:
        self._home, self._away, self._items = home, away, items
        self._poll_ms, self._rows, self._done = poll_ms, rows, done
        self._random = Random(0)  # noqa: S311 - not secret
        self._lock = threading.Lock()

    def measure(
        self, plan: Sequence[_Session], spacing_ms: float, cancelled: Callable[[], bool]
    ) -> None:
        """Begin the sessions one after the other; they overlap."""
        self._agenda = Agenda(cancelled, _LANES)
        start_ms = now_ms() + spacing_ms
        for session in plan:
            write = partial(self._write, session)
            self._agenda.at(start_ms + session.number * spacing_ms, write, "write")
        self._agenda.run()

    def _write(self, session: _Session, _intended_ms: float) -> None:
        written = self._home.write(self._items.user, self._items.show(session.number), 1)
        if written.outcome != Outcome.OK:
            self._end(session, written.outcome)
        elif session.kept == SAW:
            look_ms = written.done_ms + self._random.uniform(0, _LOOKS_WITHIN_MS)
            self._agenda.at(look_ms, partial(self._see, session), "read")
        else:
            self._move(session, written)

    def _see(self, session: _Session, _intended_ms: float) -> None:
        seen = self._read(self._home, session)
        if seen.bookmark == 1:
            self._move(session, seen)
        else:
            self._end(session, Outcome.UNKNOWN)

    def _move(self, session: _Session, last: Probe) -> None:
        """Read after the move, which begins with the last answer before it."""
        first_ms = last.done_ms + session.delay_ms
        look = partial(self._look, session, {}, last.done_ms, first_ms)
        self._agenda.at(first_ms, look, "read")

    def _look(
        self,
        session: _Session,
        before: dict[str, Any],
        left_ms: float,
        first_ms: float,
        intended_ms: float,
    ) -> None:
        """Make a read after the move, and of its answer what the way of this session makes of it.

        Args:
            before: what the looks before this one have shown.
            left_ms: when the last answer before the move came.
            first_ms: when the first look was meant to be.
        """
        seen = self._read(self._home if session.way == _STICKY else self._away, session)
        reads, older = before.get("reads", 0) + 1, seen.bookmark != 1
        first = {"delay_actual_ms": seen.started_ms - left_ms, "first_older": older}
        if session.way == _ASKS and older and seen.outcome == Outcome.OK:
            seen = self._read(self._home, session)
            reads, older = reads + 1, seen.bookmark != 1
        found = first | before | {"reads": reads, "older": older}
        found["answer_ms"] = seen.done_ms - first_ms
        if session.way == _WAITS and older and seen.outcome == Outcome.OK:
            if intended_ms - first_ms > GIVE_UP_MS:
                self._end(session, Outcome.UNKNOWN, **found)
                return
            kept = {name: found[name] for name in ("delay_actual_ms", "first_older", "reads")}
            again = partial(self._look, session, kept, left_ms, first_ms)
            self._agenda.at(intended_ms + self._poll_ms, again, "read")
            return
        self._end(session, seen.outcome, **found)

    def _read(self, prober: Prober, session: _Session) -> Probe:
        # At home only what is strongly consistent is sure to be as new as what was written there.
        home = prober is self._home
        show = self._items.show(session.number)
        return prober.read(self._items.user, show, consistent=home)

    def _end(self, session: _Session, outcome: Outcome, **found: Any) -> None:
        row = {
            "trial": session.number,
            "kept": session.kept,
            "way": session.way,
            "delay_ms": session.delay_ms,
            "delay_actual_ms": float("nan"),
            "first_older": None,
            "older": None,
            "answer_ms": float("nan"),
            "reads": 0,
            "outcome": outcome,
        }
        with self._lock:
            self._rows.append(row | found)
            ended = len(self._rows)
        # Told by the thread that keeps the time: a progress bar may want the one that made it.
        self._agenda.at(now_ms(), lambda _ms: self._done(ended))
