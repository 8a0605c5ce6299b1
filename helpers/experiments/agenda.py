"""An open-loop agenda: every action has its intended time, and a late one does not delay the rest.

Writer and readers run in this one thread on one monotonic clock, so that "the read started 12 ms
after the acknowledgement" needs no two clocks to agree.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable

from helpers.experiments.prober import now_ms

# Takes the intended time, in ms on the process's monotonic clock.
Action = Callable[[float], None]

# Below this, sleeping is too coarse and waiting in a loop is cheap.
_SPIN_MS = 1.0


class CancelledError(RuntimeError):
    """The experiment was cancelled; what was observed until then is lost with it."""


class Agenda:
    """Runs actions at their intended times; actions may put more on it."""

    def __init__(self, cancelled: Callable[[], bool] = lambda: False) -> None:
        self._cancelled = cancelled
        self._heap: list[tuple[float, int, Action]] = []
        self._count = 0

    def at(self, intended_ms: float, action: Action) -> None:
        """Put an action on the agenda."""
        self._count += 1
        heapq.heappush(self._heap, (intended_ms, self._count, action))

    def run(self) -> None:
        """Run until nothing is left.

        Raises:
            CancelledError: `cancelled` said so.
        """
        while self._heap:
            if self._cancelled():
                raise CancelledError("Cancelled. Run it again to start over.")
            intended_ms, _, action = heapq.heappop(self._heap)
            _wait_until(intended_ms)
            action(intended_ms)


def _wait_until(intended_ms: float) -> None:
    while (left_ms := intended_ms - now_ms()) > 0:
        time.sleep(max(0.0, left_ms - _SPIN_MS) / 1000)
