"""A folder for one piece of work, which goes with it, also where the process is killed.

Whoever makes the next one deletes those whose processes have ended: a folder of its own in the
folder for temporary files would be found by nobody.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from helpers.localcloud.process.passing import claim, sweep

_PREFIX = "workshop-run-"


@contextmanager
def run_folder() -> Iterator[Path]:
    """Provide an empty folder that its owner alone can enter; deletes those that nobody uses."""
    parent = Path(tempfile.gettempdir())
    sweep(parent, f"{_PREFIX}*")
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
    lock = claim(folder)
    # Beside the lock: who lists or copies the work does not meet it.
    work = folder / "work"
    work.mkdir()
    try:
        yield work
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            os.close(lock)
