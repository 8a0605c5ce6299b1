"""The log of a local cloud, bounded: whoever has one running for weeks keeps their disk."""

from __future__ import annotations

import os
import stat
import threading

MOST_BYTES = 5_000_000
_LOOK_EVERY_S = 5.0


def bound_log(descriptor: int = 1, *, every_s: float = _LOOK_EVERY_S) -> threading.Thread:
    """Begin again with an empty log whenever it is too long, for as long as the process runs.

    The file has to be open for appending; what is no file is left alone.
    """
    watch = threading.Thread(target=_watch, args=(descriptor, every_s), name="log", daemon=True)
    watch.start()
    return watch


def cut(descriptor: int) -> bool:
    """Empty the file if it is too long, and tell whether it was."""
    seen = os.fstat(descriptor)
    if not stat.S_ISREG(seen.st_mode) or seen.st_size <= MOST_BYTES:
        return False
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"The log starts again: it was {seen.st_size} bytes long.\n".encode())
    return True


def _watch(descriptor: int, every_s: float) -> None:
    pause = threading.Event()
    while not pause.wait(every_s):
        cut(descriptor)
