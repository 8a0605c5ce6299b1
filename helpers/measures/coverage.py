"""How often the intervals hold the truth: measured on writes whose lags are known.

The polling is that of `run_staleness` on a virtual clock: the commit lies somewhere within the
write's round trip, the second read comes a random part of an interval after the acknowledgement,
every read starts a little late and shows a state between its start and its end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from helpers.measures.conflict import conflict_probability
from helpers.measures.intervals import dkw_halfwidth, order_ranks, wilson_interval
from helpers.measures.lag import LagEstimate, estimate_lag
from helpers.measures.turnbull import Floats

POLLING_MS = (20.0, 150.0)
COUNTS = (25, 100, 500)
QUANTILES = (0.5, 0.9, 0.99)
# A round trip takes about so much of a polling interval, as `pace` chooses it.
_ROUND_TRIP = 0.7
_LATE_MS = 0.5
_SIDE = 3
_RATE_PER_S = 1.0
# Of sums of many small masses.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Lag:
    """A lag whose truth is known, in ms.

    Attributes:
        draw: as many lags as a shape holds.
        cdf: share of the lags that are at most t; `before` the share that are less.
        quantile: its inverse.
    """

    draw: Callable[[np.random.Generator, tuple[int, ...]], Floats]
    cdf: Callable[[Floats], Floats]
    before: Callable[[Floats], Floats]
    quantile: Callable[[float], float]


def _continuous(law: stats.rv_continuous) -> Lag:
    return Lag(
        lambda rng, shape: law.ppf(rng.random(shape)), law.cdf, law.cdf,
        lambda q: float(law.ppf(q)),
    )  # fmt: skip


def _fixed(lag_ms: float) -> Lag:
    return Lag(
        lambda _rng, shape: np.full(shape, lag_ms),
        lambda t_ms: (t_ms >= lag_ms).astype(np.float64),
        lambda t_ms: (t_ms > lag_ms).astype(np.float64),
        lambda _quantile: lag_ms,
    )


def _bimodal() -> Lag:
    near, far, share = stats.norm(300, 10), stats.norm(1500, 50), 0.7

    def draw(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
        first = rng.random(shape) < share
        return np.where(first, rng.normal(300, 10, shape), rng.normal(1500, 50, shape))

    def cdf(t_ms: Floats) -> Floats:
        visible: Floats = share * near.cdf(t_ms) + (1 - share) * far.cdf(t_ms)
        return visible

    grid_ms = np.linspace(200, 1900, 1_700_001)
    return Lag(draw, cdf, cdf, lambda q: float(grid_ms[np.searchsorted(cdf(grid_ms), q)]))


LAGS: Mapping[str, Lag] = {
    "lognormal": _continuous(stats.lognorm(0.51, scale=700)),
    "uniform": _continuous(stats.uniform(150, 750)),
    "fixed": _fixed(400.0),
    "narrow": _continuous(stats.norm(400, 3)),
    "bimodal": _bimodal(),
}


def brackets(lags_ms: Floats, poll_ms: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return what polling leaves of lags: the least and the most since the commit, of their shape.

    Only the reads near the moment at which a write becomes visible can be its last stale or its
    first fresh one; the others are not drawn.
    """
    trip_ms = _ROUND_TRIP * poll_ms
    write_ms = trip_ms * rng.uniform(0.7, 1.3, lags_ms.shape)
    visible_ms = lags_ms - write_ms * rng.random(lags_ms.shape)
    phase_ms = poll_ms * rng.random(lags_ms.shape)
    nearest = np.floor((visible_ms - phase_ms) / poll_ms)
    number = nearest[..., np.newaxis] + np.arange(-_SIDE, _SIDE + 2)
    start_ms = phase_ms[..., np.newaxis] + number * poll_ms
    # The read before the one at the phase is the first of all, at the acknowledgement.
    start_ms = np.where(number == -1, 0.0, start_ms) + rng.exponential(_LATE_MS, number.shape)
    made = number >= -1
    end_ms = start_ms + trip_ms * rng.uniform(0.7, 1.3, number.shape)
    looked_ms = start_ms + (end_ms - start_ms) * rng.random(number.shape)
    fresh = made & (looked_ms >= visible_ms[..., np.newaxis])
    hi_ms = np.where(fresh, end_ms, np.inf).min(axis=-1)
    stale = made & ~fresh & (start_ms < hi_ms[..., np.newaxis])
    lo_ms = np.where(stale, start_ms, 0.0).max(axis=-1)
    return lo_ms, hi_ms + write_ms


