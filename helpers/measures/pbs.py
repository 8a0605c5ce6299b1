"""Probabilistically bounded staleness: the textbook's model of quorums, and its published figures.

Bailis, Venkataraman, Franklin, Hellerstein and Stoica, PVLDB 5(8), 2012. A global table is not a
quorum system; the model stands here because its results are published: a tool that finds them again
from the fitted latencies can be trusted with what is measured here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd

from helpers.measures.intervals import order_interval, wilson_interval

_CHUNK = 250_000


@dataclass(frozen=True)
class Leg:
    """The latency of one message: exponential with a probability, otherwise Pareto.

    Attributes:
        p_exponential: the probability.
        rate_per_ms: of the exponential part.
        xm_ms, alpha: scale and shape of the Pareto part.
    """

    p_exponential: float
    rate_per_ms: float
    xm_ms: float
    alpha: float

    def draw_ms(self, random: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
        """Draw latencies in ms, of that shape."""
        exponential = random.exponential(1 / self.rate_per_ms, shape)
        pareto = self.xm_ms * (1 + random.pareto(self.alpha, shape))
        return np.where(random.random(shape) < self.p_exponential, exponential, pareto)


@cache
def published_pbs() -> dict[str, Any]:
    """Read the published latencies and figures, with their source and date.

    Returns:
        `deployments`: by name, the legs `write` (W) and `other` (A, R and S), `t999_ms` and, where
        it is known here, `p_fresh_at_0`; `replicas`, `read_quorum`, `write_quorum`, `source`.
    """
    text = resources.files("helpers.measures").joinpath("published.json").read_text("utf-8")
    known: dict[str, Any] = json.loads(text)
    return known


def visible_after_ms(
    write: Leg,
    other: Leg,
    *,
    replicas: int = 3,
    read_quorum: int = 1,
    write_quorum: int = 1,
    trials: int = 1_000_000,
    seed: int = 0,
) -> np.ndarray:
    """Draw how long after its commit a write is seen by a read, by the WARS model.

    Each replica i has four latencies: the write's way W_i, its acknowledgement A_i, the read's way
    R_i, the answer S_i. The write commits at w, the write_quorum-th smallest of W_i + A_i. The
    read takes the first read_quorum answers, the smallest R_i + S_i. Sent t after the commit it is
    fresh if one of these replicas has w + t + R_i >= W_i: so from t = min(W_i - R_i) - w on.

    Args:
        write: the latency W.
        other: the latency of A, R and S.

    Returns:
        (trials,) times in ms, 0 where a read is fresh from the start. The share of them at or
        below t is P(fresh at t).

    Raises:
        ValueError: a quorum is smaller than one or larger than the number of replicas.
    """
    if not (1 <= read_quorum <= replicas and 1 <= write_quorum <= replicas):
        raise ValueError(
            f"Quorums must be between 1 and {replicas} replicas, not {read_quorum}, {write_quorum}."
        )
    random = np.random.default_rng(seed)
    times = np.empty(trials)
    for first in range(0, trials, _CHUNK):
        shape = (min(_CHUNK, trials - first), replicas)
        w_ms = write.draw_ms(random, shape)
        a_ms, r_ms, s_ms = (other.draw_ms(random, shape) for _ in "ARS")
        commit_ms = np.sort(w_ms + a_ms, axis=1)[:, write_quorum - 1]
        answers = np.argsort(r_ms + s_ms, axis=1)[:, :read_quorum]
        needed_ms = np.take_along_axis(w_ms - r_ms, answers, axis=1).min(axis=1) - commit_ms
        times[first : first + shape[0]] = np.maximum(needed_ms, 0)
    return times


def pbs_table(*, trials: int = 1_000_000, seed: int = 0) -> pd.DataFrame:
    """Run the model on the published latencies, and put the published figures beside it.

    They are not found to the last digit: the paper prints rounded fits. Ten million trials give
    6.7, 13.8 and 7.4 % more than its t at 99.9 %, and its P(fresh at 0) to within 0.3 points.

    Returns:
        One row per deployment: `deployment`, `p_fresh_at_0` with `p_fresh_at_0_lo` and `_hi` (95 %,
        Wilson), `p_fresh_at_0_published` (NaN where it is not known here), `t999_ms` with
        `t999_lo_ms` and `t999_hi_ms` (95 %, order statistics), `t999_published_ms`, `n` (trials).
    """
    known = published_pbs()
    quorums = {name: known[name] for name in ("replicas", "read_quorum", "write_quorum")}
    rows = []
    for name, fitted in known["deployments"].items():
        legs = Leg(**fitted["write"]), Leg(**fitted["other"])
        times_ms = visible_after_ms(*legs, **quorums, trials=trials, seed=seed)
        fresh = int((times_ms == 0).sum())
        p_lo, p_hi = wilson_interval(fresh, trials)
        t_lo_ms, t_hi_ms = order_interval(times_ms, times_ms, 0.999)
        rows.append(
            {
                "deployment": name,
                "p_fresh_at_0": fresh / trials,
                "p_fresh_at_0_lo": p_lo,
                "p_fresh_at_0_hi": p_hi,
                "p_fresh_at_0_published": fitted.get("p_fresh_at_0", np.nan),
                "t999_ms": float(np.quantile(times_ms, 0.999, method="inverted_cdf")),
                "t999_lo_ms": t_lo_ms,
                "t999_hi_ms": t_hi_ms,
                "t999_published_ms": fitted["t999_ms"],
                "n": trials,
            }
        )
    return pd.DataFrame(rows)
