"""Staleness, checked against lags that are known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import measures
from tests.measures.world import LAG, bracketed, enough, exact, polled


def test_the_band_covers_the_truth_as_often_as_it_says() -> None:
    """In 95 of 100 runs or more, the true curve is inside the band everywhere."""
    covered = 0
    for seed in range(100):
        lags_ms = LAG.rvs(60, random_state=seed)
        brackets = measures.lag_brackets(
            pd.DataFrame(
                {"trial": range(60), "write_region": "a", "read_region": "b", "outcome": "ok",
                 "fresh": True, "t_ms": lags_ms, "done_ms": lags_ms}
            )
        ).assign(lo_ms=lags_ms)  # fmt: skip
        curve = measures.staleness_curve(brackets, points=400)
        true = LAG.sf(curve["t_ms"])
        covered += bool(((curve["band_lo"] <= true) & (true <= curve["band_hi"])).all())
    assert covered >= 93, covered


def test_a_write_that_was_never_seen_is_late_not_left_out() -> None:
    """Leaving it out would make the lag look better than it was."""
    reads = polled(np.array([100.0, 200.0, 300.0]))
    reads = reads[~((reads["trial"] == 2) & reads["fresh"])]
    brackets = measures.lag_brackets(reads)
    assert list(np.isinf(brackets["hi_ms"])) == [False, False, True]
    assert measures.staleness_curve(brackets)["p_stale_hi"].iloc[-1] == pytest.approx(1 / 3)


@settings(deadline=None)
@given(st.lists(st.floats(1, 5000), min_size=1, max_size=40))
def test_a_staleness_curve_falls_and_stays_between_0_and_1(lags_ms: list[float]) -> None:
    """Whatever the lags, it is a probability that only falls with time."""
    lags = np.array(lags_ms)
    brackets = pd.DataFrame({"lo_ms": lags * 0.9, "hi_ms": lags})
    curve = measures.staleness_curve(brackets)
    for column in ("p_stale_lo", "p_stale_hi", "band_lo", "band_hi"):
        assert curve[column].between(0, 1).all()
        assert (curve[column].diff().dropna() <= 1e-12).all()
    assert (curve["p_stale_lo"] <= curve["p_stale_hi"]).all()


def test_t_visibility_says_what_the_writes_can_support() -> None:
    """200 writes know 90 %, bound 99 % from below only, and cannot tell 99.9 %."""
    seed = 31
    print(f"seed {seed}")
    brackets = bracketed(LAG.rvs(200, random_state=seed), seed)
    table = measures.t_visibility(brackets).set_index("p_visible")
    for p_visible in (0.5, 0.9):
        row = table.loc[p_visible]
        assert row["ci_lo_ms"] <= row["t_ms"] <= row["ci_hi_ms"] < np.inf
    assert np.isfinite(table.loc[0.99, "t_ms"])
    assert np.isinf(table.loc[0.99, "ci_hi_ms"])
    assert "an upper bound takes 368" in table.loc[0.99, "statement"]
    assert np.isnan(table.loc[0.999, "t_ms"])
    assert "693 writes give even odds, 3688 an upper bound" in table.loc[0.999, "statement"]


def test_t_visibility_covers_the_truth_also_where_brackets_are_wide() -> None:
    """At least 95 % of the time, for each probability that has an interval."""
    seed, runs = 32, 100
    print(f"seed {seed}")
    random = np.random.default_rng(seed)
    covered = np.zeros(2)
    for run in range(runs):
        brackets = bracketed(LAG.rvs(80, random_state=random), run, poll_ms=100)
        table = measures.t_visibility(brackets, (0.5, 0.9))
        true = LAG.ppf(table["p_visible"])
        covered += (table["ci_lo_ms"] <= true) & (true <= table["ci_hi_ms"])
    assert all(enough(int(count), runs) for count in covered), covered


def test_writes_that_were_never_seen_bound_nothing_from_above() -> None:
    """The statement says that they were not seen, not that they were too few."""
    brackets = exact(np.arange(1.0, 101.0)).assign(hi_ms=[*range(1, 46), *[np.inf] * 55])
    row = measures.t_visibility(brackets, [0.4]).iloc[0]
    assert row["t_ms"] == 40.0
    assert np.isinf(row["ci_hi_ms"])
    assert "too many of 100 writes were never seen" in row["statement"]
    assert "fewer than 50 %" in measures.t_visibility(brackets, [0.5]).iloc[0]["statement"]


def test_polled_writes_count_once_in_each_bin_also_after_they_were_seen() -> None:
    """Reads end when a write is seen; the share of stale reads still falls to nothing."""
    seed = 33
    print(f"seed {seed}")
    lags_ms = LAG.rvs(150, random_state=seed)
    table = measures.stale_shares(polled(lags_ms, poll_ms=25.0), np.arange(0, 3000, 100.0))
    assert table["n"].eq(150).all()
    assert (table["p_stale"].diff().dropna() <= 0).all()
    # A read counts that began within half a poll of the middle of the bin, or half a read later.
    for row in table.itertuples():
        assert (lags_ms > row.t_ms + 14).mean() <= row.p_stale <= (lags_ms > row.t_ms - 14).mean()


def test_single_reads_count_in_their_own_bin_only() -> None:
    """A read that nobody repeated says nothing of another time."""
    seed, count = 34, 4000
    print(f"seed {seed}")
    random = np.random.default_rng(seed)
    lags_ms, t_ms = LAG.rvs(count, random_state=random), random.uniform(0, 2000, count)
    reads = pd.DataFrame(
        {"trial": range(count), "write_region": "a", "read_region": "b", "outcome": "ok",
         "fresh": t_ms >= lags_ms, "t_ms": t_ms}
    )  # fmt: skip
    table = measures.stale_shares(reads, np.arange(0, 2001, 50.0))
    assert table["n"].sum() == count
    true = LAG.sf(table["t_ms"])
    covered = int(((table["ci_lo"] <= true) & (true <= table["ci_hi"])).sum())
    assert enough(covered, len(table), 0.94), covered


def test_bins_that_are_narrower_than_the_polling_are_refused() -> None:
    """They would miss the writes that were not seen yet."""
    with pytest.raises(ValueError, match="narrower than the 20 ms"):
        measures.stale_shares(polled(np.array([100.0, 200.0])), [0, 10, 20])


@settings(deadline=None)
@given(st.integers(1, 5), st.floats(0, 1))
def test_a_mix_of_regions_is_a_weighted_share(regions: int, p_visible: float) -> None:
    """One Region in N sees the write at once; counted out reader by reader."""
    readers = [1.0] + [p_visible] * (regions - 1)
    assert measures.staleness_mix(p_visible, regions) == pytest.approx(np.mean(readers))


def test_a_mix_of_no_regions_is_refused() -> None:
    """Nor is a share above 1 a probability."""
    with pytest.raises(ValueError, match="at least one Region"):
        measures.staleness_mix(0.5, 0)
    with pytest.raises(ValueError, match="between 0 and 1"):
        measures.staleness_mix(1.5, 2)
