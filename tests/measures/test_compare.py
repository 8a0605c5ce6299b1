"""The distance of two distributions, checked against its definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from helpers import measures
from tests.measures.compare import ks_distance
from tests.measures.world import LAG, exact

lags = st.lists(st.integers(0, 3000).map(float), min_size=1, max_size=25).map(np.array)


@settings(deadline=None)
@given(lags)
def test_exact_lags_are_as_far_from_the_truth_as_their_samples(lags_ms: np.ndarray) -> None:
    """The estimate from exact lags is the empirical distribution, which scipy knows, too."""
    estimate = measures.estimate_lag(exact(lags_ms), resamples=0)
    expected = stats.kstest(lags_ms, LAG.cdf).statistic
    assert ks_distance(estimate, LAG.cdf) == pytest.approx(expected, abs=1e-9)
    assert ks_distance(lags_ms, LAG.cdf) == pytest.approx(expected, abs=1e-9)


@settings(deadline=None)
@given(lags, lags)
def test_two_sets_of_samples_are_compared_alike(one: np.ndarray, other: np.ndarray) -> None:
    """As an estimate or as samples: the same distance, and none from itself."""
    at_ms = np.concatenate([one, other])[:, np.newaxis]
    expected = np.abs((one <= at_ms).mean(axis=1) - (other <= at_ms).mean(axis=1)).max()
    estimate = measures.estimate_lag(exact(one), resamples=0)
    assert ks_distance(estimate, other) == pytest.approx(expected, abs=1e-9)
    assert ks_distance(one, other) == pytest.approx(expected, abs=1e-9)
    assert ks_distance(estimate, one) == pytest.approx(0, abs=1e-9)


def test_a_difference_inside_an_interval_is_found() -> None:
    """One bracket of 0 to 100 ms, spread evenly, against a truth that jumps at 30 ms."""
    one = measures.LagEstimate(
        np.array([0.0]), np.array([100.0]), np.array([1.0]), np.empty((0, 1)), 1
    )
    assert ks_distance(one, np.array([30.0])) == pytest.approx(0.7)


def test_lags_that_were_never_seen_count_as_missing() -> None:
    """Half of the writes unseen: half of the truth is missing at the end."""
    brackets = exact(np.array([10.0, 20.0])).assign(hi_ms=[10.0, np.inf])
    estimate = measures.estimate_lag(brackets, resamples=0)
    assert ks_distance(estimate, np.array([10.0, 10.0])) == pytest.approx(0.5)