def measure(lag: Lag, poll_ms: float, count: int, *, runs: int, seed: int) -> dict[str, float]:
    """Simulate runs of so many writes, and count how often each 95 % statement holds.

    Returns:
        For each quantile its coverage, `q50`, `q90`, `q99`, the median width of its interval in
        ms, `q50_ms` and so on (inf where most have no upper end), and `band`, the coverage of the
        band for the whole curve.
    """
    rng = np.random.default_rng(seed)
    lo_ms, hi_ms = (np.sort(side, axis=1) for side in brackets(
        np.maximum(lag.draw(rng, (runs, count)), 0.0), poll_ms, rng))  # fmt: skip
    held: dict[str, float] = {}
    for quantile in QUANTILES:
        lower, upper = order_ranks(count, quantile)
        least = lo_ms[:, lower - 1] if lower > 0 else np.zeros(runs)
        most = hi_ms[:, upper - 1] if upper <= count else np.full(runs, np.inf)
        true_ms = lag.quantile(quantile)
        name = f"q{quantile * 100:.0f}"
        held[name] = float(((least <= true_ms) & (true_ms <= most)).mean())
        held[f"{name}_ms"] = float(np.median(most - least))
    reached = np.arange(1, count + 1) / count
    half = dkw_halfwidth(count)
    above = (reached - lag.cdf(hi_ms)).max(axis=1)
    below = (lag.before(lo_ms) - (reached - 1 / count)).max(axis=1)
    held["band"] = float(((above <= half) & (below <= half)).mean())
    return held


def table(*, runs: int, seed: int = 0) -> pd.DataFrame:
    """Measure every cell: `lag`, `poll_ms`, `n` and the columns of `measure`."""
    cells = [(name, poll, n) for name in LAGS for poll in POLLING_MS for n in COUNTS]
    return pd.DataFrame(
        [
            {"lag": name, "poll_ms": poll_ms, "n": count}
            | measure(LAGS[name], poll_ms, count, runs=runs, seed=seed + place)
            for place, (name, poll_ms, count) in enumerate(cells)
        ]
    )


def conflicts(
    *, runs: int, counts: Sequence[int] = (25, 100), resamples: int = 200, seed: int = 0
) -> pd.DataFrame:
    """Measure how often the interval of `conflict_probability` holds the truth.

    Each run has writes of both directions, a lag of its own each, and one write a second elsewhere.

    Returns:
        `lag`, `poll_ms`, `n` (writes in each direction), `own` and `slow` (the coverage where each
        image has a lag of its own, and where all have the same for a while).
    """
    rows = []
    cells = [(name, poll, n) for name in LAGS for poll in POLLING_MS for n in counts]
    for place, (name, poll_ms, count) in enumerate(cells):
        rng = np.random.default_rng(seed + place)
        true_ms = np.maximum(LAGS[name].draw(rng, (200_000,)), 0.0)
        spared = float(np.exp(-_RATE_PER_S * true_ms / 1000).mean())
        never = float(np.exp(-_RATE_PER_S * true_ms.mean() / 1000))
        truth = {"own": 1 - spared * never, "slow": 1 - spared**2}
        held = dict.fromkeys(truth, 0)
        for _ in range(runs):
            there, back = (_estimated(LAGS[name], poll_ms, count, resamples, rng) for _ in range(2))
            for kind, true in truth.items():
                row = conflict_probability(there, back, [_RATE_PER_S], own_lags=kind == "own").iloc[
                    0
                ]
                held[kind] += row["ci_lo"] - _ROUNDING <= true <= row["ci_hi"] + _ROUNDING
        head = {"lag": name, "poll_ms": poll_ms, "n": count}
        rows.append(head | {kind: times / runs for kind, times in held.items()})
    return pd.DataFrame(rows)


def _estimated(
    lag: Lag, poll_ms: float, count: int, resamples: int, rng: np.random.Generator
) -> LagEstimate:
    lags_ms = np.maximum(lag.draw(rng, (count,)), 0.0)
    lo_ms, hi_ms = brackets(lags_ms, poll_ms, rng)
    known = pd.DataFrame({"lo_ms": lo_ms, "hi_ms": hi_ms})
    return estimate_lag(known, resamples=resamples, seed=int(rng.integers(2**31)))


def shares() -> pd.DataFrame:
    """Compute, not draw, how often the interval of a share holds it.

    Returns:
        `n`, `least` (the coverage at the worst of 999 shares), `mean` (over all of them).
    """
    true = np.linspace(0.001, 0.999, 999)[:, np.newaxis]
    rows = []
    for count in COUNTS:
        successes = np.arange(count + 1)
        ends = np.array([wilson_interval(int(k), count) for k in successes])
        inside = (ends[:, 0] <= true) & (true <= ends[:, 1])
        held = (stats.binom.pmf(successes, count, true) * inside).sum(axis=1)
        rows.append({"n": count, "least": held.min(), "mean": held.mean()})
    return pd.DataFrame(rows)
