"""Work in threads, and one publisher that shows what came of it at most five times a second.

Handlers run in threads so that the notebook stays usable; what they want to show goes through one
publisher, because a widget that is updated from many threads, or hundreds of times a second, floods
the browser.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

_INTERVAL_S = 0.2


class Publisher:
    """Runs work in threads of one executor and sets widget traits for it.

    `close` ends its threads; without work or updates it has none of its own awake.
    """

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(max_workers=4, thread_name_prefix="panel")
        self._pending: dict[tuple[int, str], tuple[Any, str, Any]] = {}
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._closed = False

    def submit(self, work: Callable[[], object]) -> Future[object]:
        """Run work in a thread."""
        return self._executor.submit(work)

    def show(self, widget: Any, trait: str, value: Any) -> None:
        """Set a trait of a widget soon; of several values for it the last one counts."""
        with self._lock:
            if self._closed:
                return
            self._pending[id(widget), trait] = (widget, trait, value)
            if self._timer is None:
                self._timer = threading.Timer(_INTERVAL_S, self.flush)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> None:
        """Set everything that is pending now."""
        with self._lock:
            pending, self._pending = self._pending, {}
            if self._timer is not None:
                self._timer.cancel()
            self._timer = None
        for widget, trait, value in pending.values():
            setattr(widget, trait, value)

    def close(self) -> None:
        """Show what is pending, wait for work under way, and end the threads."""
        self._executor.shutdown(wait=True, cancel_futures=True)
        self.flush()
        with self._lock:
            self._closed = True
