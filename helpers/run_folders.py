"""A folder for one piece of work, which goes with it, also where the process is killed.

It holds a lock for as long as it lives. Whoever makes the next one deletes those whose lock is
free: a folder of its own in the folder for temporary files would be found by nobody.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX = "workshop-run-"
_LOCK = ".lock"


@contextmanager
def run_folder() -> Iterator[Path]:
    """Provide an empty folder that its owner alone can enter; deletes those that nobody uses."""
    parent = Path(tempfile.gettempdir())
    for left in parent.glob(f"{_PREFIX}*"):
        _sweep(left)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
    descriptor = _hold(folder)
    # Beside the lock: who lists or copies the work does not meet it.
    work = folder / "work"
    work.mkdir()
    try:
        yield work
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if descriptor is not None:
            os.close(descriptor)


def _hold(folder: Path) -> int | None:
    """Take a folder's lock; None on Windows, which has no such lock, and where nothing is swept."""
    if sys.platform == "win32":
        return None
    import fcntl  # noqa: PLC0415 - not on Windows

    draft = folder / f"{_LOCK}.draft"
    descriptor = os.open(draft, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    # It is there when it is held, and not before.
    draft.rename(folder / _LOCK)
    return descriptor


def _sweep(folder: Path) -> None:
    """Delete a folder of ours that no process holds; what is no such folder is left alone."""
    if sys.platform == "win32":
        return
    import fcntl  # noqa: PLC0415 - not on Windows

    with suppress(OSError):
        if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
            return
        # One that has no lock yet is being made at this moment.
        descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(descriptor)
