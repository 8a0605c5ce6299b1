"""How far an estimated distribution is from the true one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from helpers.measures.lag import LagEstimate

# Points inside an interval of the estimate at which the two functions are compared.
_INSIDE = 17


def ks_distance(
    estimate: LagEstimate | ArrayLike, truth: Callable[[np.ndarray], np.ndarray] | ArrayLike
) -> float:
    """Return the Kolmogorov-Smirnov distance: the largest difference of two distribution functions.

    Args:
        estimate: an estimate of a lag, or samples of it in ms.
        truth: a continuous distribution function of times in ms, or samples in ms.

    Returns:
        Between 0 and 1. For samples it is the statistic of `scipy.stats.kstest`, which is not used
        because it computes a p-value too, and warns of divisions by zero for few samples.
    """
    if not isinstance(estimate, LagEstimate):
        values, counts = np.unique(np.asarray(estimate, dtype=float), return_counts=True)
        share, count = counts / counts.sum(), int(counts.sum())
        estimate = LagEstimate(values, values, share, np.empty((0, len(values))), count)
    right_ms = np.where(np.isfinite(estimate.right_ms), estimate.right_ms, estimate.left_ms)
    at_ms = np.linspace(estimate.left_ms, right_ms, _INSIDE).ravel()
    if callable(truth):
        after = before = truth
    else:
        known = np.sort(np.asarray(truth, dtype=float))
        at_ms = np.concatenate([at_ms, known])

        def after(t_ms: np.ndarray) -> np.ndarray:
            return np.searchsorted(known, t_ms, side="right") / len(known)

        def before(t_ms: np.ndarray) -> np.ndarray:
            return np.searchsorted(known, t_ms, side="left") / len(known)

    # Both functions may jump: compare at each point, and just before it.
    just_before = np.nextafter(at_ms, -np.inf)
    at, ahead = estimate.cdf(at_ms) - after(at_ms), estimate.cdf(just_before) - before(at_ms)
    return float(max(np.abs(at).max(), np.abs(ahead).max()))
