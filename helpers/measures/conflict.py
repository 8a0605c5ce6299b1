"""How likely an update is lost, measured and predicted."""

from __future__ import annotations

import pandas as pd
from scipy import stats

from helpers.measures.columns import require


def lost_update_rates(trials: pd.DataFrame, *, confidence: float = 0.95) -> pd.DataFrame:
    """Estimate the probability that one of two updates is lost, for each gap between them.

    Args:
        trials: `gap_ms`, `lost`, `outcome`; trials that did not end are left out.

    Returns:
        `gap_ms`, `n` (trials), `lost`, `p_lost`, `ci_lo`, `ci_hi` (Wilson's score interval).
    """
    require(trials, "gap_ms", "lost", "outcome")
    rows = []
    for gap_ms, group in trials[trials["outcome"] == "ok"].groupby("gap_ms", sort=True):
        lost, count = int(group["lost"].sum()), len(group)
        interval = stats.binomtest(lost, count).proportion_ci(confidence, method="wilson")
        rows.append(
            {
                "gap_ms": gap_ms,
                "n": count,
                "lost": lost,
                "p_lost": lost / count,
                "ci_lo": interval.low,
                "ci_hi": interval.high,
            }
        )
    return pd.DataFrame(rows)
