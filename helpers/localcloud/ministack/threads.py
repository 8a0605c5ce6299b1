"""Threads that are used again: a call of a function takes two, and starting them is a tenth of it.

As many run at once as there are calls, as in MiniStack: a call may come back to the local cloud,
so that a pool with a bound would have calls wait for one another for ever.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any

# So long a thread waits for another call.
_IDLE_S = 60.0
# What MiniStack's threads run that end with a call; others live as long as a process, or longer.
_SHORT = {"_run", "_read_response"}


class ReusedThread:
    """What MiniStack wants of a thread, done on one that is idle where there is one."""

    def __init__(self, target: Callable[[], Any]) -> None:
        self._target = target
        self._done = threading.Event()

    def start(self) -> None:
        """Run the target; returns at once."""
        try:
            _idle.pop().put(self)
        except IndexError:
            threading.Thread(target=_serve, args=[self], daemon=True, name="call").start()

    def join(self, timeout: float | None = None) -> None:
        """Wait until the target has ended, or for so many s."""
        self._done.wait(timeout)

    def is_alive(self) -> bool:
        """Return whether the target has not ended yet."""
        return not self._done.is_set()

    def run(self) -> None:
        """Run the target, here; what it raises ends this thread, as it ends any."""
        try:
            self._target()
        finally:
            self._done.set()


# Where those that are idle wait for a target.
_idle: list[queue.SimpleQueue[ReusedThread]] = []


def _serve(first: ReusedThread) -> None:
    """Run one target after another, as long as they come."""
    inbox: queue.SimpleQueue[ReusedThread] = queue.SimpleQueue()
    inbox.put(first)
    del first
    while True:
        try:
            inbox.get(timeout=_IDLE_S).run()
        except queue.Empty:
            try:
                _idle.remove(inbox)
            except ValueError:
                continue  # Somebody has just taken it, and is about to put a target in.
            return
        _idle.append(inbox)


class _Threading:
    """The module `threading` as MiniStack uses it, but for threads that end with a call."""

    def __getattr__(self, name: str) -> Any:
        return getattr(threading, name)

    @staticmethod
    def Thread(target: Callable[[], Any], **options: Any) -> Any:  # noqa: N802
        if getattr(target, "__name__", "") in _SHORT:
            return ReusedThread(target)
        return threading.Thread(target=target, **options)


def reuse(*modules: ModuleType) -> None:
    """Make modules of MiniStack use threads again."""
    for module in modules:
        module.threading = _Threading()  # type: ignore[attr-defined]
