"""The distribution of the lag, checked against lags that are known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from helpers import measures
from helpers.measures.turnbull import turnbull
from tests.measures.compare import ks_distance
from tests.measures.world import LAG, bracketed, enough, exact, polled

COUNT = 200


def test_every_bracket_holds_the_true_lag() -> None:
    """Between the last stale read's start and the first fresh one's end lies the truth."""
    seed = 1
    print(f"seed {seed}")
    lags_ms = LAG.rvs(COUNT, random_state=seed)
    brackets = measures.lag_brackets(polled(lags_ms))
    assert (brackets["lo_ms"] <= lags_ms).all()
    assert (lags_ms <= brackets["hi_ms"]).all()
    assert (brackets["hi_ms"] - brackets["lo_ms"]).max() <= 21.0 + 1e-9


def test_200_writes_recover_a_hidden_lag() -> None:
    """A Kolmogorov-Smirnov distance of at most 0.10, as often as 200 exact lags would have it."""
    seed, runs = 21, 60
    print(f"seed {seed}")
    random = np.random.default_rng(seed)
    distances = []
    for run in range(runs):
        brackets = bracketed(LAG.rvs(COUNT, random_state=random), run)
        estimate = measures.estimate_lag(brackets, resamples=0)
        distances.append(ks_distance(estimate, LAG.cdf))
    assert enough(sum(distance <= 0.10 for distance in distances), runs, 0.93), distances
    assert np.mean(distances) <= 0.08


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 15), st.booleans()), min_size=1, max_size=20))
def test_single_probes_are_brackets_that_are_open_on_one_side(rows: list[tuple]) -> None:
    """Of writes read once Turnbull's estimate is as likely as the isotonic regression, by scipy."""
    probes = pd.DataFrame(rows, columns=["t_ms", "fresh"], dtype=float)
    times_ms, fresh = probes["t_ms"].to_numpy(), probes["fresh"].to_numpy(dtype=bool)
    shares = probes.groupby("t_ms")["fresh"].agg(["mean", "size"])
    visible = optimize.isotonic_regression(shares["mean"], weights=shares["size"]).x
    # A lag just equal to the time of the probe is seen: the other brackets begin after it.
    lo, hi = np.where(fresh, 0, times_ms + 0.5), np.where(fresh, times_ms, np.inf)
    left, right, mass = turnbull(lo, hi)
    estimate = measures.LagEstimate(left, right, mass, np.empty((0, len(mass))), len(probes))

    def likelihood(seen: np.ndarray) -> float:
        with np.errstate(divide="ignore"):
            return float(np.log(np.where(fresh, seen, 1 - seen)).mean())

    at_probes = visible[np.searchsorted(shares.index, times_ms)]
    late, _ = estimate.cdf_bounds(times_ms)
    assert likelihood(at_probes) == pytest.approx(likelihood(late), abs=1.1e-4)


@settings(deadline=None)
@given(st.lists(st.integers(0, 3000).map(float), min_size=1, max_size=30))
def test_quantiles_of_exact_lags_are_those_of_the_samples(values: list[float]) -> None:
    """Of two samples in the middle, the smaller: the time by which half is visible."""
    lags_ms = np.array(values)
    estimate = measures.estimate_lag(exact(lags_ms), resamples=0)
    for quantile in (0.1, 0.5, 0.9, 1.0):
        expected = np.quantile(lags_ms, quantile, method="inverted_cdf")
        assert estimate.quantile_ms(quantile) == expected
    assert estimate.mean_of(estimate.middle_ms)[0] == pytest.approx(lags_ms.mean())


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.05, 0.95))
def test_a_quantile_is_where_the_distribution_reaches_it(seed: int, quantile: float) -> None:
    """`cdf` and `quantile_ms` undo each other, and `cdf` lies within its bounds."""
    brackets = bracketed(LAG.rvs(30, random_state=seed), seed, poll_ms=200)
    estimate = measures.estimate_lag(brackets, resamples=0)
    at_ms = estimate.quantile_ms(quantile)
    assert estimate.cdf(at_ms) == pytest.approx(quantile, abs=1e-6)
    times_ms = np.linspace(0, 4000, 97)
    least, most = estimate.cdf_bounds(times_ms)
    share = estimate.cdf(times_ms)
    assert (np.diff(share) >= -1e-12).all()
    assert (least <= share + 1e-12).all()
    assert (share <= most + 1e-12).all()


