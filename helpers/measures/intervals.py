"""How sure a share, a distribution function or a quantile is, from how many writes were counted."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pandas as pd
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


def wilson_intervals(counts: Iterable[int], totals: Iterable[int]) -> dict[str, list[float]]:
    """Return the 95 % intervals of several shares as columns, `ci_lo` and `ci_hi`; NaN of none."""
    bounds = [
        wilson_interval(int(count), int(n)) if n else (math.nan, math.nan)
        for count, n in zip(counts, totals, strict=True)
    ]
    return {"ci_lo": [low for low, _ in bounds], "ci_hi": [high for _, high in bounds]}


def shares_by(
    trials: pd.DataFrame,
    by: list[str],
    of: str,
    more: Callable[[pd.DataFrame], Mapping[str, float]] = lambda _ended: {},
) -> pd.DataFrame:
    """Estimate, group by group, the share of the trials that ended in which something happened.

    Args:
        trials: the columns of `by`, `of` (whether it happened) and `outcome`, one row per trial;
            those that failed, or whose end is unknown, are left out and counted.
        by: what tells the groups apart; they stay in the order in which they come.
        more: further columns of a group, from the trials that ended.

    Returns:
        The columns of `by`, `unknown` (trials left out), `n` (trials that ended), the count `of`,
        its share `p_...`, `ci_lo`, `ci_hi` (Wilson; NaN where no trial ended).
    """
    rows = []
    for names, group in trials.groupby(by, sort=False):
        ended = group[group["outcome"] == "ok"]
        head = dict(zip(by, names, strict=True))
        counts = {"unknown": len(group) - len(ended), "n": len(ended), of: int(ended[of].sum())}
        rows.append((head | counts, more(ended)))
    table = pd.DataFrame([row for row, _ in rows])
    shares = {f"p_{of}": table[of] / table["n"], **wilson_intervals(table[of], table["n"])}
    return table.assign(**shares).join(pd.DataFrame([extra for _, extra in rows]))


def dkw_halfwidth(count: int, confidence: float = 0.95) -> float:
    """Return how far a distribution function may be from that of `count` samples, everywhere.

    Dvoretzky, Kiefer and Wolfowitz (1956) with Massart's constant (Annals of Probability 18(3),
    1990): sqrt(ln(2 / alpha) / (2 n)).
    """
    return math.sqrt(math.log(2 / (1 - confidence)) / (2 * count))


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
