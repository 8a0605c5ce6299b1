"""What an experiment changes ends with it, however it ends; what is made by hand stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from unittest.mock import ANY

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.localcloud.leases import Leases
from helpers.localcloud.process.daemon import CloudError, RunningCloud
from helpers.targets import LocalTarget, holding
from tests.conftest import AWAY, HOME
from tests.localcloud.test_restart import Kept

_PATIENCE_S = 60.0
DARK = f"regions/{AWAY}"
names = st.sampled_from(["outage a", "place", "lag"])
steps = st.lists(
    st.tuples(
        st.sampled_from(["hand", "take", "renew", "end", "wait"]), names, st.sampled_from("xyz"),
        st.integers(0, 9),
    ),
    max_size=40,
)  # fmt: skip


def wait(holds: Callable[[], bool]) -> None:
    """Wait until something holds; a process that starts on a busy machine takes its time."""
    deadline = time.monotonic() + _PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, "It did not come to hold."
        time.sleep(0.05)


@given(steps)
def test_without_leases_what_was_set_by_hand_is_what_is(script: list) -> None:
    """Whatever was taken, renewed and ended: when all leases are over, the hand's word stands."""
    leases, by_hand, now = Leases(), {}, 0.0
    for step, name, owner, value in script:
        now += 1
        match step:
            case "hand":
                leases.set_by_hand({name: value})
                by_hand[name] = value
                assert leases.value(name) == value
            case "take":
                leases.take(owner, {name: value}, now + value)
                assert leases.value(name) == value
            case "renew":
                leases.renew(owner, now + value)
            case "end":
                leases.end(owner)
            case _:
                now += value
                leases.expire(now)
                assert (leases.next_end_ms() or now + 1) > now
    again = Leases()
    again.restore(leases.kept(), now)
    leases.expire(now)
    assert again.kept() == leases.kept()
    leases.expire(now + 100)
    assert leases.held() == []
    for name in ("outage a", "place", "lag"):
        assert leases.value(name) == by_hand.get(name)


@pytest.fixture
def plain(cloud: RunningCloud) -> Iterator[RunningCloud]:
    """The cloud, with nothing changed after the test."""
    yield cloud
    cloud.post(DARK, {"state": "online"})
    cloud.post(f"links/{HOME}/{AWAY}", {"state": "running", "lag": "fixed:300"})
    cloud.post("place", {"place": ""})
    cloud.post("reads", {"reads": "latest"})
    cloud.post("lag", {"lag": "fixed:300"})


def test_every_change_can_be_a_lease_that_ends_by_itself(plain: RunningCloud) -> None:
    """While it lasts the status names it with its time; then the former value returns."""
    plain.post("place", {"place": "sydney"})
    before = plain.get("status")
    changes = {
        DARK: {"state": "offline", "how": "hang"},
        f"links/{HOME}/{AWAY}": {"state": "paused", "lag": "fixed:9"},
        "lag": {"lag": "fixed:1"}, "place": {"place": "berlin"}, "reads": {"reads": "lagging:1,9"},
        f"clocks/{HOME}": {"ahead_ms": 1500},
    }  # fmt: skip
    for number, (route, payload) in enumerate(changes.items()):
        plain.post(route, {**payload, "owner": f"test-{number}", "lease_s": 3})
    now = plain.get("status")
    assert now["regions"][AWAY]["state"] == "offline"
    assert 0 < now["regions"][AWAY]["ends_in_s"] <= 3
    (link,) = [x for x in now["links"] if (x["from"], x["to"]) == (HOME, AWAY)]
    assert (link["state"], link["lag"]) == ("paused", "fixed:9")
    assert (now["lag"], now["place"], now["reads"]) == ("fixed:1", "berlin", "lagging:1,9")
    assert len(now["leases"]) == 7
    assert now["regions"][HOME] == {"state": "online", "ahead_ms": 1500, "ends_in_s": ANY}
    assert all(0 < lease["ends_in_s"] <= 3 for lease in now["leases"])
    wait(lambda: plain.get("status")["leases"] == [])
    after = plain.get("status")
    for name in ("lag", "place", "reads"):
        assert after[name] == before[name]
    assert after["place"] == "sydney"
    assert "ahead_ms" not in after["regions"].get(HOME, {})
    assert after["regions"].get(AWAY, {"state": "online"})["state"] == "online"
    assert all(link["state"] == "running" for link in after["links"])


def test_a_renewed_lease_goes_on_and_one_ended_by_hand_is_not_renewed(plain: RunningCloud) -> None:
    """Renewing is not taking again: what a person has ended stays ended."""
    plain.post(DARK, {"state": "offline", "owner": "renewed", "lease_s": 3600})
    plain.post("leases/renewed", {"lease_s": 1800})
    assert 1000 < plain.get("status")["regions"][AWAY]["ends_in_s"] <= 1800
    plain.post(DARK, {"state": "online"})
    assert plain.get("status")["leases"] == []
    with pytest.raises(CloudError, match="has ended"):
        plain.post("leases/renewed", {"lease_s": 9})
    plain.post(DARK, {"state": "offline"})
    plain.post(DARK, {"state": "offline", "owner": "second", "lease_s": 3600})
    plain.post("leases/second", {"lease_s": 0})
    assert plain.get("status")["regions"][AWAY] == {"state": "offline", "how": "refuse"}


