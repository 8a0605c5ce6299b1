"""Observations of writes whose lags are known."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

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
