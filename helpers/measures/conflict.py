"""How likely an update is lost: counted, and predicted from the lag."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from helpers.measures.columns import require
from helpers.measures.intervals import dkw_halfwidth, shares_by
from helpers.measures.lag import LagEstimate


def lost_update_rates(trials: pd.DataFrame) -> pd.DataFrame:
    """Estimate the probability that one of two updates is lost, for each gap between them.

    Args:
        trials: `gap_ms`, `lost`, `outcome`, and `gap_commit_ms` where it is known.

    Returns:
        `gap_ms` (achieved, from commit to commit, the median; as asked where it is not known),
        `gap_asked_ms`, `unknown`, `n`, `lost`, `p_lost`, `ci_lo`, `ci_hi`, as `shares_by`.
    """
    require(trials, "gap_ms", "lost", "outcome")
    rates = shares_by(trials.sort_values("gap_ms"), ["gap_ms"], "lost")
    rates = rates.rename(columns={"gap_ms": "gap_asked_ms"})
    achieved = "gap_commit_ms" if "gap_commit_ms" in trials else "gap_ms"
    gaps_ms = trials.groupby("gap_ms")[achieved].median()
    rates.insert(0, "gap_ms", rates["gap_asked_ms"].map(gaps_ms))
    return rates


def skew_rates(trials: pd.DataFrame) -> pd.DataFrame:
    """Estimate the share of later writes that are lost to a clock that is ahead, for each skew.

    Args:
        trials: `skew_ms`, `lost`, `outcome`.

    Returns:
        `skew_ms`, `unknown`, `n`, `lost`, `p_lost`, `ci_lo`, `ci_hi`, as `shares_by`. The waits
        between the two writes are spread evenly, not drawn, which makes the interval wider than it
        has to be.
    """
    require(trials, "skew_ms", "lost", "outcome")
    return shares_by(trials.sort_values("skew_ms"), ["skew_ms"], "lost")


def remedy_rates(trials: pd.DataFrame) -> pd.DataFrame:
    """Return for each remedy how many trials lost a change, and how long a write took.

    Args:
        trials: `remedy`, `lost`, `write_ms`, `outcome`, one row per trial.

    Returns:
        One row per remedy, in the order they come: `remedy`, `unknown`, `n`, `lost`, `p_lost`,
        `ci_lo`, `ci_hi`, as `shares_by`, and `write_ms` (median).
    """
    require(trials, "remedy", "lost", "write_ms", "outcome")
    return shares_by(
        trials, ["remedy"], "lost", lambda ended: {"write_ms": float(ended["write_ms"].median())}
    )


def lost_update_curve(lag_ab: LagEstimate, lag_ba: LagEstimate, gaps_ms: ArrayLike) -> pd.DataFrame:
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
        half = dkw_halfwidth(lag.n)
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
        bounds = (
            float(np.quantile(resampled, tail, method="inverted_cdf")) if known else math.nan
            for resampled, tail in ((low[1], 0.025), (high[1], 0.975))
        )
        rows.append((rate, told[0], *bounds, min(lag_ab.n, lag_ba.n)))
    return pd.DataFrame(rows, columns=["rate_per_s", "p_conflict", "ci_lo", "ci_hi", "n"])


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
