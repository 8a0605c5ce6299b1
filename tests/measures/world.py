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


def bracketed(lags_ms: np.ndarray, seed: int, poll_ms: float = 20.0) -> pd.DataFrame:
    """Make the brackets that polling leaves, the first read of each write at a random moment."""
    random = np.random.default_rng(seed)
    first_ms = random.uniform(0, poll_ms, len(lags_ms))
    stale = np.ceil((lags_ms - first_ms) / poll_ms)
    return pd.DataFrame(
        {
            "lo_ms": np.maximum(0, first_ms + (stale - 1) * poll_ms),
            "hi_ms": first_ms + stale * poll_ms + random.uniform(0.5, 3, len(lags_ms)),
        }
    )


def exact(lags_ms: np.ndarray) -> pd.DataFrame:
    """Make the brackets of lags that are known exactly."""
    return pd.DataFrame({"lo_ms": lags_ms, "hi_ms": lags_ms})


def enough(covered: int, runs: int, confidence: float = 0.95) -> bool:
    """Return whether an interval that holds its promise covers so few times once in 1000, or less."""
    return covered >= stats.binom.ppf(0.001, runs, confidence)
