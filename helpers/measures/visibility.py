"""How likely a read is stale, against the time since the write."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from helpers.measures.columns import require
from helpers.measures.intervals import (
    dkw_halfwidth,
    order_interval,
    wilson_interval,
    wilson_intervals,
    writes_needed,
)
from helpers.measures.lag import estimate_lag

_TOLD = (0.5, 0.9, 0.99, 0.999)


def staleness_curve(brackets: pd.DataFrame, *, points: int = 200) -> pd.DataFrame:
    """Give the share of writes not visible yet, against the time since their acknowledgement.

    Args:
        brackets: as `lag_brackets` returns them.
        points: how many times to tell.

    Returns:
        `t_ms`, `p_stale` (by Turnbull's estimate, as `t_visibility` has it: the times of its
        quantiles are among `t_ms`), `p_stale_lo` and `p_stale_hi` (what the brackets leave open),
        `band_lo` and `band_hi` (with the band of Dvoretzky, Kiefer and Wolfowitz around both), `n`
        (writes).
    """
    require(brackets, "lo_ms", "hi_ms")
    lo, hi = np.sort(brackets["lo_ms"]), np.sort(brackets["hi_ms"])
    finite = hi[np.isfinite(hi)]
    end_ms = float(finite[-1]) * 1.05 if len(finite) else float(lo[-1]) * 1.05
    estimate = estimate_lag(brackets, resamples=0)
    marks_ms = np.array([estimate.quantile_ms(p_visible) for p_visible in _TOLD])
    even_ms = np.linspace(0.0, max(end_ms, 1.0), points)
    t_ms = np.union1d(even_ms, marks_ms[np.isfinite(marks_ms)])
    count = len(brackets)
    p_lo = 1 - np.searchsorted(lo, t_ms, side="right") / count
    p_hi = 1 - np.searchsorted(hi, t_ms, side="right") / count
    half = dkw_halfwidth(count)
    return pd.DataFrame(
        {
            "t_ms": t_ms,
            "p_stale": 1 - estimate.cdf(t_ms),
            "p_stale_lo": p_lo,
            "p_stale_hi": p_hi,
            "band_lo": np.clip(p_lo - half, 0, 1),
            "band_hi": np.clip(p_hi + half, 0, 1),
            "n": count,
        }
    )


def stale_at(brackets: pd.DataFrame, times_ms: Sequence[float]) -> pd.DataFrame:
    """Estimate the share of writes not visible yet, at chosen times since their acknowledgement.

    Args:
        brackets: as `lag_brackets` returns them.
        times_ms: since the acknowledgement.

    Returns:
        One row for each time: `t_ms`, `p_stale` (by Turnbull's estimate), `ci_lo`, `ci_hi`
        (Wilson's interval of each time by itself, widened by the writes whose bracket leaves it
        open), `n` (writes).
    """
    require(brackets, "lo_ms", "hi_ms")
    estimate, count = estimate_lag(brackets, resamples=0), len(brackets)
    rows = []
    for t_ms in times_ms:
        surely, perhaps = (int((brackets[end] > t_ms).sum()) for end in ("lo_ms", "hi_ms"))
        rows.append(
            {
                "t_ms": t_ms,
                "p_stale": 1 - float(estimate.cdf(t_ms)),
                "ci_lo": wilson_interval(surely, count)[0],
                "ci_hi": wilson_interval(perhaps, count)[1],
                "n": count,
            }
        )
    return pd.DataFrame(rows)


def t_visibility(brackets: pd.DataFrame, probabilities: Sequence[float] = _TOLD) -> pd.DataFrame:
    """Return how long after a write a read elsewhere sees it, with these probabilities.

    The interval is that of order statistics of the brackets' ends: it assumes nothing of the lag's
    shape and is never too narrow. A time is given only where the slowest of so many writes is more
    likely than not beyond it (`writes_needed(p, 0.5)`): otherwise it would be that slowest write,
    and too short more often than not.

    Args:
        brackets: as `lag_brackets` returns them, of one link.

    Returns:
        `p_visible`, `t_ms` (NaN where the writes cannot support it), `ci_lo_ms`, `ci_hi_ms` (0 and
        inf where they bound it on one side only), `n`, `n_needed` (writes before there is an upper
        bound at this confidence), `statement` (all of this in a sentence).
    """
    estimate = estimate_lag(brackets, resamples=0)
    rows = []
    for p_visible in probabilities:
        low_ms, high_ms = order_interval(brackets["lo_ms"], brackets["hi_ms"], p_visible)
        supported = estimate.n >= writes_needed(p_visible, 0.5)
        row = {
            "p_visible": p_visible,
            "t_ms": estimate.quantile_ms(p_visible) if supported else math.nan,
            "ci_lo_ms": low_ms,
            "ci_hi_ms": high_ms,
            "n": estimate.n,
            # Half of what the interval may miss lies above it.
            "n_needed": writes_needed(p_visible, 0.975),
        }
        rows.append({**row, "statement": _state(row)})
    return pd.DataFrame(rows)


def _state(row: dict[str, float]) -> str:
    """Describe what is known of one t-visibility, and what it would take to know more."""
    share = f"{row['p_visible'] * 100:g} %"
    writes = f"{row['n']} writes"
    if math.isnan(row["t_ms"]):
        return (
            f"{writes} are too few to say when {share} of reads see a write: the slowest of them "
            "is more likely within that time than beyond it. "
            f"{writes_needed(row['p_visible'], 0.5)} writes give even odds, "
            f"{row['n_needed']} an upper bound at 95 % confidence."
        )
    if math.isinf(row["t_ms"]):
        return f"Of {writes}, fewer than {share} were seen elsewhere while the reads went on."
    told = f"{share} of reads see a write after {row['t_ms']:.0f} ms"
    if math.isfinite(row["ci_hi_ms"]):
        known = f"{row['ci_lo_ms']:.0f} to {row['ci_hi_ms']:.0f} ms, {writes}"
    elif row["n"] >= row["n_needed"]:
        known = f"at least {row['ci_lo_ms']:.0f} ms; too many of {writes} were never seen"
    else:
        known = (
            f"at least {row['ci_lo_ms']:.0f} ms; {writes}, and an upper bound takes "
            f"{row['n_needed']}"
        )
    return f"{told} (95 % confidence: {known})."


def bin_edges(reads: Mapping[str, pd.DataFrame], until_ms: float) -> np.ndarray:
    """Return edges in ms of bins as wide as the polling that was achieved, for `stale_shares`.

    Args:
        reads: of several runs that are to be compared; the coarsest of them sets the width.
        until_ms: where the last bin begins, at most.
    """
    width_ms = max(_polling_ms(seen[seen["outcome"] == "ok"]) for seen in reads.values())
    return np.arange(0.0, until_ms + width_ms, math.ceil(max(width_ms, 1.0)))


def _polling_ms(answered: pd.DataFrame) -> float:
    """Return the median time between two reads of one write; 0 if each was read once."""
    ordered = answered.sort_values("t_ms")
    gaps_ms = ordered.groupby(["write_region", "read_region", "trial"])["t_ms"].diff().dropna()
    return float(gaps_ms.median()) if len(gaps_ms) else 0.0


def stale_shares(reads: pd.DataFrame, edges_ms: Sequence[float]) -> pd.DataFrame:
    """Count the stale reads against the time since the write: each write once in each bin.

    Of each write the read nearest to the middle of the bin counts. Where writes were read again and
    again, the last answer holds on in later bins: reads stop once a write is seen, and without it
    the late bins would hold stale reads alone; and a write given up unseen stays stale. The
    interval is Wilson's for one bin; for the whole curve at once see `staleness_curve`.

    Args:
        reads: `trial`, `write_region`, `read_region`, `outcome`, `fresh`, `t_ms`; one row per read.
        edges_ms: edges of the bins, rising; bins no narrower than the polling interval.

    Returns:
        One row per link and bin: `write_region`, `read_region`, `t_ms` (middle of the bin), `n`
        (writes), `stale`, `p_stale`, `ci_lo`, `ci_hi`. Bins without a read are left out.

    Raises:
        ValueError: a column is missing, there are no reads, or the bins are narrower than the
            polling interval, so that they would miss writes that were not seen yet.
    """
    require(reads, "trial", "write_region", "read_region", "outcome", "fresh", "t_ms")
    link = ["write_region", "read_region"]
    answered = reads[reads["outcome"] == "ok"].sort_values("t_ms", ignore_index=True)
    edges = np.asarray(edges_ms, dtype=float)
    every_ms = _polling_ms(answered)
    repeated = every_ms > 0
    if repeated and np.diff(edges).min() < every_ms * 0.99:
        raise ValueError(
            f"Bins of {np.diff(edges).min():g} ms are narrower than the {every_ms:.0f} ms between "
            "two reads of one write. `bin_edges` chooses wider ones; `staleness_curve` needs none."
        )
    tables = []
    for low_ms, high_ms in pairwise(edges):
        middle_ms = (low_ms + high_ms) / 2
        inside = answered[answered["t_ms"].between(low_ms, high_ms, inclusive="left")]
        order = (inside["t_ms"] - middle_ms).abs().sort_values(kind="stable").index
        held = answered[answered["t_ms"] < low_ms].iloc[::-1] if repeated else inside.iloc[:0]
        both = pd.concat([inside.loc[order], held]).drop_duplicates([*link, "trial"])
        counts = both.assign(stale=~both["fresh"].astype(bool)).groupby(link)["stale"]
        binned = counts.agg(["size", "sum"]).set_axis(["n", "stale"], axis=1).reset_index()
        binned.insert(len(link), "t_ms", middle_ms)
        tables.append(binned)
    table = pd.concat(tables, ignore_index=True)
    return table.assign(
        p_stale=table["stale"] / table["n"], **wilson_intervals(table["stale"], table["n"])
    )


def stale_shares_by(reads: Mapping[str, pd.DataFrame], edges_ms: Sequence[float]) -> pd.DataFrame:
    """Count the stale reads of several runs: as `stale_shares`, with `reads` naming the run."""
    shares = [stale_shares(seen, edges_ms).assign(reads=kind) for kind, seen in reads.items()]
    return pd.concat(shares, ignore_index=True)


def staleness_mix(p_visible: ArrayLike, regions: int) -> np.ndarray:
    """Return how likely a read is fresh if its Region is any of several, each as likely.

    1/N + (N - 1)/N F(t): the Region of the write sees it at once, each other one with probability
    F(t), the distribution function of the lag. This project's derivation; with links of different
    lag, F is their average.

    Args:
        p_visible: F(t), any shape.
        regions: N.

    Raises:
        ValueError: there are no Regions, or a probability is not between 0 and 1.
    """
    visible = np.asarray(p_visible, dtype=float)
    if regions < 1 or not ((visible >= 0) & (visible <= 1)).all():
        raise ValueError("Give at least one Region and probabilities between 0 and 1.")
    return 1 / regions + (regions - 1) / regions * visible