KILLED = """
import sys
from helpers.targets import connect, holding
holding.LEASE_S = 2.0
target = connect(port=int(sys.argv[1]), state_dir=sys.argv[2])
from helpers.experiments.outage import run_outage
run_outage(target, sys.argv[3], sys.argv[4], viewers=2, calm_s=1, dark_s=600, through_api=False)
"""


def test_a_kernel_killed_in_the_middle_of_an_outage_leaves_nothing_behind(
    plain: RunningCloud, global_table: LocalTarget
) -> None:
    """`kill -9` while the Region is dark, and held so for longer than one lease: it comes back."""
    command = [sys.executable, "-c", KILLED, str(plain.port)]
    command += [str(global_table.settings.state_dir), AWAY, HOME]
    kernel = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        dark = lambda: plain.get("status")["regions"][AWAY]["state"] == "offline"  # noqa: E731
        wait(lambda: dark() or kernel.poll() is not None)
        time.sleep(3)
        assert dark(), kernel.poll()
    finally:
        os.kill(kernel.pid, signal.SIGKILL)
        kernel.communicate()
    wait(lambda: not dark())
    assert plain.get("status")["leases"] == []
    assert global_table.client("dynamodb", AWAY).list_tables()["TableNames"]


def test_an_outage_of_a_target_is_held_and_given_back(
    plain: RunningCloud, target: LocalTarget
) -> None:
    """It is a lease; given back twice it is given back once; a loss on the way is said."""
    target.set_outage(AWAY, dark=True)
    assert 0 < plain.get("status")["regions"][AWAY]["ends_in_s"] <= holding.LEASE_S
    target.set_outage(AWAY, dark=False)
    target.set_outage(AWAY, dark=False)
    assert target.offline() == set()
    with target.seen_from("berlin"), target.reads_behind():
        target.set_pause(HOME, AWAY, paused=True)
        assert {x["setting"] for x in plain.get("status")["leases"]} == {
            f"pause {HOME} {AWAY}", "place", "reads",
        }  # fmt: skip
        target.set_pause(HOME, AWAY, paused=False)
    assert plain.get("status")["leases"] == []
    plain.post(DARK, {"state": "offline"})
    target.set_outage(AWAY, dark=True)
    target.set_outage(AWAY, dark=False)
    assert target.offline() == {AWAY}


@pytest.mark.parametrize(
    ("route", "payload"),
    [
        (f"links/{HOME}/{AWAY}", {"state": "paused", "lag": "soon"}),
        (f"links/{HOME}/{AWAY}", {"state": "paused", "kind": "x", "t_ms": 1}),
        (f"links/{HOME}/{AWAY}", {"state": "paused", "lease_s": 3}),
        (f"links/{HOME}/{AWAY}", {"state": "paused", "owner": "a b", "lease_s": 3}),
        (DARK, {"state": "offline", "lease_s": "3", "owner": "x"}),
        (DARK, {"state": "offline", "lease_s": -1, "owner": "x"}),
        (DARK, {"state": "offline", "lease_s": 1e9, "owner": "x"}),
        (DARK, {"state": "offline", "hw": "hang"}),
        (DARK, {"state": ["offline"]}),
        ("place", {"place": {"berlin": 1}}),
        ("lag", {"lag": "fixed:1", "links": 1}),
        ("reads", {"reads": None}),
        (f"clocks/{HOME}", {"ahead_ms": 60_001}),
        (f"clocks/{HOME}", {"ahead_ms": True}),
        (f"clocks/{HOME}", {"ahead_ms": float("nan")}),
        (f"clocks/{HOME}", {"ahead_ms": 1, "behind_ms": 1}),
        ("clocks/atlantis", {"ahead_ms": 1}),
        ("leases/x", {"state": "offline", "lease_s": 1}),
    ],
)
def test_a_refused_control_request_changes_nothing(
    plain: RunningCloud, route: str, payload: dict
) -> None:
    """Everything is checked before anything is changed, the unknown key too."""
    still = ("links", "regions", "lag", "place", "reads", "leases", "last_event")
    before = {name: plain.get("status")[name] for name in still}
    with pytest.raises(CloudError):
        plain.post(route, payload)
    after = plain.get("status")
    assert after["leases"] == before["leases"]
    for name in ("regions", "lag", "place", "reads"):
        assert after[name] == before[name]
    states = [link["state"] for link in after["links"]]
    assert states == [link["state"] for link in before["links"]]


@pytest.mark.cloud
def test_a_restart_keeps_what_is_by_hand_and_the_rest_of_a_lease(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """A lease that has ended meanwhile has ended; one that has not still ends."""
    kept = Kept(tmp_path_factory.mktemp("leases"))
    cloud = kept.target.cloud
    cloud.post(f"regions/{HOME}", {"state": "offline", "how": "hang"})
    cloud.post(DARK, {"state": "offline", "owner": "long", "lease_s": 3600})
    cloud.post("place", {"place": "berlin", "owner": "short", "lease_s": 0.2})
    kept.kill()
    time.sleep(0.3)
    kept.start()
    cloud = kept.target.cloud
    now = cloud.get("status")
    assert now["regions"][HOME] == {"state": "offline", "how": "hang"}
    assert now["regions"][AWAY]["ends_in_s"] <= 3600
    assert now["place"] == ""
    cloud.post("leases/long", {"lease_s": 0})
    assert cloud.get("status")["regions"].keys() == {HOME}
    kept.kill()
