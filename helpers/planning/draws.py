"""Numbers for a play and a purpose, the same whatever else is drawn.

What is compared, such as a workload and the same one with a change, meets the same viewers: common
random numbers. And plays can be followed in any order, anywhere: a number depends on the seed, the
play and the purpose alone. It is SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), counted instead
of stepped; numpy's generators have one state for all that is drawn.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31))
_BITS, _SCALE = np.uint64(11), 2.0**-53


class Draws:
    """Numbers between 0 and 1 for some plays.

    Args:
        seed: of all of them.
        plays: their numbers, (n,).
    """

    def __init__(self, seed: int, plays: NDArray[np.int64]) -> None:
        self.seed, self.plays = seed, plays

    def of(self, chosen: NDArray[np.bool_]) -> Draws:
        """Return those for some of the plays."""
        return Draws(self.seed, self.plays[chosen])

    def __len__(self) -> int:
        return len(self.plays)

    def uniform(self, purpose: str, *shape: int) -> Floats:
        """Return numbers for a purpose, (n, *shape): of a larger shape the first are the same."""
        key = np.array([self.seed % 2**64], dtype=np.uint64)
        for letter in np.frombuffer(purpose.encode(), dtype=np.uint8).astype(np.uint64)[:, None]:
            key = _mix(key + letter * _STEP)
        play = _mix(key + self.plays.astype(np.uint64) * _STEP)
        count = int(np.prod(shape, dtype=np.int64))
        numbers = _mix(play[:, np.newaxis] + np.arange(1, count + 1, dtype=np.uint64) * _STEP)
        # Neither 0 nor 1, where a distribution's inverse may have no end.
        drawn: Floats = ((numbers >> _BITS).astype(np.float64) + 0.5) * _SCALE
        return drawn.reshape(len(self.plays), *shape)


def _mix(number: NDArray[np.uint64]) -> NDArray[np.uint64]:
    for shift, factor in zip(_SHIFTS[:2], _MIX, strict=True):
        number = (number ^ (number >> shift)) * factor
    return number ^ (number >> _SHIFTS[2])
