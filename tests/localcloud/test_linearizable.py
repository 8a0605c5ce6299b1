"""Histories recorded on the local cloud, under faults: strong ones are linearizable, others not."""

from __future__ import annotations

import random
import threading
import uuid
from collections import Counter
from collections.abc import Iterator

import pytest

from helpers.experiments import run_history
from helpers.histories import Operation, check_by_search, check_register
from helpers.targets import LocalTarget
from tests.conftest import AWAY, HOME
from tests.localcloud.test_control_plane import Table

EAST, OHIO, WEST = MEMBERS = ("us-east-1", "us-east-2", "us-west-2")
KEYS = {
    "KeySchema": [
        {"AttributeName": "PK", "KeyType": "HASH"},
        {"AttributeName": "SK", "KeyType": "RANGE"},
    ],
    "AttributeDefinitions": [
        {"AttributeName": "PK", "AttributeType": "S"},
        {"AttributeName": "SK", "AttributeType": "S"},
    ],
}


@pytest.fixture(scope="module")
def strong(target: LocalTarget) -> Table:
    """A strongly consistent table with the workshop's keys."""
    table = Table(target, f"t-{uuid.uuid4().hex[:8]}")
    table.create(WEST, **KEYS)
    table.add(EAST, OHIO, at=WEST, MultiRegionConsistency="STRONG")
    return table


@pytest.fixture
def faults(target: LocalTarget) -> Iterator[threading.Thread]:
    """Something that goes wrong every few tenths of a second, and all well again afterwards."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    rng, stop = random.Random(seed), threading.Event()

    def disturb() -> None:
        while not stop.wait(rng.uniform(0.05, 0.3)):
            region = rng.choice(MEMBERS)
            other = rng.choice([r for r in MEMBERS if r != region])
            cloud = target.cloud
            if rng.random() < 0.4:
                state = rng.choice(["offline", "online", "online", "online"])
                cloud.post(f"regions/{region}", {"state": state})
            else:
                state = rng.choice(["paused", "running", "running"])
                cloud.post(f"links/{region}/{other}", {"state": state})

    thread = threading.Thread(target=disturb)
    thread.start()
    yield thread
    stop.set()
    thread.join()
    for region in MEMBERS:
        target.cloud.post(f"regions/{region}", {"state": "online"})
        for other in MEMBERS:
            if other != region:
                target.cloud.post(f"links/{region}/{other}", {"state": "running"})


def outcomes(history: list[Operation]) -> Counter[str]:
    return Counter(operation.outcome for operation in history)


def test_strong_reads_and_writes_under_faults_are_linearizable(
    strong: Table, faults: threading.Thread
) -> None:
    """Regions go and links are cut; what was answered agrees with one register an item."""
    history = run_history(
        strong.target, MEMBERS, duration_s=5, items=2, clients=3, table=strong.name
    )
    said = outcomes(history)
    print(said)
    assert faults.is_alive()
    assert said["ok"] > 50
    assert said["failed"] + said["unknown"] > 5
    verdict = check_register(history)
    assert verdict.linearizable, verdict.reason


def test_conditional_writes_under_faults_are_linearizable(
    strong: Table, faults: threading.Thread
) -> None:
    """With conditions the search decides; a refused condition counts as an observation."""
    history = run_history(
        strong.target, MEMBERS, duration_s=3, items=6, clients=1, table=strong.name,
        conditional=True,
    )  # fmt: skip
    assert faults.is_alive()
    assert outcomes(history)["refused"] > 0
    verdict = check_by_search(history)
    assert verdict.linearizable, verdict.reason


def test_eventual_consistency_is_rejected_by_the_same_checker(
    global_table: LocalTarget,
) -> None:
    """The control: the same clients on a table with asynchronous replication do see stale reads."""
    history = run_history(global_table, [HOME, AWAY], duration_s=1.5, items=1, clients=1)
    verdict = check_register(history)
    assert not verdict.linearizable
    assert HOME in verdict.reason
    assert AWAY in verdict.reason
