"""Intervals hold what they promise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from helpers import measures
from tests.measures.world import LAG, enough


@settings(deadline=None)
@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilsons_interval_holds_the_share_and_solves_his_equation(case: tuple[int, int]) -> None:
    """At both ends, the share seen is as many standard errors away as the confidence asks."""
    successes, trials = case
    low, high = measures.wilson_interval(successes, trials)
    share, z = successes / trials, stats.norm.ppf(0.975)
    assert 0 <= low <= share + 1e-12
    assert share - 1e-12 <= high <= 1
    for end in (low, high):
        if 0 < end < 1 - 1e-12:
            # The continuity correction is half a trial.
            apart = abs(share - end) - 0.5 / trials
            assert apart**2 == pytest.approx(z**2 * end * (1 - end) / trials, abs=1e-9)


@pytest.mark.parametrize("case", [(1, 0), (-1, 3), (4, 3)])
def test_a_share_of_nothing_has_no_interval(case: tuple[int, int]) -> None:
    """The message names the numbers."""
    with pytest.raises(ValueError, match=f"{case[0]} of {case[1]}"):
        measures.wilson_interval(*case)


def test_the_band_holds_the_whole_curve_and_is_no_wider_than_it_must_be() -> None:
    """In 95 % of runs, not in all of them; for samples as few as 20 and as many as 500."""
    seed, runs = 11, 1000
    print(f"seed {seed}")
    random = np.random.default_rng(seed)
    for count in (20, 500):
        covered = 0
        for _ in range(runs):
            samples = np.sort(random.uniform(size=count))
            # The largest difference is at a jump: just before it, or at it.
            half = measures.dkw_halfwidth(count)
            at, before = np.arange(1, count + 1) / count, np.arange(count) / count
            covered += max((at - samples).max(), (samples - before).max()) <= half
        assert enough(covered, runs), (count, covered)
        assert covered <= stats.binom.ppf(0.999, runs, 0.98), (count, covered)


@pytest.mark.parametrize("count", [1, 5, 25, 100, 500])
def test_the_ranks_are_those_of_the_published_test(count: int) -> None:
    """Conover's interval, as scipy has it, end by end; nan where there is none."""
    samples = np.arange(1.0, count + 1)
    for quantile in (0.05, 0.5, 0.9, 0.99):
        known = stats.quantile_test(samples, p=quantile).confidence_interval(0.95)
        lower, upper = measures.order_ranks(count, quantile)
        assert lower == (0 if math.isnan(known.low) else known.low)
        assert upper == (count + 1 if math.isnan(known.high) else known.high)


@pytest.mark.parametrize("quantile", [0.5, 0.9, 0.99])
def test_order_statistics_bound_a_quantile_of_anything(quantile: float) -> None:
    """Also of a lag that jumps, and of brackets; at least 95 % of the time."""
    seed, runs = 13, 400
    print(f"seed {seed}")
    random = np.random.default_rng(seed)
    for draw, true in (
        (lambda: LAG.rvs(500, random_state=random), LAG.ppf(quantile)),
        (lambda: random.choice([100.0, 900.0], p=[0.7, 0.3], size=500),
         100.0 if quantile == 0.5 else 900.0),
    ):  # fmt: skip
        covered = 0
        for _ in range(runs):
            lags_ms = draw()
            low, high = measures.order_interval(lags_ms - 5, lags_ms + 15, quantile)
            covered += low <= true <= high
        assert enough(covered, runs), covered


def test_too_few_writes_bound_a_quantile_on_one_side_only() -> None:
    """One write fewer than are needed, and the upper bound is gone."""
    for quantile in (0.5, 0.9, 0.99, 0.999):
        needed = measures.writes_needed(quantile, 0.975)
        for count, bounded in ((needed, True), (needed - 1, False)):
            lags_ms = np.arange(float(count))
            _, high = measures.order_interval(lags_ms, lags_ms, quantile)
            assert math.isfinite(high) == bounded, (quantile, count)


def test_a_thousandth_takes_many_writes_to_be_met_at_all() -> None:
    """By the definition: the slowest of n is beyond the quantile with probability 1 - q^n."""
    assert measures.writes_needed(0.999, 0.5) == 693
    assert measures.writes_needed(0.999) == 2995
    assert measures.writes_needed(0.5, 0.5) == 1
    for quantile in (0.5, 0.9, 0.99, 0.999):
        for confidence in (0.5, 0.9, 0.95):
            needed = measures.writes_needed(quantile, confidence)
            assert 1 - quantile**needed >= confidence - 1e-9
            assert needed == 1 or 1 - quantile ** (needed - 1) < confidence
    with pytest.raises(ValueError, match="between 0 and 1"):
        measures.writes_needed(1.0)
