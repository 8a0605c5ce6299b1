"""How sure a share, a distribution function or a quantile is, from how many writes were counted."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats


def wilson_interval(
    successes: int, trials: int, *, confidence: float = 0.95
) -> tuple[float, float]:
    """Return Wilson's score interval of a probability, from independent trials.

    Unlike the textbook's normal interval it stays between 0 and 1 and holds its promise for few
    trials and for rare events (Wilson, JASA 22, 1927; Brown, Cai and DasGupta, Statistical Science
    16(2), 2001).

    Raises:
        ValueError: there are no trials, or more successes than trials.
    """
    if not 0 <= successes <= trials or trials < 1:
        raise ValueError(
            f"An interval needs at least one trial and no more successes than trials, "
            f"not {successes} of {trials}."
        )
    interval = stats.binomtest(successes, trials).proportion_ci(confidence, method="wilson")
    return float(interval.low), float(interval.high)


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


def bootstrap_quantiles(
    samples: ArrayLike,
    quantiles: Sequence[float] = (0.5, 0.9, 0.99),
    *,
    confidence: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> pd.DataFrame:
    """Estimate quantiles of independent samples, with percentile bootstrap intervals.

    A quantile beyond which less than one sample is expected has no interval (NaN): resampling
    cannot show what was never drawn. By hand, because `scipy.stats.bootstrap` computes inf - inf
    where a sample is infinite, and a write that was never seen is infinitely late.

    Returns:
        `quantile`, `estimate`, `ci_lo`, `ci_hi` (in the unit of the samples), `n`.
    """
    known = np.asarray(samples, dtype=float)
    draws = np.random.default_rng(seed).choice(known, size=(resamples, len(known)))
    return pd.DataFrame(
        [
            {
                "quantile": quantile,
                "estimate": float(np.quantile(known, quantile, method="inverted_cdf")),
                **percentile_interval(
                    np.quantile(draws, quantile, axis=1, method="inverted_cdf"),
                    known=quantile_has_interval(quantile, len(known)),
                    confidence=confidence,
                ),
                "n": len(known),
            }
            for quantile in quantiles
        ]
    )


def percentile_interval(
    estimates: np.ndarray, *, known: bool = True, confidence: float = 0.95
) -> dict[str, float]:
    """Cut the tails off the estimates of many resamples: `ci_lo` and `ci_hi`, NaN if not known."""
    if not known:
        return {"ci_lo": math.nan, "ci_hi": math.nan}
    tail = (1 - confidence) / 2
    low, high = np.quantile(estimates, [tail, 1 - tail], method="inverted_cdf")
    return {"ci_lo": float(low), "ci_hi": float(high)}


def quantile_has_interval(quantile: float, count: int) -> bool:
    """Tell whether at least one of `count` samples is expected on either side of a quantile."""
    return count * min(quantile, 1 - quantile) >= 1


def order_interval(
    lo: ArrayLike, hi: ArrayLike, quantile: float, *, confidence: float = 0.95
) -> tuple[float, float]:
    """Bound a quantile of what lies between `lo` and `hi`, whatever its distribution.

    The interval of two order statistics, by the binomial distribution of how many samples lie below
    the quantile (`scipy.stats.quantile_test`). The order statistics of the lower ends are at most,
    those of the upper ends at least, those of what they bracket: so it holds for brackets too.

    Returns:
        The bounds in the unit of the samples; 0 and inf where the samples are too few for one.
    """
    ends = [
        stats.quantile_test(np.sort(np.asarray(side, dtype=float)), p=quantile)
        .confidence_interval(confidence)
        for side in (lo, hi)
    ]  # fmt: skip
    low, high = float(ends[0].low), float(ends[1].high)
    return 0.0 if math.isnan(low) else low, math.inf if math.isnan(high) else high


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
