"""An open-loop agenda: every action has its intended time, and a late one does not delay the rest.

One thread keeps the time; actions that wait for a network run in lanes, each a pool of threads, so
that none queues behind another. All of it is on one monotonic clock, so that "the read started
12 ms after the acknowledgement" needs no two clocks to agree.
"""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from helpers.transport import now_ms

# Takes the intended time, in ms on the process's monotonic clock.
Action = Callable[[float], None]

# Below this, sleeping is too coarse and waiting in a loop is cheap.
_SPIN_MS = 1.0
_ASK_EVERY_MS = 50.0


class CancelledError(RuntimeError):
    """The experiment was cancelled; what was observed until then is kept (`unfinished`)."""

    def __init__(self) -> None:
        super().__init__("Cancelled. Run it again to start over.")


class Agenda:
    """Runs actions at their intended times; actions may put more on it.

    Args:
        cancelled: asked between two actions whether to stop.
        lanes: threads by the name of a lane. An action without a lane runs in the thread that
            keeps the time, and holds the others up.
    """

    def __init__(
        self,
        cancelled: Callable[[], bool] = lambda: False,
        lanes: Mapping[str, int] | None = None,
    ) -> None:
        self._cancelled = cancelled
        self._lanes = dict(lanes or {})
        self._changed = threading.Condition()
        self._heap: list[tuple[float, int, str | None, Action]] = []
        self._count = 0
        self._busy = 0
        self._failure: BaseException | None = None

    def at(self, intended_ms: float, action: Action, lane: str | None = None) -> None:
        """Put an action on the agenda; any thread may."""
        with self._changed:
            self._count += 1
            heapq.heappush(self._heap, (intended_ms, self._count, lane, action))
            self._changed.notify()

    def run(self) -> None:
        """Run until nothing is left, and nothing that runs can add to it.

        Raises:
            CancelledError: `cancelled` said so.
            BaseException: what an action raised.
        """
        with ExitStack() as stack:
            pools = {
                name: stack.enter_context(ThreadPoolExecutor(count, f"agenda-{name}"))
                for name, count in self._lanes.items()
            }
            while (found := self._next()) is not None:
                intended_ms, lane, action = found
                _wait_until(intended_ms)
                if lane is None:
                    action(intended_ms)
                else:
                    self._begin()
                    pools[lane].submit(self._do, action, intended_ms)

    def _next(self) -> tuple[float, str | None, Action] | None:
        """Wait for the next action until it is nearly due; None when all is done."""
        with self._changed:
            while True:
                if self._failure is not None:
                    raise self._failure
                if self._cancelled():
                    raise CancelledError
                if not self._heap and not self._busy:
                    return None
                left_ms = self._heap[0][0] - now_ms() if self._heap else _ASK_EVERY_MS
                if self._heap and left_ms <= _SPIN_MS:
                    intended_ms, _, lane, action = heapq.heappop(self._heap)
                    return intended_ms, lane, action
                self._changed.wait(min(left_ms - _SPIN_MS / 2, _ASK_EVERY_MS) / 1000)

    def _begin(self) -> None:
        with self._changed:
            self._busy += 1

    def _do(self, action: Action, intended_ms: float) -> None:
        try:
            if self._failure is None:
                action(intended_ms)
        except BaseException as failure:  # noqa: BLE001 - it is raised where `run` was called
            self._failure = self._failure or failure
        finally:
            with self._changed:
                self._busy -= 1
                self._changed.notify()


def _wait_until(intended_ms: float) -> None:
    while (left_ms := intended_ms - now_ms()) > 0:
        time.sleep(max(0.0, left_ms - _SPIN_MS) / 1000)
