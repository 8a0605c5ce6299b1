"""Filling a new replica in slices, while writes go on everywhere."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.localcloud.engine.image import Item
from helpers.localcloud.engine.lag import UniformLag
from helpers.localcloud.engine.replication import Engine

MEMBERS = ("us-west-2", "us-east-1")
NEW = "eu-west-1"
KEYS = [f"k{n}" for n in range(12)]
STEP = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(MEMBERS), st.sampled_from(KEYS)),
    st.tuples(st.just("delete"), st.sampled_from(MEMBERS), st.sampled_from(KEYS)),
    st.tuples(st.just("wait"), st.integers(1, 400), st.none()),
    st.tuples(st.just("take"), st.integers(1, 4), st.none()),
)


class World:
    """Two replicas with items, images under way between them, and a third that is being filled."""

    def __init__(self, seed: int) -> None:
        self.engine = Engine(UniformLag(50, 300), random.Random(seed))
        self.now_ms, self.writes = 1_000.0, 0
        self.stored: dict[str, dict[str, Item | None]] = {r: {} for r in (*MEMBERS, NEW)}
        for region in MEMBERS:
            self.engine.join("t", region, {})

    def write(self, region: str, key: str, *, delete: bool = False) -> None:
        self.writes += 1
        item = None if delete else {"v": self.writes}
        self.stored[region][key] = item
        self.engine.commit("t", region, key, item, self.now_ms)

    def wait(self, ms: float) -> None:
        self.now_ms += ms
        for arrival in self.engine.deliver(self.now_ms):
            if arrival.accepted:
                self.stored[arrival.region][arrival.image.key] = arrival.image.item

    def take(self, filling, count: int) -> None:
        for key, region, _version in filling.take(count):
            self.stored[NEW][key] = self.stored[region][key]


@given(st.lists(STEP, max_size=60), st.lists(STEP, max_size=60), st.integers(0, 99))
@settings(max_examples=300, deadline=None)
def test_no_write_is_lost_however_the_slices_fall(before, during, seed: int) -> None:
    """Whatever is written while a replica is filled is in it once all has arrived."""
    w = World(seed)
    for what, first, second in before:
        if what == "wait":
            w.wait(first)
        elif what != "take":
            w.write(first, second, delete=what == "delete")
    filling = w.engine.fill("t", NEW)
    for what, first, second in during:
        if what == "wait":
            w.wait(first)
        elif what == "take":
            w.take(filling, first)
        else:
            w.write(first, second, delete=what == "delete")
    while not filling.done:
        w.take(filling, 3)
    w.engine.filled("t", NEW)
    w.write(MEMBERS[0], KEYS[0])
    w.wait(100_000)
    for region in (*MEMBERS, NEW):
        held = {key: item for key, item in w.stored[region].items() if item is not None}
        assert held == {k: i for k, i in w.stored[MEMBERS[0]].items() if i is not None}
        assert w.engine.versions("t", region) == w.engine.versions("t", MEMBERS[0])


def test_each_item_is_taken_once_and_again_only_if_it_was_written() -> None:
    """The time to fill a replica grows as the items do, and no faster."""
    w = World(0)
    for key in KEYS:
        w.write(MEMBERS[0], key)
    w.wait(1_000)
    filling = w.engine.fill("t", NEW)
    taken = [key for _ in range(2 * len(KEYS)) for key, *_ in filling.take(1)]
    assert sorted(taken) == sorted(KEYS)
    w.write(MEMBERS[1], KEYS[3])
    w.write(MEMBERS[1], KEYS[3])
    assert not filling.done
    assert [key for key, *_ in filling.take(10)] == [KEYS[3]]
    filling.take(1)
    assert filling.done


def test_a_replica_joins_only_when_it_has_everything() -> None:
    """One that has not taken all there is would never get the rest."""
    w = World(0)
    w.write(MEMBERS[0], "k")
    w.engine.fill("t", NEW)
    with pytest.raises(RuntimeError, match="not taken all"):
        w.engine.filled("t", NEW)


def test_an_item_that_was_written_while_its_table_is_adopted_keeps_its_version() -> None:
    """A table becomes the first replica in slices, too; a delete in between stays one."""
    engine = Engine(UniformLag(1, 2), random.Random(0))
    home = MEMBERS[0]
    engine.adopt("t", home, (), 1_000)
    engine.adopt("t", home, KEYS[:6], 1_001)
    later = engine.commit("t", home, KEYS[9], None, 1_002).image.version
    engine.adopt("t", home, KEYS[6:], 1_003)
    held = engine.versions("t", home)
    assert set(held) == set(KEYS)
    assert held[KEYS[9]] == later
    assert held[KEYS[0]].stamp < later.stamp < held[KEYS[11]].stamp
