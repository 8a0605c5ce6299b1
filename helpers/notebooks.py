"""Run the notebooks headless, in order, against a local cloud of their own; keep what they show."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from helpers.localcloud.process import daemon
from helpers.run_folders import run_folder
from helpers.settings import PROJECT_DIR, Settings

NOTEBOOKS = PROJECT_DIR / "notebooks"
# What decides what the notebooks show; a deployment's records do not.
_SOURCES = ("helpers/**/*.py", "helpers/**/*.json", "backend/**/*.py", "notebooks/*.ipynb",
            "notebooks/solutions/*.py",
            "backend/.chalice/*.json", "pyproject.toml")  # fmt: skip
_MADE_FROM = "made-from.json"
_CELL_TIMEOUT_S = 300

Progress = Callable[[str], None]


def notebooks() -> list[Path]:
    """List the notebooks in the order they are read."""
    return sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))


def fingerprint(*also: str) -> str:
    """Return a hash of all sources that the notebooks' outputs depend on, and of other patterns."""
    seen = hashlib.sha256()
    for pattern in (*_SOURCES, *also):
        for path in sorted(PROJECT_DIR.glob(pattern)):
            seen.update(f"{path.relative_to(PROJECT_DIR)}\n".encode() + path.read_bytes())
    return seen.hexdigest()


def is_current(book: Path) -> bool:
    """Return whether a folder has every notebook as these very sources show it."""
    made_from = book / _MADE_FROM
    if not made_from.is_file():
        return False
    return bool(json.loads(made_from.read_text(encoding="utf-8"))["sources"] == fingerprint())


@contextmanager
def own_cloud(work: Path, exports: Path) -> Iterator[dict[str, str]]:
    """Start a local cloud in a folder of its own; yields the variables that lead there.

    The learner's own local cloud, deployments and notebooks are not touched.
    """
    backend = work / "backend"
    ignored = shutil.ignore_patterns("deployed", "deployments", "__pycache__")
    shutil.copytree(Settings.read().backend, backend, ignore=ignored)
    cloud = daemon.start(work / "state", lag=Settings.read().lag)
    variables = {
        "WORKSHOP_TARGET": "local",
        "WORKSHOP_PORT": str(cloud.port),
        "WORKSHOP_STATE_DIR": str(work / "state"),
        "WORKSHOP_BACKEND": str(backend),
        "WORKSHOP_EXPORTS": str(exports),
    }
    try:
        yield variables
    finally:
        # Whoever works there may have stopped it, or started another in its place.
        if running := daemon.find(work / "state", cloud.port):
            daemon.stop(running)


def run_all(exports: Path, progress: Progress = print) -> dict[str, float]:
    """Run every notebook from a fresh kernel, in order, against a fresh local cloud.

    Args:
        exports: where the charts go, and in its folder `book` the notebooks with their outputs.
        progress: is told how long each notebook took.

    Returns:
        How long each notebook took, in s.

    Raises:
        CellExecutionError: a cell failed; the message has the cell and the traceback.
    """
    book, sources = exports / "book", fingerprint()
    book.mkdir(parents=True, exist_ok=True)
    (book / _MADE_FROM).unlink(missing_ok=True)
    took_s = {}
    with (
        run_folder() as work,
        own_cloud(work, exports) as variables,
    ):
        for path in notebooks():
            started = time.monotonic()
            run(path, variables, keep=book)
            took_s[path.name] = time.monotonic() - started
            progress(f"{took_s[path.name]:6.1f} s  {path.name}")
    (book / _MADE_FROM).write_text(json.dumps({"sources": sources}), encoding="utf-8")
    return took_s


def run(
    path: Path,
    variables: Mapping[str, str],
    *,
    regions: Sequence[str] | None = None,
    keep: Path | None = None,
    cell_s: int = _CELL_TIMEOUT_S,
) -> nbformat.NotebookNode:
    """Run one notebook from a fresh kernel and return it with its outputs.

    Args:
        path: of the notebook, which is not changed.
        variables: of the environment, beside those of this process.
        regions: instead of what the cell tagged `parameters` says, as papermill does.
        keep: a folder; the outputs are left there, also when a cell has failed.
        cell_s: how long a cell may take, in s.

    Raises:
        CellExecutionError: a cell failed; the message has the cell and the traceback.
        CellTimeoutError: a cell took longer than it may.
    """
    client = kernel_for(path)
    client.timeout = cell_s
    if regions is not None:
        (cell,) = (c for c in client.nb.cells if "parameters" in c.metadata.get("tags", []))
        cell.source = f"regions = {list(regions)!r}"
    try:
        client.execute(env={**os.environ, **variables})
    finally:
        if keep is not None:
            nbformat.write(client.nb, keep / path.name)  # type: ignore[no-untyped-call]
    return client.nb


def kernel_for(path: Path) -> NotebookClient:
    """Return what runs the cells of one notebook, in the folder that the notebook is in."""
    return NotebookClient(
        nbformat.read(path, as_version=4),  # type: ignore[no-untyped-call]
        timeout=_CELL_TIMEOUT_S, kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(path.parent)}},
    )  # fmt: skip
