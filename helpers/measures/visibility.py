"""How likely a read is stale, against the time since the write."""

from __future__ import annotations

import numpy as np
import pandas as pd

from helpers.measures.columns import require
from helpers.measures.intervals import dkw_halfwidth


def staleness_curve(
    brackets: pd.DataFrame, *, points: int = 200, confidence: float = 0.95
) -> pd.DataFrame:
    """Give the share of writes that are not visible yet, against the time since they were made.

    Args:
        brackets: as `lag_brackets` returns them.
        points: how many times to tell.
        confidence: of the band, for the whole curve at once.

    Returns:
        `t_ms`, `p_stale_lo` and `p_stale_hi` (what the brackets leave open), `band_lo` and
        `band_hi` (with the band of Dvoretzky, Kiefer and Wolfowitz around both), `n` (writes).
    """
    require(brackets, "lo_ms", "hi_ms")
    lo, hi = np.sort(brackets["lo_ms"]), np.sort(brackets["hi_ms"])
    finite = hi[np.isfinite(hi)]
    end_ms = float(finite[-1]) * 1.05 if len(finite) else float(lo[-1]) * 1.05
    t_ms = np.linspace(0.0, max(end_ms, 1.0), points)
    count = len(brackets)
    p_lo = 1 - np.searchsorted(lo, t_ms, side="right") / count
    p_hi = 1 - np.searchsorted(hi, t_ms, side="right") / count
    half = dkw_halfwidth(count, confidence)
    return pd.DataFrame(
        {
            "t_ms": t_ms,
            "p_stale_lo": p_lo,
            "p_stale_hi": p_hi,
            "band_lo": np.clip(p_lo - half, 0, 1),
            "band_hi": np.clip(p_hi + half, 0, 1),
            "n": count,
        }
    )
