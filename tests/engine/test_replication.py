"""The engine on a virtual clock: convergence, order, conflicts, pauses and bounds."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.localcloud.engine.image import Item
from helpers.localcloud.engine.lag import FixedLag, UniformLag
from helpers.localcloud.engine.link import LinkFullError
from helpers.localcloud.engine.replication import Engine

REGIONS = ["eu-west-1", "us-east-1", "us-west-2"]
A, B = "us-west-2", "us-east-1"


class World:
    """An engine with storage, and a clock that moves only when told."""

    def __init__(self, regions: list[str], engine: Engine) -> None:
        self.engine = engine
        self.now_ms = 1_000.0
        self.stored: dict[str, dict[str, Item | None]] = {region: {} for region in regions}
        for region in regions:
            engine.join("t", region, {})

    def write(self, region: str, key: str, item: Item | None) -> None:
        self.stored[region][key] = item
        self.engine.commit("t", region, key, item, self.now_ms)

    def wait(self, ms: float) -> None:
        self.now_ms += ms
        for arrival in self.engine.deliver(self.now_ms):
            if arrival.accepted:
                self.stored[arrival.region][arrival.image.key] = arrival.image.item


def world(lag=None, regions=(A, B), seed: int = 0, **settings) -> World:
    return World(list(regions), Engine(lag or FixedLag(100), random.Random(seed), **settings))


def test_a_write_is_elsewhere_after_its_lag_and_not_before() -> None:
    """A read in the other Region is stale until the lag is over, and fresh from then on."""
    w = world(FixedLag(100))
    w.write(A, "k", {"v": 1})
    w.wait(99)
    assert "k" not in w.stored[B]
    w.wait(1)
    assert w.stored[B]["k"] == {"v": 1}


def test_the_later_write_wins_everywhere_and_the_earlier_is_counted_as_lost() -> None:
    """Two writes that had not seen each other: one image stays, one lost update is counted."""
    w = world()
    w.write(A, "k", {"v": "early"})
    w.wait(10)
    w.write(B, "k", {"v": "late"})
    w.wait(500)
    assert w.stored[A]["k"] == w.stored[B]["k"] == {"v": "late"}
    assert w.engine.lost_updates["t"] == 1


def test_a_write_that_had_seen_the_other_is_no_conflict() -> None:
    """One after the other with the lag between them: nothing is lost."""
    w = world()
    w.write(A, "k", {"v": 1})
    w.wait(100)
    w.write(B, "k", {"v": 2})
    w.wait(100)
    assert w.stored[A]["k"] == {"v": 2}
    assert w.engine.lost_updates["t"] == 0
    assert w.engine.journal.counts["conflict"] == 0


def test_a_lost_update_is_counted_once_however_many_replicas_see_it() -> None:
    """With three Regions, two images meet in all of them; the count is of writes, not meetings."""
    w = world(regions=REGIONS)
    w.write(A, "k", {"v": 1})
    w.write(B, "k", {"v": 2})
    w.wait(500)
    assert w.engine.lost_updates["t"] == 1
    assert w.engine.journal.counts["conflict"] == 3


def test_a_delayed_put_does_not_resurrect_what_was_deleted_later() -> None:
    """A delete leaves a tombstone with its stamp."""
    w = world()
    w.engine.link_lags[A, B] = FixedLag(1000)
    w.write(A, "k", {"v": 1})
    w.wait(10)
    w.write(B, "k", None)
    w.wait(2000)
    assert w.stored[A]["k"] is None
    assert w.stored[B]["k"] is None


def test_images_of_one_item_do_not_overtake_each_other() -> None:
    """Order holds for each item, though each image draws its own lag."""
    for seed in range(20):
        w = world(UniformLag(0, 1000), seed=seed)
        seen = []
        for value in range(10):
            w.write(A, "k", {"v": value})
            w.wait(50)
            seen.append((w.stored[B].get("k") or {"v": -1})["v"])
        w.wait(1000)
        assert seen == sorted(seen), f"seed {seed}"
        assert w.stored[B]["k"] == {"v": 9}


def test_a_paused_link_keeps_what_it_carries_and_the_other_direction_runs() -> None:
    """A pause is one-way; what waited arrives when the link runs again."""
    w = world()
    w.engine.faults.paused.add((A, B))
    w.write(A, "k", {"v": 1})
    w.write(B, "other", {"v": 2})
    w.wait(10_000)
    assert "k" not in w.stored[B]
    assert w.stored[A]["other"] == {"v": 2}
    assert w.engine.next_due_ms() is None
    w.engine.faults.paused.clear()
    w.wait(0)
    assert w.stored[B]["k"] == {"v": 1}


def test_an_outage_holds_both_directions_and_loses_nothing() -> None:
    """While a Region is dark nothing enters or leaves; afterwards all of it arrives."""
    w = world()
    w.write(A, "from-a", {"v": 1})
    w.write(B, "from-b", {"v": 2})
    w.engine.faults.offline.add(B)
    w.wait(5_000)
    assert "from-a" not in w.stored[B]
    assert "from-b" not in w.stored[A]
    w.engine.faults.offline.clear()
    w.wait(0)
    assert w.stored[A] == w.stored[B] == {"from-a": {"v": 1}, "from-b": {"v": 2}}


def test_a_full_link_refuses_the_write_and_changes_nothing() -> None:
    """There is a bound, and reaching it is an answer, never a silent loss."""
    w = world(link_capacity=3)
    w.engine.faults.paused.add((A, B))
    for value in range(3):
        w.write(A, f"k{value}", {"v": value})
    before = dict(w.engine.versions("t", A))
    with pytest.raises(LinkFullError, match="refused"):
        w.engine.commit("t", A, "k9", {"v": 9}, w.now_ms)
    assert w.engine.versions("t", A) == before
    w.engine.faults.paused.clear()
    w.wait(1_000)
    assert set(w.stored[B]) == {"k0", "k1", "k2"}


def test_a_clock_set_back_does_not_make_a_write_lose_to_itself() -> None:
    """A local write is later than what it overwrites, whatever the wall clock says."""
    w = world()
    w.engine.faults.skew_ms[A] = 5_000
    w.write(A, "k", {"v": "ahead"})
    w.wait(200)
    w.engine.faults.skew_ms[A] = -5_000
    w.write(A, "k", {"v": "after A was set back"})
    w.wait(200)
    w.write(B, "k", {"v": "from B, which saw it"})
    w.wait(200)
    assert w.stored[A]["k"] == w.stored[B]["k"] == {"v": "from B, which saw it"}


steps = st.lists(
    st.tuples(
        st.sampled_from(REGIONS),
        st.sampled_from(["x", "y"]),
        st.one_of(st.none(), st.integers(0, 99)),
        st.sampled_from([0, 0, 1, 40, 400]),
        st.sampled_from(["", "", "pause", "outage", "heal", "skew", "duplicate"]),
    ),
    max_size=40,
)


@settings(max_examples=300, deadline=None)
@given(steps, st.integers(0, 2**32))
def test_replicas_that_have_caught_up_are_identical(history: list[tuple], seed: int) -> None:
    """Whatever is written, wherever, through whatever faults: healed and quiet, all agree."""
    w = world(UniformLag(0, 300), regions=REGIONS, seed=seed)
    w.engine.faults.clock_step_ms = 16
    for region, key, value, wait_ms, fault in history:
        match fault:
            case "pause":
                w.engine.faults.paused.add((region, REGIONS[REGIONS.index(region) - 1]))
            case "outage":
                w.engine.faults.offline.add(region)
            case "heal":
                w.engine.faults.paused.clear()
                w.engine.faults.offline.clear()
            case "skew":
                w.engine.faults.skew_ms[region] = 5_000 - 10_000 * (seed % 2)
            case "duplicate":
                w.engine.faults.duplicate_probability = 0.5
        w.write(region, key, None if value is None else {"v": value})
        w.wait(wait_ms)
    w.engine.faults.paused.clear()
    w.engine.faults.offline.clear()
    w.wait(100_000)
    one, *others = w.stored.values()
    assert all(other == one for other in others)
    versions = [w.engine.versions("t", region) for region in REGIONS]
    assert all(version == versions[0] for version in versions)


def test_the_journal_agrees_with_what_happened() -> None:
    """Each write ships once to each other replica, and each shipment is applied or discarded."""
    w = world(UniformLag(0, 300), regions=REGIONS, seed=5)
    for value in range(50):
        w.write(REGIONS[value % 3], f"k{value % 4}", {"v": value})
        w.wait(10)
    w.wait(1_000)
    counts = w.engine.journal.counts
    assert counts["write"] == 50
    assert counts["ship"] == 100
    assert counts["apply"] + counts["discard"] == 100
    sequences = [event["sequence"] for event in w.engine.journal.since(0, 10_000)]
    assert sequences == list(range(1, len(sequences) + 1))
