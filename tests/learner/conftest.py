"""The product from outside: the notebooks as they run, with nothing patched."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from helpers.notebooks import is_current, own_cloud
from helpers.settings import PROJECT_DIR, Settings
from tests.learner.on_aws import Learner, learner_on_aws

Book = dict[str, nbformat.NotebookNode]


@pytest.fixture(scope="session")
def book() -> Book:
    """Every notebook with its outputs: those that `make charts` left, if the sources are the same.

    So the notebooks run once, and their outputs serve every check on them.
    """
    exports = Settings.read().exports.resolve()
    folder = exports / "book"
    exports.mkdir(parents=True, exist_ok=True)
    # Of two workers one runs the notebooks, and the other waits for them.
    with (exports / ".book.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_current(folder):
            command = [sys.executable, "-m", "helpers", "charts", "--out", str(exports)]
            ran = subprocess.run(
                command, cwd=PROJECT_DIR, env=dict(os.environ), capture_output=True, text=True,
                check=False,
            )  # fmt: skip
            assert ran.returncode == 0, ran.stdout + ran.stderr
    return {
        path.stem: nbformat.read(path, as_version=4) for path in sorted(folder.glob("[0-9]*.ipynb"))
    }


@pytest.fixture
def learner(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Somebody with a local cloud of their own that is empty; yields their variables."""
    with own_cloud(tmp_path, tmp_path / "exports") as variables:
        yield variables


@pytest.fixture
def on_aws(tmp_path: Path) -> Iterator[Learner]:
    """Somebody with an account of AWS that is empty."""
    with learner_on_aws(tmp_path) as somebody:
        yield somebody
