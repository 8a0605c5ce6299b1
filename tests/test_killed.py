"""`kill -9` at each step of prepare, of `chalice deploy` and of teardown: run again, it completes.

A step is a request that changes something. How many there are is found by a run that is left alone.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from helpers import deploy, tables
from helpers.lifecycle import leftovers, teardown
from helpers.localcloud.process import daemon
from helpers.settings import PROJECT_DIR, Settings
from helpers.targets import LocalTarget
from tests.conftest import AWAY, HOME

pytestmark = pytest.mark.cloud
KILLING = Path(__file__).parent / "killing"
WORKSHOP = [sys.executable, "-m", "helpers"]
CHALICE = [sys.executable, "-c", "from chalice.cli import main; raise SystemExit(main())", "deploy"]


@dataclass
class Stage:
    """A cloud and a backend of one's own, and the commands that are killed there."""

    target: LocalTarget
    log: Path

    def run(self, command: Sequence[str], kill_after: int | str = "") -> list[str]:
        """Run a command, killed after so many requests or one; return the requests it made."""
        self.log.unlink(missing_ok=True)
        settings = self.target.settings
        environment = self.target.environment(HOME) | {
            "PYTHONPATH": f"{KILLING}{os.pathsep}{PROJECT_DIR}", "KILL_LOG": str(self.log),
            "KILL_AFTER": str(kill_after), "WORKSHOP_STATE_DIR": str(settings.state_dir),
            "WORKSHOP_BACKEND": str(settings.backend),
        }  # fmt: skip
        process = subprocess.Popen(
            command, cwd=settings.backend, env=environment, start_new_session=True, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        printed, _ = process.communicate(timeout=300)
        requests = self.log.read_text(encoding="utf-8").split() if self.log.exists() else []
        killed = kill_after != ""
        assert process.returncode == (-signal.SIGKILL if killed else 0), (requests, printed)
        return requests

    def standing(self) -> dict[str, object]:
        """Return what a prepared workshop has."""
        return {
            "apis": [deploy.url(self.target, region) is not None for region in (HOME, AWAY)],
            "items": len(tables.items(self.target, HOME)),
            "replicas": tables.replicas(self.target, HOME),
        }

    def clear(self) -> None:
        """Remove all."""
        teardown(self.target, progress=lambda _line: None)
        assert leftovers(self.target) == []


@pytest.fixture(scope="module")
def stage(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A cloud of its own, as what is killed must not be another test's."""
    work = tmp_path_factory.mktemp("killed")
    shutil.copytree(settings.backend, work / "backend", ignore=shutil.ignore_patterns("deploy*"))
    own = replace(settings, state_dir=work / "state", backend=work / "backend")
    cloud = daemon.start(own.state_dir, lag="fixed:50", timescale=0.01)
    yield Stage(LocalTarget(cloud, own), work / "requests")
    daemon.stop(cloud)


def steps_of(stage: Stage, command: Sequence[str]) -> range:
    """Find the steps at which a command can be killed: before its first request, after each."""
    requests = stage.run(command)
    print(f"{command[-1]}: {', '.join(requests)}")
    return range(len(requests) + 1)


def test_a_killed_run_completes_when_run_again(stage: Stage) -> None:
    """The table stands empty; an API does not answer yet; a function has lost its API."""
    prepare, teardown = [*WORKSHOP, "prepare", HOME], [*WORKSHOP, "teardown"]
    stage.run(prepare, kill_after="CreateTable")
    waiter = stage.target.client("dynamodb", HOME).get_waiter("table_exists")
    waiter.wait(
        TableName=tables.name(stage.target), WaiterConfig={"Delay": 0.1, "MaxAttempts": 100}
    )
    assert tables.is_empty(stage.target, HOME)
    stage.run(prepare, kill_after="ImportRestApi")
    assert deploy.url(stage.target, HOME) is None
    stage.run(prepare)
    assert stage.standing() == {"apis": [True, False], "items": 39, "replicas": {}}
    assert len(stage.target.client("apigateway", HOME).get_rest_apis()["items"]) == 1
    stage.run(teardown, kill_after="DeleteRestApi")
    assert any(thing.startswith("function") for thing in leftovers(stage.target))
    stage.run(teardown)
    assert leftovers(stage.target) == []


@pytest.mark.learner
def test_chalice_deploy_survives_a_kill_at_every_step(stage: Stage) -> None:
    """As typed in a terminal, without a stage."""
    steps = steps_of(stage, CHALICE)
    stage.clear()
    for step in steps:
        done = stage.run(CHALICE, kill_after=step)
        stage.run(CHALICE)
        assert deploy.url(stage.target, HOME), f"killed after {done}"
        stage.clear()


@pytest.mark.learner
def test_teardown_survives_a_kill_at_every_step(stage: Stage) -> None:
    """What was proved ours by something that is gone is still found."""
    prepare, teardown = [*WORKSHOP, "prepare", HOME, AWAY], [*WORKSHOP, "teardown"]
    stage.run(prepare)
    for step in steps_of(stage, teardown):
        stage.run(prepare)
        done = stage.run(teardown, kill_after=step)
        stage.run(teardown)
        assert leftovers(stage.target) == [], f"killed after {done}"


@pytest.mark.learner
def test_prepare_survives_a_kill_at_every_step(stage: Stage) -> None:
    """Table, items, replica, role, function and API of two Regions."""
    prepare = [*WORKSHOP, "prepare", HOME, AWAY]
    steps = steps_of(stage, prepare)
    whole = stage.standing()
    stage.clear()
    for step in steps:
        done = stage.run(prepare, kill_after=step)
        stage.run(prepare)
        assert stage.standing() == whole, f"killed after {done}"
        stage.clear()
