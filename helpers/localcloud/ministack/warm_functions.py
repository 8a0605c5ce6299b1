"""How many functions stay warm: the process of each holds some 50 MB, called or not.

MiniStack ends what a burst of calls has left behind after five minutes, but one process of each
function stays for good, and the first learner's is there when the thirtieth comes.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from helpers.localcloud.ministack.seams import check_seams

# What is called by turns should not begin anew each time, so there is no fixed number: idle
# workers may hold a quarter of the memory. Where nobody tells how much that is, it counts as 8 GB.
_WORKER_BYTES = 50_000_000
_SHARE = 4
_LEAST = 16
_UNTOLD_BYTES = 8_000_000_000
_SEAMS = {"release_worker": ["worker"], "kill_workers": ["workers"]}


def most_idle() -> int:
    """Return how many workers may stay on this machine while nobody calls them."""
    return max(_LEAST, _memory_bytes() // _SHARE // _WORKER_BYTES)


def _memory_bytes() -> int:
    """Return the memory of this machine, or of the container that this is."""
    told = []
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        told.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    # There may be none, or it says "max".
    with suppress(OSError, ValueError):
        told.append(int(Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii")))
    return min(told, default=_UNTOLD_BYTES)


def bound(lambda_runtime: Any, lambda_svc: Any, most: int) -> None:
    """Make the workers that have been idle longest end wherever there are more than so many."""
    check_seams(lambda_runtime, _SEAMS)
    check_seams(lambda_svc, {"release_worker": _SEAMS["release_worker"]})
    release = lambda_svc.release_worker

    def released(worker: Any) -> None:
        if worker is not None:
            worker.last_used = time.time()  # MiniStack has when it was called.
        release(worker)
        lambda_runtime.kill_workers(_take_surplus(lambda_runtime, most))

    lambda_svc.release_worker = released


def _take_surplus(lambda_runtime: Any, most: int) -> list[Any]:
    """Take out of the pools what is idle beyond the bound, so that nobody is handed it."""
    with lambda_runtime._lock:  # noqa: SLF001 - what this room is for
        pools = lambda_runtime._workers  # noqa: SLF001
        idle = [
            (worker.last_used, key, worker)
            for key, pool in pools.items()
            for worker in pool
            if not worker.in_use and worker._proc is not None  # noqa: SLF001
        ]
        idle.sort(key=lambda found: found[:2])
        surplus = idle[: max(0, len(idle) - most)]
        for _, key, worker in surplus:
            pools[key].remove(worker)
        return [worker for *_, worker in surplus]
