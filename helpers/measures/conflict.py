"""How likely an update is lost: counted, and predicted from the lag."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from helpers.measures.columns import require
from helpers.measures.intervals import as_share, dkw_halfwidth, percentile_interval
from helpers.measures.lag import LagEstimate


def lost_update_rates(trials: pd.DataFrame, *, confidence: float = 0.95) -> pd.DataFrame:
    """Estimate the probability that one of two updates is lost, for each gap between them.

    Args:
        trials: `gap_ms`, `lost`, `outcome`, and `gap_commit_ms` where it is known; trials whose
            end is unknown are left out, and counted.

    Returns:
        `gap_ms` (achieved, from commit to commit, the median; as asked where it is not known),
        `gap_asked_ms`, `n` (trials that ended), `unknown`, `lost`, `p_lost`, `ci_lo`, `ci_hi`
        (Wilson's score interval; all NaN where no trial ended).
    """
    require(trials, "gap_ms", "lost", "outcome")
    rows = []
    for asked_ms, group in trials.groupby("gap_ms", sort=True):
        ended = group[group["outcome"] == "ok"]
        gap_ms = asked_ms
        if "gap_commit_ms" in group:
            gap_ms = float(group["gap_commit_ms"].median())
        rows.append(
            {
                "gap_ms": gap_ms,
                "gap_asked_ms": asked_ms,
                "unknown": len(group) - len(ended),
                **as_share(int(ended["lost"].sum()), len(ended), confidence=confidence, of="lost"),
            }
        )
    return pd.DataFrame(rows)


def remedy_rates(trials: pd.DataFrame, *, confidence: float = 0.95) -> pd.DataFrame:
    """Return for each remedy how many trials lost a change, and how long a write took.

    Args:
        trials: `remedy`, `lost`, `write_ms`, `outcome`, one row per trial; those that failed, or
            whose end is unknown, are left out and counted.

    Returns:
        One row per remedy, in the order they come: `remedy`, `unknown` (trials left out), `n`,
        `lost`, `p_lost`, `ci_lo`, `ci_hi` (Wilson; NaN where no trial ended), `write_ms` (median).
    """
    require(trials, "remedy", "lost", "write_ms", "outcome")
    rows = []
    for remedy, group in trials.groupby("remedy", sort=False):
        ended = group[group["outcome"] == "ok"]
        rows.append(
            {
                "remedy": remedy,
                "unknown": len(group) - len(ended),
                **as_share(int(ended["lost"].sum()), len(ended), confidence=confidence, of="lost"),
                "write_ms": float(ended["write_ms"].median()),
            }
        )
    return pd.DataFrame(rows)


def lost_update_curve(
    lag_ab: LagEstimate, lag_ba: LagEstimate, gaps_ms: ArrayLike, *, confidence: float = 0.95
) -> pd.DataFrame:
    """Predict from the lag how likely one of two updates is lost, against the gap between them.

    Region A writes at 0, Region B writes the same item at g. If g > 0 one of the two is lost unless
    the image of A has arrived by g: with probability 1 - F_ab(g). If g < 0 it is the other way
    round: 1 - F_ba(-g). At 0 neither has seen the other. This project's derivation.

    Args:
        lag_ab, lag_ba: the lag from A to B and from B to A, as `estimate_lag` returns it.
        gaps_ms: g, from the write in A to the write in B; negative if B wrote first.

    Returns:
        `gap_ms`, `p_lost`, `band_lo`, `band_hi` (Dvoretzky, Kiefer and Wolfowitz, for the whole
        curve of a direction at once), `n` (writes the lag was measured on).
    """
    rows = []
    for gap_ms in np.asarray(gaps_ms, dtype=float).ravel():
        lag = lag_ab if gap_ms >= 0 else lag_ba
        least, most = lag.cdf_bounds(abs(gap_ms))
        half = dkw_halfwidth(lag.n, confidence)
        rows.append(
            {
                "gap_ms": gap_ms,
                "p_lost": float(1 - lag.cdf(abs(gap_ms))),
                "band_lo": max(0.0, float(1 - most) - half),
                "band_hi": min(1.0, float(1 - least) + half),
                "n": lag.n,
            }
        )
    return pd.DataFrame(rows)


def conflict_probability(
    lag_ab: LagEstimate,
    lag_ba: LagEstimate,
    rates_per_s: ArrayLike,
    *,
    own_lags: bool = False,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Predict how likely a write in A conflicts, if B writes the same item at random moments.

    They conflict if B writes while the image of A is under way, or A while an image of B is.
    For Poisson writes of rate r in B, P = 1 - E[exp(-r (L_ab + L_ba))]. This project's derivation.
    It takes L_ba for the lag of all images that B has under way at that moment: true where the lag
    changes slowly. If each image draws a lag of its own, as on the local cloud, the images under
    way are the customers of an M/G/infinity queue, a Poisson number with mean r E[L_ba], and
    P = 1 - E[exp(-r L_ab)] exp(-r E[L_ba]): never smaller, by Jensen's inequality, and the same
    for writes that are rare against the lag.

    Args:
        lag_ab, lag_ba: the lag from A to B and from B to A, as `estimate_lag` returns it; taken as
            independent of each other.
        rates_per_s: r, writes of the item in B.
        own_lags: whether each image draws a lag of its own.

    Returns:
        `rate_per_s`, `p_conflict`, `ci_lo`, `ci_hi` (percentile bootstrap over writes, below with
        every lag as short and above with every one as long as the brackets allow; NaN if an
        estimate was made without resamples), `n` (writes on the link with fewer). docs/coverage.md
        has how often it holds the truth.

    Raises:
        ValueError: a rate is negative.
    """
    rates = np.asarray(rates_per_s, dtype=float).ravel()
    if not (rates >= 0).all():
        raise ValueError(f"Rates of writes cannot be negative: {rates.min():g} per s.")
    rows = []
    for rate in rates:
        told, low, high = (
            _conflicts(
                _spared(lag_ab, there_ms, rate), _spared(lag_ba, back_ms, rate, own_lags=own_lags)
            )
            for there_ms, back_ms in (
                (lag_ab.middle_ms, lag_ba.middle_ms),
                (lag_ab.left_ms, lag_ba.left_ms),
                (lag_ab.right_ms, lag_ba.right_ms),
            )
        )
        known = len(low[1]) > 1
        interval = percentile_interval(low[1], high[1], known=known, confidence=confidence)
        head = {"rate_per_s": rate, "p_conflict": told[0]}
        rows.append({**head, **interval, "n": min(lag_ab.n, lag_ba.n)})
    return pd.DataFrame(rows)


def _conflicts(
    there: tuple[float, np.ndarray], back: tuple[float, np.ndarray]
) -> tuple[float, np.ndarray]:
    """Return how likely a write falls into one of two lags, and the same for each resample."""
    # The two estimates may have been resampled with one seed: pair unlike rounds.
    pairs = min(len(there[1]), len(back[1]))
    return 1 - there[0] * back[0], 1 - there[1][:pairs] * np.roll(back[1][:pairs], 1)


def _spared(
    lag: LagEstimate, lags_ms: np.ndarray, rate_per_s: float, *, own_lags: bool = False
) -> tuple[float, np.ndarray]:
    """Return how likely no write falls into a lag, and the same for each resample."""
    if rate_per_s == 0:
        return 1.0, np.ones(len(lag.resampled_mass))
    expected = rate_per_s * lags_ms / 1000
    if own_lags:
        mean, means = lag.mean_of(expected)
        return float(np.exp(-mean)), np.exp(-means)
    return lag.mean_of(np.exp(-expected))
