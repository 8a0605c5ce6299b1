"""Turnbull's estimator, checked against its definition and against other ways to the same end."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from helpers.measures.turnbull import innermost, turnbull

times = st.integers(0, 12).map(float)
bracket = st.tuples(times, times | st.just(np.inf)).map(sorted).filter(lambda b: b[0] < np.inf)
brackets = st.lists(bracket, min_size=1, max_size=12).map(lambda rows: np.array(rows).T)


def held_by(lo: np.ndarray, hi: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return which brackets hold which innermost intervals, (n, m)."""
    return (lo[:, np.newaxis] <= left) & (right <= hi[:, np.newaxis])


@settings(deadline=None)
@given(st.lists(times, min_size=1, max_size=30))
def test_exact_data_give_the_empirical_distribution(values: list[float]) -> None:
    """Each value has the share of the samples that it is."""
    exact = np.array(values)
    left, right, mass = turnbull(exact, exact)
    expected, counts = np.unique(exact, return_counts=True)
    assert (left == expected).all()
    assert (right == expected).all()
    assert mass == pytest.approx(counts / len(exact), abs=1e-12)


@settings(deadline=None)
@given(brackets)
def test_every_bracket_holds_an_innermost_interval_and_no_end_cuts_one(ends: np.ndarray) -> None:
    """No bracket begins or ends inside one; each holds at least one whole."""
    lo, hi = ends
    left, right = innermost(lo, hi)
    assert held_by(lo, hi, left, right).any(axis=1).all()
    for end in np.concatenate([lo, hi]):
        assert not ((left < end) & (end < right)).any()


@settings(deadline=None)
@given(brackets)
def test_no_distribution_makes_the_brackets_more_likely(ends: np.ndarray) -> None:
    """A general optimizer that starts elsewhere finds nothing better."""
    lo, hi = ends
    left, right, mass = turnbull(lo, hi)
    held = held_by(lo, hi, left, right).astype(float)
    assert mass.sum() == pytest.approx(1)
    assert (mass >= 0).all()

    def cost(logits: np.ndarray) -> float:
        other = np.exp(logits - logits.max())
        return -float(np.log(held @ (other / other.sum())).mean())

    other = optimize.minimize(cost, np.zeros(len(left)), method="Nelder-Mead")
    assert -np.log(held @ mass).mean() <= other.fun + 1.1e-4


@settings(deadline=None, max_examples=50)
@given(brackets, st.integers(0, 2**32))
def test_resamples_estimated_together_are_those_estimated_alone(
    ends: np.ndarray, seed: int
) -> None:
    """A weight of two is the bracket twice; one of zero, a bracket that is not there."""
    lo, hi = ends
    random = np.random.default_rng(seed)
    counts = random.multinomial(len(lo), np.full(len(lo), 1 / len(lo)), size=4)
    left, right, together = turnbull(lo, hi, counts.astype(float))
    for weights, mass in zip(counts, together, strict=True):
        repeated_lo, repeated_hi = np.repeat(lo, weights), np.repeat(hi, weights)
        alone_left, alone_right, alone = turnbull(repeated_lo, repeated_hi)
        held = held_by(repeated_lo, repeated_hi, alone_left, alone_right)
        ours = held_by(repeated_lo, repeated_hi, left, right)
        likelihood = np.log(ours @ mass).mean()
        assert likelihood == pytest.approx(np.log(held @ alone).mean(), abs=1.1e-4)


def test_what_cannot_be_reached_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Out of rounds, no half-made estimate is returned."""
    monkeypatch.setattr("helpers.measures.turnbull._ITERATIONS", 1)
    lo, hi = np.array([0.0, 1.0, 2.0, 5.0]), np.array([3.0, 6.0, 2.5, 7.0])
    with pytest.raises(RuntimeError, match="1 of 1 resamples of 4 brackets"):
        turnbull(lo, hi, tolerance=1e-9)
