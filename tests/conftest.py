"""One local cloud for the whole test run, on a port and in a folder of its own."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator

import pytest

from helpers.lifecycle import prepare
from helpers.localcloud.process import daemon
from helpers.settings import PROJECT_DIR, Settings
from helpers.targets import LocalTarget
from tests.chromium import browser, page
from tests.groups import group_of

HOME, AWAY = "us-west-2", "us-east-2"
# Fixtures of the tests of pages, and of the attacks by a page.
__all__ = ["AWAY", "HOME", "browser", "page"]


def pytest_itemcollected(item: pytest.Item) -> None:
    """Put each test into the one group that it belongs to."""
    item.add_marker(group_of(item))


@pytest.fixture(autouse=True)
def no_cloud_in_quick(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse a cloud to a test that counts as quick: it would be slow, and unmarked."""
    if request.node.get_closest_marker("quick"):

        def refuse(*_arguments: object, **_named: object) -> None:
            pytest.fail("This test starts a cloud: mark it with pytest.mark.cloud.")

        monkeypatch.setattr(daemon, "start", refuse)


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings that touch nothing of the learner's: own state, own copy of the backend."""
    work = tmp_path_factory.mktemp("cloud")
    backend = work / "backend"
    ignored = shutil.ignore_patterns("deployed", "deployments", "__pycache__")
    shutil.copytree(PROJECT_DIR / "backend", backend, ignore=ignored)
    return Settings(
        lag="fixed:300", timescale=0.01, state_dir=work / "state", exports=work / "exports",
        backend=backend,
    )  # fmt: skip


@pytest.fixture(scope="session")
def cloud(settings: Settings) -> Iterator[daemon.RunningCloud]:
    """A local cloud that runs for the whole session."""
    running = daemon.start(
        settings.state_dir, lag=settings.lag, seed=settings.seed, timescale=settings.timescale
    )
    yield running
    daemon.stop(running)


@pytest.fixture(scope="session")
def target(cloud: daemon.RunningCloud, settings: Settings) -> LocalTarget:
    """The local cloud as a target."""
    return LocalTarget(cloud, settings)


@pytest.fixture(scope="session")
def global_table(target: LocalTarget) -> LocalTarget:
    """The workshop's table with sample data and one replica; no API."""
    prepare(target, [HOME, AWAY], api=False, progress=lambda _line: None)
    return target


@pytest.fixture(scope="session")
def global_app(global_table: LocalTarget) -> LocalTarget:
    """The workshop's table in two Regions, and the API deployed in both."""
    prepare(global_table, [HOME, AWAY], progress=lambda _line: None)
    return global_table


@pytest.fixture
def viewer() -> str:
    """A viewer that no other test uses."""
    return f"viewer-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def calm(cloud: daemon.RunningCloud) -> Iterator[daemon.RunningCloud]:
    """The cloud, put back to its usual state after a test that disturbs it."""
    yield cloud
    for region in (HOME, AWAY):
        cloud.post(f"regions/{region}", {"state": "online"})
    for ends in ((HOME, AWAY), (AWAY, HOME)):
        cloud.post(f"links/{ends[0]}/{ends[1]}", {"state": "running"})
    cloud.post("lag", {"lag": "fixed:300"})
