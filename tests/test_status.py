"""What is not as usual is named, with what undoes it."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.lifecycle import prepare
from helpers.localcloud.process.daemon import RunningCloud
from helpers.status import describe_status, unusual
from helpers.targets import LocalTarget, connect
from tests.conftest import AWAY, HOME

CHANGES: dict[str, tuple[str, dict[str, Any], dict[str, Any], str]] = {
    "a dark Region": (
        f"regions/{HOME}", {"state": "offline"}, {"state": "online"},
        f"`workshop outage {HOME} off`",
    ),
    "a paused link": (
        f"links/{HOME}/{AWAY}", {"state": "paused"}, {"state": "running"},
        f"`workshop pause {HOME} {AWAY} off`",
    ),
    "a place": ("place", {"place": "berlin"}, {"place": ""}, "`workshop place off`"),
    "a clock": (
        f"clocks/{AWAY}", {"ahead_ms": 2000}, {"ahead_ms": 0}, f"`workshop clock {AWAY} 0`",
    ),
    "reads": ("reads", {"reads": "lagging:0.33,5"}, {"reads": "latest"}, "`workshop reads latest`"),
    "the lag": ("lag", {"lag": "fixed:9"}, {"lag": "fixed:300"}, "`workshop lag fixed:300`"),
    "the lag of a link": (
        f"links/{HOME}/{AWAY}", {"lag": "fixed:9"}, {"lag": "fixed:300"}, "`workshop lag fixed:300`",
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_is_named_until_it_is_undone(
    global_table: LocalTarget, calm: RunningCloud, change: tuple[str, Any, Any, str]
) -> None:
    """Each change is one sentence with one command; without changes nothing is said."""
    route, done, undone, command = change
    assert global_table.unusual() == []
    calm.post(route, done)
    said = global_table.unusual()
    assert [command in sentence for sentence in said] == [True]
    assert f"! {said[0]}" in describe_status(calm.get("status"), "fixed:300")
    calm.post(route, undone)
    assert global_table.unusual() == []


def test_what_ends_by_itself_says_when() -> None:
    """An outage with an end is not called for good."""
    dark = {"regions": {HOME: {"state": "offline", "ends_in_s": 41.6}}, "links": [], "place": ""}
    usual = {"reads": "latest", "lag": "aws", "started_lag": "aws"}
    said = unusual({**dark, **usual}, "aws")
    assert len(said) == 1
    assert "for 42 s more at most" in said[0]


@pytest.mark.parametrize(
    ("lag", "started", "asked", "said"),
    [
        ("fixed:400", "fixed:400", "aws", ""),
        ("fixed:9", "fixed:400", "aws", "`workshop lag fixed:400`"),
        ("aws", "aws", "fixed:50", "`workshop lag fixed:50`"),
    ],
)
def test_the_lag_that_a_cloud_was_started_with_is_as_usual(
    lag: str, started: str, asked: str, said: str
) -> None:
    """What was changed since is named, and so is a model that somebody asks for elsewhere."""
    calm = {"regions": {}, "links": [], "place": "", "reads": "latest"}
    sentences = unusual({**calm, "lag": lag, "started_lag": started}, asked)
    assert [said in sentence for sentence in sentences] == ([True] if said else [])


def test_connect_and_prepare_say_that_a_region_is_dark(
    global_table: LocalTarget, calm: RunningCloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """After a kernel died in an outage, the next notebook says so before it tries anything."""
    calm.post(f"regions/{HOME}", {"state": "offline"})
    settings = global_table.settings
    target = connect(port=calm.port, state_dir=settings.state_dir, lag=settings.lag)
    assert f"! {HOME} is offline: `workshop outage {HOME} off`" in capsys.readouterr().out
    with pytest.raises(RuntimeError, match=f"workshop outage {HOME} off"):
        prepare(target, [HOME, AWAY], api=False)
