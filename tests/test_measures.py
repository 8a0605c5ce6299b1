"""Measures held against truth: lags that are known, and what is said of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from helpers import measures

LAG = stats.lognorm(0.5, scale=700)


def polled(lags_ms: np.ndarray, poll_ms: float = 20.0, rtt_ms: float = 1.0) -> pd.DataFrame:
    """Make the observations of trials with known lags: each is polled until it is seen."""
    rows = []
    for trial, lag_ms in enumerate(lags_ms):
        for probe in range(100_000):
            t_ms = probe * poll_ms
            fresh = bool(t_ms + rtt_ms / 2 >= lag_ms)
            rows.append(
                {"trial": trial, "write_region": "a", "read_region": "b", "outcome": "ok",
                 "fresh": fresh, "t_ms": t_ms, "done_ms": t_ms + rtt_ms}
            )  # fmt: skip
            if fresh:
                break
    return pd.DataFrame(rows)


def test_every_bracket_holds_the_true_lag() -> None:
    """Between the last stale read's start and the first fresh one's end lies the truth."""
    seed = 1
    print(f"seed {seed}")
    lags_ms = LAG.rvs(200, random_state=seed)
    brackets = measures.lag_brackets(polled(lags_ms))
    assert (brackets["lo_ms"] <= lags_ms).all()
    assert (lags_ms <= brackets["hi_ms"]).all()
    assert (brackets["hi_ms"] - brackets["lo_ms"]).max() <= 21.0 + 1e-9


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


def test_the_median_is_found_and_its_interval_holds_it() -> None:
    """200 writes give the median to within a few percent."""
    seed = 2
    print(f"seed {seed}")
    brackets = measures.lag_brackets(polled(LAG.rvs(200, random_state=seed)))
    row = measures.lag_quantiles(brackets, [0.5]).iloc[0]
    assert row["ci_lo_ms"] <= LAG.median() <= row["ci_hi_ms"]
    assert row["lag_ms"] == pytest.approx(LAG.median(), rel=0.1)


def test_a_quantile_beyond_the_data_has_no_interval() -> None:
    """Ten writes say nothing about one in a hundred, and no false interval is given."""
    brackets = measures.lag_brackets(polled(np.linspace(100, 1000, 10)))
    assert np.isnan(measures.lag_quantiles(brackets, [0.99]).iloc[0]["ci_hi_ms"])


def test_a_write_that_was_never_seen_is_late_not_left_out() -> None:
    """Leaving it out would make the lag look better than it was."""
    reads = polled(np.array([100.0, 200.0, 300.0]))
    reads = reads[~((reads["trial"] == 2) & reads["fresh"])]
    brackets = measures.lag_brackets(reads)
    assert list(np.isinf(brackets["hi_ms"])) == [False, False, True]
    assert measures.staleness_curve(brackets)["p_stale_hi"].iloc[-1] == pytest.approx(1 / 3)


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


def test_wilsons_interval_is_the_published_one() -> None:
    """For 8 of 10: 0.490 to 0.943 (Wilson 1927, any textbook's example)."""
    trials = pd.DataFrame({"gap_ms": 0.0, "lost": [True] * 8 + [False] * 2, "outcome": "ok"})
    row = measures.lost_update_rates(trials).iloc[0]
    assert (row["n"], row["lost"]) == (10, 8)
    assert (row["ci_lo"], row["ci_hi"]) == pytest.approx((0.490, 0.943), abs=0.001)


def test_a_trial_that_did_not_end_counts_for_nothing() -> None:
    """Unknown is neither kept nor lost."""
    trials = pd.DataFrame({"gap_ms": 0.0, "lost": [True, False], "outcome": ["ok", "unknown"]})
    assert measures.lost_update_rates(trials).iloc[0]["n"] == 1


def test_spans_follow_one_another() -> None:
    """A state lasts until the next one of its subject."""
    statuses = pd.DataFrame(
        {"t_ms": [0.0, 10.0, 30.0], "subject": ["a", "b", "a"], "status": ["X", "Y", "Z"]}
    )
    spans = measures.status_spans(statuses).set_index(["subject", "status"])
    assert spans.loc[("a", "X"), "end_ms"] == 30.0
    assert spans.loc[("b", "Y"), "end_ms"] > 30.0


@pytest.mark.parametrize("measure", [measures.lag_brackets, measures.latency_summary])
def test_what_cannot_be_measured_is_said(measure) -> None:
    """A table without the columns names them; an empty one says what to do."""
    with pytest.raises(ValueError, match="Expected the columns"):
        measure(pd.DataFrame({"x": [1]}))
