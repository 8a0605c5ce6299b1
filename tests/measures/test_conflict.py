"""Lost updates, counted and predicted."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers import measures


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
