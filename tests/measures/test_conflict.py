"""Lost updates, counted and predicted."""

from __future__ import annotations

import random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from helpers import measures
from helpers.localcloud.engine.lag import FixedLag, LagModel, LognormalLag, UniformLag
from helpers.localcloud.engine.replication import Engine
from tests.measures.world import LAG, bracketed, enough, exact


def test_wilsons_interval_is_the_published_one() -> None:
    """For 81 of 263: 0.2535 to 0.3682 with continuity correction (Newcombe 1998, table I)."""
    trials = pd.DataFrame({"gap_ms": 0.0, "lost": [True] * 81 + [False] * 182, "outcome": "ok"})
    row = measures.lost_update_rates(trials).iloc[0]
    assert (row["n"], row["lost"]) == (263, 81)
    assert (row["ci_lo"], row["ci_hi"]) == pytest.approx((0.2535, 0.3682), abs=0.0001)


def test_a_trial_that_did_not_end_counts_for_nothing() -> None:
    """Unknown is neither kept nor lost; where none ended nothing is told."""
    trials = pd.DataFrame({"gap_ms": 0.0, "lost": [True, False], "outcome": ["ok", "unknown"]})
    row = measures.lost_update_rates(trials).iloc[0]
    assert (row["n"], row["unknown"]) == (1, 1)
    none = measures.lost_update_rates(trials.assign(outcome="unknown")).iloc[0]
    assert np.isnan([none["p_lost"], none["ci_lo"], none["ci_hi"]]).all()


def test_a_trial_counts_at_the_gap_that_was_achieved() -> None:
    """From commit to commit, not as it was asked."""
    trials = pd.DataFrame({"gap_ms": 0.0, "gap_commit_ms": [40.0, 60.0, 90.0], "lost": True,
                           "outcome": "ok"})  # fmt: skip
    row = measures.lost_update_rates(trials).iloc[0]
    assert (row["gap_ms"], row["gap_asked_ms"]) == (60, 0)


def engine(lag: LagModel, seed: int) -> Engine:
    """Make an engine with one empty table in Regions A and B."""
    made = Engine(lag, random.Random(seed))
    for region in ("A", "B"):
        made.join("t", region, {})
    return made


def conflicts(made: Engine, writes: list[tuple[float, str]]) -> bool:
    """Make the writes of one item, each at its time in ms, and tell whether any two conflicted."""
    seen = False
    for at_ms, region in [*sorted(writes), (1e7, "")]:
        # Step to each arrival: an image that is due counts as arrived at that moment, not later.
        while (due_ms := made.next_due_ms()) is not None and due_ms <= at_ms:
            seen |= any(arrival.conflict for arrival in made.deliver(due_ms))
        if region:
            made.commit("t", region, "k", {"v": at_ms}, at_ms)
    return seen


def drawn(model: LagModel, seed: int, count: int = 4000) -> measures.LagEstimate:
    """Measure the lag of a model on as many writes, exactly."""
    source = random.Random(seed)
    lags_ms = np.array([model.draw_ms(source, "A", "B") for _ in range(count)])
    return measures.estimate_lag(exact(lags_ms), resamples=0)


AB, BA = LognormalLag(700, 2300), UniformLag(100, 900)


def test_updates_are_lost_as_often_as_the_lag_predicts() -> None:
    """The engine on a virtual clock loses what the curve says, for each gap and either order."""
    seed, runs = 41, 400
    print(f"seed {seed}")
    gaps_ms = [-1000.0, -700.0, -300.0, 0.0, 400.0, 800.0, 1500.0, 4000.0]
    curve = measures.lost_update_curve(drawn(AB, seed), drawn(BA, seed + 1), gaps_ms)
    for row in curve.itertuples():
        lost = 0
        for run in range(runs):
            made = engine(AB, seed * 1000 + run)
            made.link_lags[("B", "A")] = BA
            start_ms = 1e6
            conflicts(made, [(start_ms, "A"), (start_ms + row.gap_ms, "B")])
            lost += made.lost_updates["t"]
        low, high = stats.binom.ppf([0.0005, 0.9995], runs, [row.band_lo, row.band_hi])
        assert low <= lost <= high, (row.gap_ms, lost / runs, row.p_lost)
        assert row.band_lo <= row.p_lost <= row.band_hi
    assert curve.set_index("gap_ms").loc[-1000.0, "p_lost"] == pytest.approx(0, abs=1e-9)
    assert curve.set_index("gap_ms").loc[0.0, "p_lost"] == 1


