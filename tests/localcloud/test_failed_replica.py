"""A replica that cannot be filled says so, and can be removed and made anew."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.localcloud.process import daemon
from helpers.settings import PROJECT_DIR, Settings
from helpers.targets import LocalTarget
from tests.conftest import AWAY, HOME
from tests.localcloud.test_control_plane import Table, refusal, wait

pytestmark = pytest.mark.cloud

# What Python runs at its start: the first copy of an item fails, as if memory had run out.
_FAULT = """
from helpers.localcloud.ministack import table_copy
put = table_copy.TableCopy.put
def fail(*_):
    table_copy.TableCopy.put = put
    raise MemoryError("planted")
table_copy.TableCopy.put = fail
"""


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    """A table with an item, on a cloud in which the first copy of an item fails."""
    (tmp_path / "sitecustomize.py").write_text(_FAULT)
    settings = Settings(state_dir=tmp_path / "state", timescale=0.01, keep=True)
    with monkeypatch.context() as planted:
        planted.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), str(PROJECT_DIR)]))
        made = Table(LocalTarget(start(settings), settings), "unlucky")
    made.create()
    made.put(HOME, "a")
    yield made
    daemon.stop(made.target.cloud)


def start(settings: Settings) -> daemon.RunningCloud:
    """Start a cloud that keeps its state, or start it again."""
    return daemon.start(settings.state_dir, lag="fixed:50", timescale=settings.timescale, keep=True)


def test_a_replica_that_fails_says_why_and_comes_at_the_second_attempt(table: Table) -> None:
    """CREATION_FAILED with a sentence, also after a restart; the table itself works on."""
    table.replicas("Create", AWAY)
    wait(lambda: table.listed().get(AWAY) == "CREATION_FAILED")
    assert table.describe()["TableStatus"] == "ACTIVE"
    table.put(HOME, "b")
    daemon.stop(table.target.cloud)
    table.target = LocalTarget(start(table.target.settings), table.target.settings)
    (failed,) = table.describe()["Replicas"]
    assert "MemoryError: planted. Remove it" in failed["ReplicaStatusDescription"]
    assert refusal(lambda: table.ids(AWAY))[0] == "ResourceNotFoundException"
    assert "already existed" in refusal(lambda: table.replicas("Create", AWAY))[1]
    table.replicas("Delete", AWAY)
    wait(lambda: not table.listed())
    table.settled()
    table.add(AWAY)
    assert table.ids(AWAY) == {"a", "b"}
    table.put(AWAY, "c")
    wait(lambda: table.ids(HOME) == {"a", "b", "c"})
