"""The deterministic simulation: random operations under faults, and proof that it can fail."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.localcloud.engine import replication
from helpers.localcloud.engine.link import ReplicationLink
from helpers.localcloud.engine.stamp import HybridClock, Stamp
from helpers.localcloud.simulation import DivergenceError, Simulation, simulate

KEPT = Path(__file__).with_name("seeds.txt")
OPERATIONS, SEEDS = 5_000, range(200)


@pytest.mark.parametrize(
    "seeds",
    [
        pytest.param(SEEDS[:8], id="40 thousand"),
        # It needs no cloud, but takes as long as much that is quick together.
        pytest.param(SEEDS[8:40], id="160 thousand more", marks=pytest.mark.cloud),
        pytest.param(SEEDS, id="a million", marks=pytest.mark.learner),
    ],
)
def test_operations_under_faults_converge(seeds: range) -> None:
    """Replicas end identical, nothing acknowledged goes but to a later stamp, all is counted."""
    started = time.perf_counter()
    total = simulate(seeds, OPERATIONS)
    took_s = time.perf_counter() - started
    print(f"{total['operations']:,} operations, {total['operations'] / took_s:,.0f} a second")
    assert total["operations"] >= len(seeds) * OPERATIONS
    # The seeds have met what they are for: conflicts, refusals, failed conditions.
    assert min(total["lost"], total["refused"], total["condition failed"]) > 5 * len(seeds)


def test_seeds_that_once_failed() -> None:
    """What was found once is not lost again."""
    simulate([int(line) for line in KEPT.read_text().splitlines() if line.isdigit()], OPERATIONS)


def test_a_seed_does_the_same_again() -> None:
    """A failure can be replayed: the same seed gives the same events, byte for byte."""
    runs = [Simulation(7) for _ in range(2)]
    counts = [run.run(1_000) for run in runs]
    events = [run.world.engine.journal.since(0, 20_000) for run in runs]
    assert counts[0] == counts[1]
    assert repr(events[0]) == repr(events[1])


def blind_clock(patch: pytest.MonkeyPatch) -> None:
    """A clock that takes no note of the stamps it overwrites."""
    patch.setattr(HybridClock, "observe", lambda _self, _seen: None)


def wall_clock(patch: pytest.MonkeyPatch) -> None:
    """A stamp that is only what the wall shows."""
    patch.setattr(HybridClock, "stamp", lambda self, wall_us: Stamp(wall_us, 0, self.region))


def last_arrival_wins(patch: pytest.MonkeyPatch) -> None:
    """Whatever arrives replaces what is held."""
    patch.setattr(replication, "wins", lambda _challenger, _holder: True)


def no_tombstones(patch: pytest.MonkeyPatch) -> None:
    """A delete is forgotten as soon as it has arrived."""
    decide = replication.Engine._decide

    def forgetting(self, flight, link, now_ms):
        arrival = decide(self, flight, link, now_ms)
        if arrival.accepted and flight.image.item is None:
            del self._replicas[flight.image.table][link.target][flight.image.key]
        return arrival

    patch.setattr(replication.Engine, "_decide", forgetting)


def leaky_link(patch: pytest.MonkeyPatch) -> None:
    """A link that forgets what it cannot hold, instead of refusing it."""
    put = ReplicationLink.put

    def dropping(self, image, due_ms, *, coalesce=False):
        flight = put(self, image, due_ms, coalesce=coalesce)
        if len(self._heap) > 10:
            self._heap.pop()
        return flight

    patch.setattr(ReplicationLink, "put", dropping)


@pytest.mark.parametrize(
    "plant", [blind_clock, wall_clock, last_arrival_wins, no_tombstones, leaky_link]
)
def test_the_simulation_finds_planted_faults(
    plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An engine with a classic mistake in it does not pass."""
    plant(monkeypatch)
    with pytest.raises(DivergenceError, match="Replay it"):
        simulate(range(20), 2_000)
