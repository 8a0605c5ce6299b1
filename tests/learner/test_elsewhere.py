"""The same notebooks on another machine, in another place, in another order, after a mishap."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient.exceptions import DeadKernelError

from helpers.localcloud.process import daemon
from helpers.notebooks import kernel_for, notebooks, run
from tests.learner.outputs import faults

Variables = dict[str, str]
ALL = notebooks()
NAMED = {path.name[:2]: path for path in ALL}
long = pytest.mark.learner


def workshop(variables: Variables, *arguments: str) -> str:
    """Run a command of the workshop in this learner's terminal; return what it printed."""
    command = [sys.executable, "-m", "helpers", *arguments]
    done = subprocess.run(
        command, env={**os.environ, **variables}, capture_output=True, text=True, check=False,
        timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def read(path: Path, notebook: nbformat.NotebookNode) -> None:
    """Fail with all that a learner should not have seen in a notebook that has run."""
    found = faults(notebook)
    assert not found, f"{path.name}\n\n" + "\n\n".join(found)


@pytest.fixture
def busy() -> Iterator[None]:
    """Something else keeps every core busy."""
    command = [sys.executable, "-c", "while True: pass"]
    others = [subprocess.Popen(command) for _ in range(os.cpu_count() or 2)]
    yield
    for other in others:
        other.kill()
        other.wait()


PLACES = [
    pytest.param(place, number, marks=() if (place, number) == ("berlin", "04") else long)
    for place in ("berlin", "sydney")
    for number in NAMED
]


@pytest.mark.parametrize(("place", "number"), PLACES)
def test_far_from_every_region(learner: Variables, place: str, number: str) -> None:
    """As if the learner sat in Berlin, or in Sydney: slower, and all else as it should be."""
    workshop(learner, "place", place)
    read(NAMED[number], run(NAMED[number], learner))


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize(
    "number", [pytest.param(number, marks=() if number == "06" else long) for number in NAMED]
)
def test_on_a_busy_machine(learner: Variables, number: str) -> None:
    """With every core busy a measurement is coarser, and no checkpoint is missed."""
    read(NAMED[number], run(NAMED[number], learner))


@long
@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_alone_and_twice_in_one_kernel(learner: Variables, path: Path) -> None:
    """On an empty cloud, and from the top once more, as "Run all" does."""
    client = kernel_for(path)
    with client.setup_kernel(env={**os.environ, **learner}):
        for _ in range(2):
            for index, cell in enumerate(client.nb.cells):
                client.execute_cell(cell, index)
            read(path, client.nb)


@long
def test_in_reverse_order(learner: Variables) -> None:
    """Whoever begins at the end finds what is missing made."""
    for path in reversed(ALL):
        read(path, run(path, learner))


@long
@pytest.mark.parametrize("path", ALL[1:], ids=lambda path: path.stem)
def test_after_the_cloud_was_stopped_and_started(learner: Variables, path: Path) -> None:
    """`workshop down` and `up` empty the cloud; records in the project lead nobody astray."""
    run(NAMED["03"], learner)
    workshop(learner, "down")
    workshop(learner, "up")
    read(path, run(path, learner))


@long
@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_in_regions_of_ones_own(learner: Variables, path: Path) -> None:
    """Regions given by the parameters cell, as papermill gives them."""
    regions = ["eu-central-1", "eu-west-1", "ap-southeast-1"]
    notebook = run(path, learner, regions=regions)
    read(path, notebook)
    status = json.loads(workshop(learner, "status", "--json"))
    homes = {name for name, table in tables_by_region(status) if table == "global-serverless"}
    assert homes <= set(regions)


def tables_by_region(status: dict) -> list[tuple[str, str]]:
    """List Region and name of each table that the status shows."""
    return [(table["region"], table["name"]) for table in status["tables"]]


@long
def test_after_a_kernel_was_killed_in_an_outage(learner: Variables) -> None:
    """Notebook 6 dies while its Region is dark; run again, it is as if nothing had been."""
    path = NAMED["06"]
    cloud = daemon.find(Path(learner["WORKSHOP_STATE_DIR"]), int(learner["WORKSHOP_PORT"]))
    assert cloud

    def dark() -> bool:
        regions = cloud.get("status")["regions"].values()
        return any(region["state"] == "offline" for region in regions)

    with pytest.raises(DeadKernelError):
        run_until(path, learner, dark)
    assert dark()
    # The cloud ends the lease of a process that is gone; a person takes longer to start a kernel.
    deadline = time.monotonic() + 120
    while dark():
        assert time.monotonic() < deadline
        time.sleep(0.5)
    read(path, run(path, learner))
    assert not dark()


def run_until(path: Path, variables: Variables, moment: Callable[[], bool]) -> None:
    """Run a notebook and kill its kernel, as the machine's memory running out does, at a moment."""
    client = kernel_for(path)
    over = threading.Event()

    def kill() -> None:
        while not over.is_set():
            if moment():
                os.kill(client.km.provisioner.pid, signal.SIGKILL)
                return
            time.sleep(0.05)

    with client.setup_kernel(env={**os.environ, **variables}):
        killer = threading.Thread(target=kill)
        killer.start()
        try:
            for index, cell in enumerate(client.nb.cells):
                client.execute_cell(cell, index)
        finally:
            over.set()
            killer.join()
