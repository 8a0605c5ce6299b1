"""The planner: its rules are the engine's, its numbers those that can be derived by hand."""

from __future__ import annotations

import numpy as np
import pytest

from helpers import planning
from helpers.planning import agreement, lockstep
from helpers.planning.workload import Workload

# Seeds whose plays once came out differently: an image with a lag of 0 ms arrived before its write.
ONCE_WRONG = [(1860655869, 5, "uniform:0,9000"), (23, 3, "uniform:0,9000")]


@pytest.mark.parametrize(("seed", "regions", "lag"), ONCE_WRONG)
def test_plays_that_once_came_out_differently(seed: int, regions: int, lag: str) -> None:
    """What was found once is not lost again."""
    busy = Workload(save_every_s=2, play_s=40, moves_per_h=600, shared=0.7)
    names = sorted(planning.REGIONS[:regions])
    rng = np.random.default_rng(seed)
    agreement.compare_plays(rng, names, lag, busy, 150, f"Seed {seed}")


def test_the_planner_agrees_with_the_engine_write_by_write() -> None:
    """Ten thousand plays: the same writes are lost and in conflict, the same reads stale.

    Many with several events in one ms, where the order matters: what is wrong there shows up in
    every run, not in one of forty.
    """
    agreed, seed = 0, 0
    while agreed < 10_000:
        agreed += agreement.compare(seed)
        seed += 1


def test_a_planner_that_lets_an_image_arrive_before_its_write_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The fault that is kept above, planted again."""
    monkeypatch.setattr(lockstep, "_AT_ONCE", 0)
    with pytest.raises(agreement.DisagreementError, match="Seed"):
        sum(agreement.compare(seed) for seed in range(10))


def test_one_seed_gives_the_same_twice_and_another_does_not() -> None:
    """Byte for byte, as CSV."""
    once, again, other = (
        planning.simulate(3, writes=400_000, seed=seed).to_csv() for seed in (7, 7, 8)
    )
    assert once == again
    assert once.splitlines()[1] != other.splitlines()[1]


def test_stale_reads_are_as_many_as_derived_by_hand() -> None:
    """A viewer who moves at a random moment reads stale if the last save is still under way.

    With a fixed lag below the time between two saves that is lag / save_every of the moves, except
    those before the first save and after another move: kept rare here.
    """
    calm = Workload(save_every_s=10, moves_per_h=0.2, shared=0)
    tally = planning.simulate(2, calm, lag="fixed:2000", writes=40_000_000, seed=1).iloc[0]
    share, n = tally["stale_reads"] / tally["moves"], tally["moves"]
    assert share == pytest.approx(0.2, abs=4 * (0.2 * 0.8 / n) ** 0.5 + 0.01)


def test_lost_updates_are_as_many_as_derived_by_hand() -> None:
    """Two devices, two Regions, fixed lag: a save is lost if the other's falls into the lag.

    Half of the shared plays are in two Regions, for half a play on average. The phase between them
    is uniform; each save of A is followed by one of B after a delay of 0 to 10 s, and of B by one
    of A: with a lag of 1 s, a tenth of either is overwritten unseen.
    """
    both = Workload(save_every_s=10, moves_per_h=0, shared=1)
    tally = planning.simulate(2, both, lag="fixed:1000", writes=3_000_000, seed=2)
    hour = planning.per_hour(tally, 1).set_index("measure").loc["lost_updates"]
    expected = 1e6 * 2 * (0.5 * 2 * 90) * 0.1
    assert hour["ci_lo"] * 0.98 < expected < hour["ci_hi"] * 1.02


def test_a_home_region_or_a_single_one_has_no_conflicts() -> None:
    """Not few: none, and the interval says so."""
    for tally in (
        planning.simulate(1, writes=100_000),
        planning.simulate(3, Workload(home=True), writes=100_000),
    ):
        hour = planning.per_hour(tally, 10)
        assert (hour["per_hour"] == 0).all()
        assert (hour["ci_hi"] == 0).all()


def test_where_nothing_was_seen_the_interval_is_open_upwards() -> None:
    """No conflict in a small simulation is no promise."""
    tally = planning.simulate(2, Workload(shared=0, moves_per_h=0.001), writes=18_000)
    hour = planning.per_hour(tally, 1).set_index("measure").loc["lost_updates"]
    assert hour["per_hour"] == 0
    assert hour["ci_hi"] == pytest.approx(-np.log(0.05) / 100 * 2e6)


def test_what_a_failover_leaves_behind_follows_littles_law() -> None:
    """100,000 saves a second in all, half of them here, a second under way: 50,000."""
    assert planning.missing_at_failover(1, [1000.0]) == pytest.approx(50_000)
    # Of each viewer only the latest save counts.
    assert planning.missing_at_failover(1, [60_000.0]) == pytest.approx(500_000)


def test_measured_lags_can_take_the_models_place() -> None:
    """The same lag, given as a measurement, does the same."""
    tally = [planning.simulate(2, lag=lag, writes=500_000) for lag in ("fixed:800", [800.0])]
    assert tally[0]["stale_reads"].item() > 0
    ratio = tally[1]["stale_reads"].item() / tally[0]["stale_reads"].item()
    assert 0.3 < ratio < 3


def test_wrong_settings_are_named() -> None:
    """And nothing is simulated."""
    with pytest.raises(ValueError, match="save_every_s"):
        Workload(save_every_s=0)
    with pytest.raises(ValueError, match="shared"):
        Workload(shared=2)
    with pytest.raises(ValueError, match="moves_per_h"):
        Workload(moves_per_h=-1)
    with pytest.raises(ValueError, match="between 1 and 5"):
        planning.simulate(9)
    with pytest.raises(ValueError, match="Measured lags"):
        planning.simulate(lag=[])


def test_a_lever_that_moves_nothing_is_within_noise() -> None:
    """Twice as many moves lose no more updates, as far as a small simulation can tell."""
    pulled = planning.levers(writes=1_000_000, seed=3)
    table = planning.per_hour_by_lever(pulled).set_index(["lever", "measure"])["within_noise"]
    assert table["as it is"].all()
    assert table["viewers move twice as often", "lost_updates"]
    assert not table["viewers move twice as often", "stale_reads"]
    assert not table["a home Region for each viewer", "stale_reads"]
    assert not table["a home Region for each viewer", "lost_updates"]
