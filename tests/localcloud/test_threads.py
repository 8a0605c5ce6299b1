"""Threads of calls are used again, and as many run at once as there are calls."""

from __future__ import annotations

import threading
from typing import Any

from helpers.localcloud.ministack import threads


def _run_all(targets: list[Any]) -> list[threads.ReusedThread]:
    started = [threads.ReusedThread(target) for target in targets]
    for thread in started:
        thread.start()
    return started


def test_a_thread_that_is_idle_is_taken_before_one_is_started() -> None:
    """One call after another needs as many threads as run at once."""
    names: set[int] = set()
    for _ in range(50):
        (thread,) = _run_all([lambda: names.add(threading.get_ident())])
        thread.join(10)
        assert not thread.is_alive()
    # One may be taken for idle a moment after its target has ended.
    assert len(names) <= 3


def test_any_number_run_at_once() -> None:
    """Each of many waits for all others: with a bound they would wait for ever."""
    together = threading.Barrier(40)
    started = _run_all([together.wait] * 40)
    for thread in started:
        thread.join(10)
    assert not any(thread.is_alive() for thread in started)


def test_who_waits_for_a_call_waits_no_longer_than_it_says() -> None:
    """A call that takes long is alive until it ends."""
    end = threading.Event()
    (thread,) = _run_all([end.wait])
    thread.join(0.01)
    assert thread.is_alive()
    end.set()
    thread.join(10)
    assert not thread.is_alive()
