"""Turnbull's estimator: the distribution of what is known only to lie between two bounds.

Of all distributions, it is the one under which the brackets seen are most likely. Its mass lies in
the innermost intervals, those that begin with a left end and end with the right end next to it;
how the mass lies inside one of them, the data do not say (Turnbull, Journal of the Royal
Statistical Society B 38(3), 1976).

`lifelines` has it too, and was tried: on 1000 brackets of 20 ms it took 1.2 s where this takes
under 0.1 s, it warned of divisions by zero, and a bootstrap would call it 500 times. Here
the resamples are estimated together, and the distance to the optimum is known at the end.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_TOLERANCE = 1e-4
# Near its end the algorithm gains about 1/k in round k where an interval's mass goes to nothing.
_ITERATIONS = 50_000


def innermost(lo: Floats, hi: Floats) -> tuple[Floats, Floats]:
    """Find the innermost intervals of closed brackets [lo, hi], in order.

    Returns:
        Their left and their right ends; brackets of width zero are innermost intervals themselves.
    """
    ends = np.concatenate([lo, hi])
    # At one moment a bracket that begins comes before one that ends: both hold that moment.
    is_right = np.concatenate([np.zeros(len(lo), dtype=bool), np.ones(len(hi), dtype=bool)])
    order = np.lexsort((is_right, ends))
    ends, is_right = ends[order], is_right[order]
    starts = np.flatnonzero(~is_right[:-1] & is_right[1:])
    return ends[starts], ends[starts + 1]


def turnbull(
    lo: Floats, hi: Floats, weights: Floats | None = None, *, tolerance: float = _TOLERANCE
) -> tuple[Floats, Floats, Floats]:
    """Estimate a distribution from brackets, by the self-consistency algorithm.

    Each round shares every bracket's weight among the innermost intervals it holds, in proportion
    to their mass so far. No distribution has a log-likelihood per unit of weight more than
    max(d) - 1 above the current one, d being the factors by which the round changed the masses
    (Boehning, Biometrika 73(3), 1986): the rounds end when that is below the tolerance.

    Args:
        lo, hi: ends of the n brackets, any unit; `hi` may be inf.
        weights: how often each bracket counts: (n,), or (resamples, n) to estimate many at once.
        tolerance: of the log-likelihood, per unit of weight.

    Returns:
        The left and right ends of the m innermost intervals, and their mass, of shape (m,) or
        (resamples, m).

    Raises:
        RuntimeError: the rounds did not come within the tolerance.
    """
    left, right = innermost(lo, hi)
    counts = np.ones(len(lo)) if weights is None else np.asarray(weights, dtype=float)
    brackets = _Brackets(np.searchsorted(left, lo), np.searchsorted(right, hi, side="right"))
    rows = np.atleast_2d(counts)
    mass = np.empty((len(rows), len(left)))
    # A chunk that stays in the processor's cache is several times faster.
    step = max(1, 200_000 // len(lo))
    for first in range(0, len(rows), step):
        chunk = slice(first, first + step)
        mass[chunk] = _self_consistent(brackets, rows[chunk], len(left), tolerance)
    return left, right, mass if counts.ndim > 1 else mass[0]


class _Brackets:
    """Which run of innermost intervals each bracket holds: those from `first` to before `end`."""

    def __init__(self, first: Ints, end: Ints) -> None:
        # Equal brackets count together; sorted, their shares are added up without a loop.
        self.first, self.end = first, end
        self.by_first, self.by_end = np.argsort(first, kind="stable"), np.argsort(end)
        self.firsts, self.first_at = np.unique(first[self.by_first], return_index=True)
        self.ends, self.end_at = np.unique(end[self.by_end], return_index=True)

    def factors(self, shares: Floats, width: int) -> Floats:
        """Add up, for each innermost interval, the shares of the brackets that hold it."""
        change = np.zeros((len(shares), width + 1))
        change[:, self.firsts] += np.add.reduceat(shares[:, self.by_first], self.first_at, axis=1)
        change[:, self.ends] -= np.add.reduceat(shares[:, self.by_end], self.end_at, axis=1)
        return np.cumsum(change, axis=1)[:, :width]


def _self_consistent(brackets: _Brackets, counts: Floats, width: int, tolerance: float) -> Floats:
    counts = counts / counts.sum(axis=1, keepdims=True)
    mass = np.full((len(counts), width), 1 / width)
    active = np.arange(len(counts))
    for _ in range(_ITERATIONS):
        now = mass[active]
        running = np.concatenate([np.zeros((len(now), 1)), np.cumsum(now, axis=1)], axis=1)
        held = running[:, brackets.end] - running[:, brackets.first]
        # A bracket that does not count may hold no mass at all.
        shares = np.divide(counts[active], held, out=np.zeros_like(held), where=held > 0)
        factors = brackets.factors(shares, width)
        now = now * np.maximum(factors, 0)
        mass[active] = now / now.sum(axis=1, keepdims=True)
        active = active[factors.max(axis=1) > 1 + tolerance]
        if not len(active):
            return mass
    raise RuntimeError(
        f"Turnbull's estimator did not come within {tolerance:g} of the optimum in {_ITERATIONS} "
        f"rounds, for {len(active)} of {len(counts)} resamples of {len(brackets.first)} brackets. "
        "Ask for less: a tolerance of 0.001 hardly moves an estimate."
    )
