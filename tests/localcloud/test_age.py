"""A table that a replica was copied from stays for 24 hours, which a learner need not wait for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.localcloud.process import daemon
from helpers.settings import Settings
from helpers.targets import LocalTarget
from tests.conftest import AWAY, HOME
from tests.localcloud.test_control_plane import Table, refusal, wait

pytestmark = pytest.mark.cloud


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalTarget]:
    """A cloud that may get older without another test's noticing."""
    state: Path = tmp_path_factory.mktemp("age")
    cloud = daemon.start(state, lag="fixed:50", timescale=0.01, keep=True)
    target = LocalTarget(cloud, Settings(state_dir=state))
    yield target
    daemon.stop(daemon.find(state) or cloud)


def test_after_24_hours_a_source_goes_like_any_other(own: LocalTarget) -> None:
    """Not an hour before, also over a restart; the replica is then an ordinary table, and whole."""
    table = Table(own, "aged")
    table.create()
    table.put(HOME, "kept")
    table.add(AWAY)
    delete = lambda: table.client().delete_table(TableName=table.name)  # noqa: E731
    own.cloud.post("age", {"hours": 23})
    assert "last 24 hours" in refusal(delete)[1]
    daemon.stop(own.cloud)
    own = LocalTarget(
        daemon.start(own.settings.state_dir, lag="fixed:50", timescale=0.01, keep=True),
        own.settings,
    )
    table.target = own
    assert "last 24 hours" in refusal(delete)[1]
    own.cloud.post("age", {"hours": 2})
    delete()
    wait(lambda: "Replicas" not in table.describe(AWAY))
    assert table.ids(AWAY) == {"kept"}
    assert table.describe() == {}


@pytest.mark.parametrize("wrong", [{}, {"hours": 0}, {"hours": "25"}, {"hours": 1e9}, {"h": 1}])
def test_what_is_no_age_is_refused(own: LocalTarget, wrong: dict) -> None:
    """With what may be sent; nothing gets older."""
    cloud = daemon.find(own.settings.state_dir)
    assert cloud is not None
    with pytest.raises(daemon.CloudError, match="hours"):
        cloud.post("age", wrong)