def test_the_median_is_found_and_its_interval_holds_it() -> None:
    """200 writes give the median to within a few percent, and 95 % intervals cover it."""
    seed, runs = 2, 25
    print(f"seed {seed}")
    random = np.random.default_rng(seed)
    covered = 0
    for run in range(runs):
        brackets = bracketed(LAG.rvs(COUNT, random_state=random), run)
        row = measures.lag_quantiles(brackets, [0.5]).iloc[0]
        covered += row["ci_lo_ms"] <= LAG.median() <= row["ci_hi_ms"]
        assert row["lag_ms"] == pytest.approx(LAG.median(), rel=0.2)
    assert enough(covered, runs), covered


def test_a_quantile_beyond_the_data_is_bounded_from_below_only() -> None:
    """Ten writes say of one in a hundred that it takes more than so long, and no more."""
    brackets = measures.lag_brackets(polled(np.linspace(100, 1000, 10)))
    row = measures.lag_quantiles(brackets, [0.99]).iloc[0]
    assert np.isinf(row["ci_hi_ms"])
    assert "within more than" in row["told"]


def test_a_lag_counts_from_the_commit_which_is_bounded_by_the_write() -> None:
    """From afar the acknowledgement comes late: the lag is up to a round trip longer."""
    reads = polled(np.full(60, 300.0)).assign(write_rtt_ms=110.0)
    brackets = measures.lag_brackets(reads)
    row = measures.lag_quantiles(brackets, [0.5]).iloc[0]
    # The commit was somewhere in the 110 ms before the acknowledgement.
    assert row["ci_lo_ms"] <= 300
    assert row["ci_hi_ms"] >= 410
    assert row["commit_ms"] == pytest.approx(110)
    seen = measures.t_visibility(brackets, [0.5]).iloc[0]
    assert seen["ci_hi_ms"] < 330


def test_a_quantile_that_was_never_reached_is_infinite() -> None:
    """Two of three writes were never seen: half of them take longer than anyone looked."""
    brackets = exact(np.array([100.0, 200.0, 200.0])).assign(hi_ms=[100.0, np.inf, np.inf])
    table = measures.lag_quantiles(brackets, [0.3, 0.5])
    assert list(np.isinf(table["lag_ms"])) == [False, True]


def test_the_band_of_the_distribution_holds_the_true_one() -> None:
    """Everywhere at once, though the brackets are wide; and the estimate is inside it."""
    seed, runs = 23, 100
    print(f"seed {seed}")
    random = np.random.default_rng(seed)
    covered = 0
    for run in range(runs):
        brackets = bracketed(LAG.rvs(60, random_state=random), run, poll_ms=150)
        table = measures.lag_distribution(brackets, points=300)
        true = LAG.cdf(table["t_ms"])
        covered += bool(((table["band_lo"] <= true) & (true <= table["band_hi"])).all())
        assert (table["band_lo"] <= table["p_visible"] + 1e-9).all()
        assert (table["p_visible"] <= table["band_hi"] + 1e-9).all()
        assert table["n"].eq(60).all()
    assert enough(covered, runs), covered


def test_a_bracket_that_ends_before_it_begins_is_refused() -> None:
    """The message counts them."""
    with pytest.raises(ValueError, match="1 of 2 brackets"):
        measures.estimate_lag(pd.DataFrame({"lo_ms": [1.0, 5.0], "hi_ms": [2.0, 4.0]}))


def test_the_share_at_a_time_holds_what_brackets_leave_open() -> None:
    """Unseen for sure from the lower ends, perhaps from the upper ones; the estimate between."""
    brackets = pd.DataFrame({"lo_ms": [100, 200, 300, 400], "hi_ms": [150, 260, 350, np.inf]})
    at = measures.stale_at(brackets.assign(trial=range(4)), [0, 250, 1000]).set_index("t_ms")
    assert at.loc[250, "ci_lo"] == measures.wilson_interval(2, 4)[0]
    assert at.loc[250, "ci_hi"] == measures.wilson_interval(3, 4)[1]
    assert at.loc[0, "ci_hi"] == 1
    assert (at["ci_lo"] <= at["p_stale"]).all()
    assert (at["p_stale"] <= at["ci_hi"]).all()
