"""The planner: its rules are the engine's, its numbers those that can be derived by hand."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from helpers import planning
from helpers.planning import agreement, lockstep, scale
from helpers.planning.draws import Draws
from helpers.planning.workload import Workload


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
    """A fault that there was once: within one ms the order matters."""
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
    assert list(tally[0].drop(columns="lag").iloc[0]) == list(tally[1].drop(columns="lag").iloc[0])


def test_wrong_settings_are_named() -> None:
    """And nothing is simulated."""
    with pytest.raises(ValueError, match="save_every_s"):
        Workload(save_every_s=0)
    with pytest.raises(ValueError, match="shared"):
        Workload(shared=2)
    with pytest.raises(ValueError, match="moves_per_h"):
        Workload(moves_per_h=-1)
    with pytest.raises(ValueError, match="jitter"):
        Workload(jitter=0.5)
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


def test_a_lever_meets_the_same_plays() -> None:
    """Play by play its difference is told far better than that of two runs that met others."""
    pulled = planning.levers(writes=1_000_000, seed=4)
    table = planning.per_hour_by_lever(pulled).set_index(["lever", "measure"])
    base = table.loc[("as it is", "stale_reads")]
    assert (base["apart"], base["apart_lo"], base["apart_hi"]) == (0, 0, 0)
    moved = table.loc[("viewers move twice as often", "stale_reads")]
    assert moved["apart_lo"] < base["per_hour"] < moved["apart_hi"]
    alone = planning.simulate(2, writes=1_000_000, seed=4)
    assert planning.per_hour(alone, 1)["per_hour"].tolist() == base_row(table)
    apart = np.hypot(base["ci_hi"] - base["per_hour"], moved["ci_hi"] - moved["per_hour"])
    assert moved["apart_hi"] - moved["apart"] < apart


def base_row(table: pd.DataFrame) -> list[float]:
    """Return what the levers say of the workload as it is."""
    return [table.loc[("as it is", name), "per_hour"] for name in scale.MEASURES]


@pytest.mark.parametrize("kind", ["threads", pytest.param("spawned", marks=pytest.mark.learner)])
def test_an_executor_changes_nothing_but_the_time(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Threads or processes: the same tally, and the progress of all is told."""
    monkeypatch.setattr(scale, "_BATCH", 1_000)
    seen: list[int] = []
    made = ThreadPoolExecutor(2)
    with made if kind == "threads" else ProcessPoolExecutor(2, get_context("spawn")) as pool:
        apart = planning.simulate(
            3, writes=900_000, executor=pool, progress=lambda done, _of: seen.append(done)
        )
    assert apart.equals(planning.simulate(3, writes=900_000))
    assert seen == [180_000 * n for n in range(1, 6)]


def test_a_cluster_changes_nothing_but_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dask's own executor, on two workers of a local cluster; the extra `dask` is optional."""
    distributed = pytest.importorskip("distributed", reason="`pip install -e .[dask]` has it.")
    monkeypatch.setattr(scale, "_BATCH", 1_000)
    with distributed.Client(n_workers=2, threads_per_worker=1, dashboard_address=None) as client:
        apart = planning.simulate(3, writes=900_000, executor=client.get_executor())
    assert apart.equals(planning.simulate(3, writes=900_000))


def test_intervals_hold_where_few_plays_inform() -> None:
    """Plays that bring several at once, a handful of them or many: 600 runs each."""
    seed, runs = 31, 600
    print(f"seed {seed}")
    rng = np.random.default_rng(seed)
    for informing in (8, 30, 300):
        held = 0
        for _ in range(runs):
            sizes = rng.geometric(0.3, rng.poisson(informing))
            tally = {"regions": 2, "plays": 10_000, "play_s": 3_600, "home": False}
            tally |= {
                f"{name}{s}": 0
                for name in scale.MEASURES
                for s in ("", "_squares", "_plays", "_most")
            }
            tally |= {"stale_reads": sizes.sum(), "stale_reads_squares": (sizes**2).sum()}
            tally["stale_reads_most"] = sizes.max(initial=0)
            hour = planning.per_hour(pd.DataFrame([tally]), 0.01).iloc[0]
            held += hour["ci_lo"] <= informing / 0.3 <= hour["ci_hi"]
        assert held / runs >= 0.92, informing


def test_numbers_drawn_are_even_independent_and_the_same_whatever_else_is_drawn() -> None:
    """For each play and purpose its own; of more of them the first are the same."""
    draws = Draws(5, np.arange(20_000))
    one, other = draws.uniform("lag", 2), draws.uniform("moves")
    assert stats.kstest(one.ravel(), "uniform").pvalue > 0.001
    for pair in ((one[:, 0], one[:, 1]), (one[:, 0], other), (other[1:], other[:-1])):
        assert abs(np.corrcoef(*pair)[0, 1]) < 0.03
    assert (draws.uniform("lag", 5)[:, :2] == one).all()
    some = np.arange(20_000) % 7 == 0
    assert (draws.of(some).uniform("lag", 2) == one[some]).all()
    assert not (Draws(6, draws.plays).uniform("lag", 2) == one).any()
    assert ((one > 0) & (one < 1)).all()
