"""Run the notebooks headless, in order, against a local cloud of their own."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from helpers.localcloud.process import daemon
from helpers.settings import PROJECT_DIR, Settings

NOTEBOOKS = PROJECT_DIR / "notebooks"
_CELL_TIMEOUT_S = 300

Progress = Callable[[str], None]


def notebooks() -> list[Path]:
    """List the notebooks in the order they are read."""
    return sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))


def run_all(
    exports: Path, *, environment: dict[str, str], progress: Progress = print
) -> dict[str, float]:
    """Run every notebook from a fresh kernel, against a fresh local cloud.

    The learner's own local cloud, deployments and notebooks are not touched.

    Args:
        exports: where the charts go.
        environment: of this process; the kernels inherit it. It is changed.

    Returns:
        How long each notebook took, in s.

    Raises:
        CellExecutionError: a cell failed; the message has the cell and the traceback.
    """
    with tempfile.TemporaryDirectory(prefix="workshop-", ignore_cleanup_errors=True) as temporary:
        work = Path(temporary)
        backend = work / "backend"
        ignored = shutil.ignore_patterns("deployed", "deployments", "__pycache__")
        shutil.copytree(Settings.read().backend, backend, ignore=ignored)
        settings = Settings(state_dir=work / "state", exports=exports, backend=backend)
        cloud = daemon.start(settings.state_dir, lag=Settings.read().lag)
        environment.update(
            WORKSHOP_TARGET="local",
            WORKSHOP_PORT=str(cloud.port),
            WORKSHOP_STATE_DIR=str(settings.state_dir),
            WORKSHOP_BACKEND=str(backend),
            WORKSHOP_EXPORTS=str(exports),
        )
        try:
            return {path.name: run(path, progress) for path in notebooks()}
        finally:
            daemon.stop(cloud)


def run(path: Path, progress: Progress = print) -> float:
    """Run one notebook from a fresh kernel and return how long it took, in s."""
    started = time.monotonic()
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    client = NotebookClient(
        notebook, timeout=_CELL_TIMEOUT_S, kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(path.parent)}},
    )  # fmt: skip
    client.execute()
    took_s = time.monotonic() - started
    progress(f"{took_s:6.1f} s  {path.name}")
    return took_s