def poisson(rate_per_s: float, source: random.Random) -> list[tuple[float, str]]:
    """Make one write in A, and writes in B at random moments from long before to long after."""
    start_ms = 1e6
    writes, at_ms = [(start_ms, "A")], start_ms - 10_000
    while (at_ms := at_ms + source.expovariate(rate_per_s / 1000)) < start_ms + 10_000:
        writes.append((at_ms, "B"))
    return writes


@pytest.mark.parametrize("own_lags", [False, True])
def test_writes_conflict_as_often_as_the_formula_says(own_lags: bool) -> None:
    """With one lag for all images that are under way at once, and with a lag for each."""
    seed, runs = 42, 1500
    print(f"seed {seed}")
    source = random.Random(seed)
    ab, ba = drawn(AB, seed), drawn(LognormalLag(500, 3000), seed + 1)
    for rate_per_s in (0.2, 1.0):
        clashes = 0
        for run in range(runs):
            made = engine(AB, seed * 1000 + run)
            made.link_lags[("B", "A")] = LognormalLag(500, 3000)
            if not own_lags:
                for ends in (("A", "B"), ("B", "A")):
                    model = made.link_lags.get(ends, AB)
                    made.link_lags[ends] = FixedLag(model.draw_ms(source, *ends))
            clashes += conflicts(made, poisson(rate_per_s, source))
        row = measures.conflict_probability(ab, ba, [rate_per_s], own_lags=own_lags).iloc[0]
        low, high = stats.binom.ppf([0.0005, 0.9995], runs, row["p_conflict"])
        # The formula has lags of its own, drawn 4000 times: as good as 1 % of its result.
        assert low * 0.99 <= clashes <= high * 1.01, (rate_per_s, clashes / runs, row["p_conflict"])


lags = st.lists(st.floats(1, 3000), min_size=1, max_size=20).map(np.array)


@settings(deadline=None)
@given(lags, lags, st.floats(0, 10))
def test_the_formula_is_the_average_over_all_pairs_of_lags(
    ab_ms: np.ndarray, ba_ms: np.ndarray, rate_per_s: float
) -> None:
    """1 - E[exp(-r (L_ab + L_ba))], written out; a lag for each image only adds to it."""
    estimates = [measures.estimate_lag(exact(x), resamples=0) for x in (ab_ms, ba_ms)]
    row = measures.conflict_probability(*estimates, [rate_per_s]).iloc[0]
    pairs_s = (ab_ms[:, np.newaxis] + ba_ms) / 1000
    assert row["p_conflict"] == pytest.approx(1 - np.exp(-rate_per_s * pairs_s).mean(), abs=1e-9)
    own = measures.conflict_probability(*estimates, [rate_per_s], own_lags=True).iloc[0]
    assert own["p_conflict"] >= row["p_conflict"] - 1e-12


def test_the_interval_of_the_formula_covers_the_truth() -> None:
    """About as often as it says, though both lags were measured on 100 writes only."""
    seed, runs, rate_per_s = 43, 40, 0.8
    print(f"seed {seed}")
    source = np.random.default_rng(seed)
    many = LAG.rvs(200_000, random_state=source) / 1000
    spared = np.exp(-rate_per_s * many).mean()
    true = {False: 1 - spared**2, True: 1 - spared * np.exp(-rate_per_s * many.mean())}
    covered = dict.fromkeys(true, 0)
    for run in range(runs):
        ab, ba = (
            measures.estimate_lag(bracketed(LAG.rvs(100, random_state=source), run), seed=1)
            for _ in range(2)
        )
        for own_lags, known in true.items():
            row = measures.conflict_probability(ab, ba, [rate_per_s], own_lags=own_lags).iloc[0]
            covered[own_lags] += row["ci_lo"] <= known <= row["ci_hi"]
    assert enough(min(covered.values()), runs, 0.92), covered


def test_a_write_that_never_arrives_conflicts_with_the_next() -> None:
    """An infinite lag spares nothing, at any rate but none."""
    never = exact(np.array([5.0])).assign(hi_ms=np.inf)
    lag = measures.estimate_lag(never, resamples=10)
    for own_lags in (False, True):
        table = measures.conflict_probability(lag, lag, [0.0, 0.1], own_lags=own_lags)
        assert list(table["p_conflict"]) == [0, 1]
    with pytest.raises(ValueError, match="negative"):
        measures.conflict_probability(lag, lag, [-1.0])
