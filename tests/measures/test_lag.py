"""The distribution of the lag, held against lags that are known."""

from __future__ import annotations

import numpy as np
import pytest

from helpers import measures
from tests.measures.world import LAG, polled


def test_every_bracket_holds_the_true_lag() -> None:
    """Between the last stale read's start and the first fresh one's end lies the truth."""
    seed = 1
    print(f"seed {seed}")
    lags_ms = LAG.rvs(200, random_state=seed)
    brackets = measures.lag_brackets(polled(lags_ms))
    assert (brackets["lo_ms"] <= lags_ms).all()
    assert (lags_ms <= brackets["hi_ms"]).all()
    assert (brackets["hi_ms"] - brackets["lo_ms"]).max() <= 21.0 + 1e-9


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
