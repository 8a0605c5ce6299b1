"""How sure a share, a distribution function or a quantile is, from how many writes were counted."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats


def wilson_interval(
    successes: int, trials: int, *, confidence: float = 0.95
) -> tuple[float, float]:
    """Return Wilson's score interval of a probability, with continuity correction.

    Unlike the textbook's normal interval it stays between 0 and 1 (Wilson, JASA 22, 1927). Without
    the correction it holds its promise on average only, and misses rare events far more often
    (Newcombe, Statistics in Medicine 17, 1998); docs/coverage.md has what it holds.

    Raises:
        ValueError: there are no trials, or more successes than trials.
    """
    if not 0 <= successes <= trials or trials < 1:
        raise ValueError(
            f"An interval needs at least one trial and no more successes than trials, "
            f"not {successes} of {trials}."
        )
    interval = stats.binomtest(successes, trials).proportion_ci(confidence, method="wilsoncc")
    return float(interval.low), float(interval.high)


def as_share(successes: int, trials: int, *, confidence: float, of: str) -> dict[str, float]:
    """Return a share as columns: `n`, the count, `p_` and its Wilson interval; NaN of nothing.

    Args:
        of: what was counted, the name of the column of the count.
    """
    share, ci_lo, ci_hi = math.nan, math.nan, math.nan
    if trials:
        share = successes / trials
        ci_lo, ci_hi = wilson_interval(successes, trials, confidence=confidence)
    return {"n": trials, of: successes, f"p_{of}": share, "ci_lo": ci_lo, "ci_hi": ci_hi}


def dkw_halfwidth(count: int, confidence: float = 0.95) -> float:
    """Return how far a distribution function may be from that of `count` samples, everywhere.

    Dvoretzky, Kiefer and Wolfowitz (1956) with Massart's constant (Annals of Probability 18(3),
    1990): sqrt(ln(2 / alpha) / (2 n)).
    """
    return math.sqrt(math.log(2 / (1 - confidence)) / (2 * count))


def dkw_band(
    samples: ArrayLike, at: ArrayLike, *, confidence: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Give the band around the empirical distribution function that holds the true one.

    The confidence is for the whole curve at once, not for each point of it.

    Args:
        samples: independent, any shape and unit; inf is allowed.
        at: where to tell the band, in the same unit.

    Returns:
        Its lower and upper edge at each point of `at`.
    """
    ordered = np.sort(np.asarray(samples, dtype=float), axis=None)
    share = np.searchsorted(ordered, np.asarray(at, dtype=float), side="right") / len(ordered)
    half = dkw_halfwidth(len(ordered), confidence)
    return np.clip(share - half, 0, 1), np.clip(share + half, 0, 1)


def percentile_interval(
    low: np.ndarray, high: np.ndarray, *, known: bool = True, confidence: float = 0.95
) -> dict[str, float]:
    """Cut the tails off the estimates of many resamples: `ci_lo` and `ci_hi`, NaN if not known.

    Args:
        low, high: of each resample the least and the greatest that the data allow.
    """
    if not known:
        return {"ci_lo": math.nan, "ci_hi": math.nan}
    tail = (1 - confidence) / 2
    least = np.quantile(low, tail, method="inverted_cdf")
    most = np.quantile(high, 1 - tail, method="inverted_cdf")
    return {"ci_lo": float(least), "ci_hi": float(most)}


def order_ranks(count: int, quantile: float, confidence: float = 0.95) -> tuple[int, int]:
    """Return which of `count` ordered samples bound a quantile, whatever the distribution.

    How many samples lie below the quantile is binomial: the rank-th smallest is a bound once so
    many, or so few, are likely enough. Half of what may be missed lies on either side.

    Returns:
        The lower and the upper rank, from 1; 0, or `count` + 1, where no sample is a bound.
    """
    tail = (1 - confidence) / 2
    lower, upper = stats.binom.ppf([tail, 1 - tail], count, quantile)
    return int(lower), int(upper) + 1


def order_interval(
    lo: ArrayLike, hi: ArrayLike, quantile: float, *, confidence: float = 0.95
) -> tuple[float, float]:
    """Bound a quantile of what lies between `lo` and `hi`, whatever its distribution.

    The interval of two order statistics (`order_ranks`). The order statistics of the lower ends are
    at most, those of the upper ends at least, those of what they bracket: so it holds for brackets
    too.

    Returns:
        The bounds in the unit of the samples; 0 and inf where the samples are too few for one.
    """
    least, most = np.sort(np.asarray(lo, dtype=float)), np.sort(np.asarray(hi, dtype=float))
    lower, upper = order_ranks(len(least), quantile, confidence)
    return (
        float(least[lower - 1]) if lower > 0 else 0.0,
        float(most[upper - 1]) if upper <= len(most) else math.inf,
    )


def writes_needed(quantile: float, confidence: float = 0.95) -> int:
    """Return how many writes it takes before the slowest of them bounds a quantile from above.

    All n of them lie below the quantile q with probability q^n; the slowest is a bound with the
    wanted confidence c once 1 - q^n >= c, that is n >= ln(1 - c) / ln(q). For 99.9 % that is 693
    writes for even odds and 2995 for 95 %. Without assuming a shape for the tail there is no other
    way: fewer writes have most likely not met the slowest one in a thousand at all.

    Raises:
        ValueError: quantile or confidence is not between 0 and 1.
    """
    if not (0 < quantile < 1 and 0 < confidence < 1):
        raise ValueError(
            f"Quantile and confidence must lie between 0 and 1, not {quantile}, {confidence}."
        )
    # A hair less: rounding must not ask for a whole write more.
    return max(1, math.ceil(math.log(1 - confidence) / math.log(quantile) - 1e-9))
