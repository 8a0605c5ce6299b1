"""Every interval that is stated as 95 % holds the truth, whatever the lag; `make coverage` more."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers import measures
from helpers.measures import coverage

# With 200 runs a true 95 % falls below this once in a million cells.
_LEAST = 0.865


def test_every_interval_and_band_holds_the_truth_in_every_cell() -> None:
    """Five lags, two pollings, three numbers of writes, three quantiles and the whole curve."""
    table = coverage.table(runs=200)
    cells = table.melt(["lag", "poll_ms", "n"], ["q50", "q90", "q99", "band"])
    held = cells.set_index(["lag", "poll_ms", "n", "variable"])["value"]
    assert len(held) == 120
    assert held[held < _LEAST].empty, held[held < _LEAST]


def test_the_interval_of_a_share_holds_it_at_every_share() -> None:
    """Computed, not drawn."""
    assert (coverage.shares()["least"] >= 0.93).all()


@pytest.mark.learner
def test_two_thousand_runs_keep_the_promise() -> None:
    """What docs/coverage.md says."""
    table = coverage.table(runs=2_000)
    assert (table[["q50", "q90", "q99", "band"]] >= 0.93).all().all()


def test_intervals_that_are_too_narrow_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """At 80 % instead of 95 %, cells fall below."""
    ranks = measures.order_ranks
    monkeypatch.setattr(coverage, "order_ranks", lambda n, q: ranks(n, q, 0.6))
    table = coverage.table(runs=200)
    assert (table[["q50", "q90"]] < _LEAST).any().any()


def test_what_is_simulated_is_what_the_table_of_quantiles_says() -> None:
    """The interval of `lag_quantiles` is the one whose coverage is measured."""
    rng = np.random.default_rng(5)
    lags_ms = coverage.LAGS["lognormal"].draw(rng, (100,))
    lo_ms, hi_ms = coverage.brackets(lags_ms, 20.0, rng)
    assert (lo_ms <= lags_ms).all()
    assert (lags_ms <= hi_ms).all()
    row = measures.lag_quantiles(pd.DataFrame({"lo_ms": lo_ms, "hi_ms": hi_ms}), [0.9]).iloc[0]
    lower, upper = measures.order_ranks(100, 0.9)
    assert row["ci_lo_ms"] == np.sort(lo_ms)[lower - 1]
    assert row["ci_hi_ms"] == np.sort(hi_ms)[upper - 1]
    assert row["ci_lo_ms"] <= row["lag_ms"] <= row["ci_hi_ms"]


@pytest.mark.learner
def test_the_chance_of_a_conflict_is_bracketed_too() -> None:
    """Sixty runs a cell: a true 90 % falls below this once in a million."""
    table = coverage.conflicts(runs=60, counts=(50,), resamples=100)
    assert len(table) == 10
    assert (table[["own", "slow"]] >= 0.65).all().all()
