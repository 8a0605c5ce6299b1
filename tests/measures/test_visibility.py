"""Staleness, held against lags that are known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import measures
from tests.measures.world import LAG, polled


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
