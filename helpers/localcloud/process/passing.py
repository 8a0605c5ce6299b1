"""Folders that pass: each has a lock, which its process holds for as long as it lives.

A process that is killed leaves its folder behind. Whoever is next finds the lock free, and sweeps.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path

_LOCK = ".lock"
# A folder without a lock may be one that is being made.
_FRESH_S = 60.0


def claim(folder: Path) -> int | None:
    """Take a folder's lock until this process ends, or what is returned is closed.

    Returns:
        The descriptor that holds it; None on Windows, which has no such lock.
    """
    if sys.platform == "win32":
        return None
    import fcntl  # noqa: PLC0415 - not on Windows, where folders of the killed stay

    draft = folder / f"{_LOCK}.{os.getpid()}"
    descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    # It is there when it is held, and not before.
    draft.replace(folder / _LOCK)
    return descriptor


def sweep(parent: Path, pattern: str) -> None:
    """Delete our folders whose processes have ended, with all that is in them."""
    for folder in parent.glob(pattern):
        if folder.is_dir() and not folder.is_symlink() and not _is_held(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_held(folder: Path) -> bool:
    if sys.platform == "win32":
        return True
    import fcntl  # noqa: PLC0415 - not on Windows

    try:
        if folder.stat().st_uid != os.geteuid():
            return True
        descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
    except FileNotFoundError:
        return folder.exists() and time.time() - folder.stat().st_mtime < _FRESH_S
    except OSError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False
