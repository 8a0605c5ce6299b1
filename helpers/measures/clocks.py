"""How often a later write is lost to a Region whose clock is ahead."""

from __future__ import annotations

import pandas as pd

from helpers.measures.columns import require
from helpers.measures.intervals import as_share


def skew_rates(trials: pd.DataFrame, *, confidence: float = 0.95) -> pd.DataFrame:
    """Estimate the share of later writes that are lost, for each skew.

    Args:
        trials: `skew_ms`, `lost`, `outcome`; trials whose end is unknown are left out, and counted.

    Returns:
        `skew_ms`, `unknown`, `n` (trials that ended), `lost`, `p_lost`, `ci_lo`, `ci_hi` (Wilson;
        NaN where no trial ended). The waits between the two writes are spread evenly, not drawn,
        which makes the interval wider than it has to be.
    """
    require(trials, "skew_ms", "lost", "outcome")
    rows = []
    for skew_ms, group in trials.groupby("skew_ms", sort=True):
        ended = group[group["outcome"] == "ok"]
        head = {"skew_ms": skew_ms, "unknown": len(group) - len(ended)}
        lost = int(ended["lost"].sum())
        rows.append(head | as_share(lost, len(ended), confidence=confidence, of="lost"))
    return pd.DataFrame(rows)
