"""How sure a share or a distribution function is, from how many writes were counted."""

from __future__ import annotations

import math


def dkw_halfwidth(count: int, confidence: float = 0.95) -> float:
    """Return how far a distribution function may be from that of `count` samples, everywhere.

    Dvoretzky, Kiefer and Wolfowitz (1956) with Massart's constant (Annals of Probability 18(3),
    1990): sqrt(ln(2 / alpha) / (2 n)).
    """
    return math.sqrt(math.log(2 / (1 - confidence)) / (2 * count))
