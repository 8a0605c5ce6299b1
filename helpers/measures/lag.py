"""The distribution of the replication lag."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from helpers.measures.columns import require

_RESAMPLES = 2000


def lag_quantiles(
    brackets: pd.DataFrame,
    quantiles: Sequence[float] = (0.5, 0.9, 0.99),
    *,
    confidence: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Estimate quantiles of the lag: the t at which that share of the writes is visible.

    The quantile of the brackets' midpoints, with a percentile bootstrap interval over writes. A
    quantile so far out that less than one write is expected beyond it has no interval (NaN).

    Args:
        brackets: as `lag_brackets` returns them; writes never seen count as infinitely late.
        seed: of the bootstrap.

    Returns:
        `quantile`, `lag_ms`, `ci_lo_ms`, `ci_hi_ms`, `bracket_ms` (median width of a bracket),
        `n` (writes).
    """
    require(brackets, "lo_ms", "hi_ms")
    mid = ((brackets["lo_ms"] + brackets["hi_ms"]) / 2).to_numpy()
    count = len(mid)
    random = np.random.default_rng(seed)
    resampled = random.choice(mid, size=(_RESAMPLES, count), replace=True)
    tail = (1 - confidence) / 2
    rows = []
    for quantile in quantiles:
        estimates = np.quantile(resampled, quantile, axis=1, method="inverted_cdf")
        known = count * min(quantile, 1 - quantile) >= 1
        low, high = np.quantile(estimates, [tail, 1 - tail], method="inverted_cdf")
        rows.append(
            {
                "quantile": quantile,
                "lag_ms": float(np.quantile(mid, quantile, method="inverted_cdf")),
                "ci_lo_ms": float(low) if known else math.nan,
                "ci_hi_ms": float(high) if known else math.nan,
                "bracket_ms": float((brackets["hi_ms"] - brackets["lo_ms"]).median()),
                "n": count,
            }
        )
    return pd.DataFrame(rows)
