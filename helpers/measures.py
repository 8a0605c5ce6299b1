"""From observations to measures: pure functions, tables in, tables out.

Observations are what `helpers.experiments` returns, one row a call or a trial. Intervals count
writes, not reads: the many reads of one write are about one and the same lag.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

_RESAMPLES = 2000


def _require(table: pd.DataFrame, *columns: str) -> None:
    """Refuse a table that cannot be measured, saying what it lacks."""
    missing = [column for column in columns if column not in table]
    if missing:
        raise ValueError(f"Expected the columns {list(columns)}; {missing} are not there.")
    if table.empty:
        raise ValueError("There are no observations to measure. Run the experiment first.")


def lag_brackets(reads: pd.DataFrame) -> pd.DataFrame:
    """Bracket the replication lag of each write between its last stale and first fresh read.

    Args:
        reads: `trial`, `write_region`, `read_region`, `outcome`, `fresh`, `t_ms`, `done_ms`.

    Returns:
        One row a trial: `trial`, `write_region`, `read_region`, `lo_ms` (start of the last stale
        read before the first fresh one, 0 if there was none), `hi_ms` (end of the first fresh
        read, inf if there was none). The lag lies between: a read shows a state of the replica
        somewhere between its start and its end.
    """
    _require(
        reads, "trial", "write_region", "read_region", "outcome", "fresh", "t_ms", "done_ms"
    )  # fmt: skip
    rows = []
    answered = reads[reads["outcome"] == "ok"]
    for (trial, writer, reader), group in answered.groupby(
        ["trial", "write_region", "read_region"], sort=True
    ):
        fresh = group[group["fresh"].astype(bool)]
        hi_ms = float(fresh["done_ms"].min()) if len(fresh) else math.inf
        stale = group[~group["fresh"].astype(bool) & (group["t_ms"] < hi_ms)]
        lo_ms = max(0.0, float(stale["t_ms"].max())) if len(stale) else 0.0
        rows.append(
            {
                "trial": trial,
                "write_region": writer,
                "read_region": reader,
                "lo_ms": lo_ms,
                "hi_ms": hi_ms,
            }
        )
    return pd.DataFrame(rows)


def dkw_halfwidth(count: int, confidence: float = 0.95) -> float:
    """Return how far a distribution function may be from that of `count` samples, everywhere.

    Dvoretzky, Kiefer and Wolfowitz (1956) with Massart's constant (Annals of Probability 18(3),
    1990): sqrt(ln(2 / alpha) / (2 n)).
    """
    return math.sqrt(math.log(2 / (1 - confidence)) / (2 * count))


def staleness_curve(
    brackets: pd.DataFrame, *, points: int = 200, confidence: float = 0.95
) -> pd.DataFrame:
    """Give the share of writes that are not visible yet, against the time since they were made.

    Args:
        brackets: as `lag_brackets` returns them.
        points: how many times to tell.
        confidence: of the band, for the whole curve at once.

    Returns:
        `t_ms`, `p_stale_lo` and `p_stale_hi` (what the brackets leave open), `band_lo` and
        `band_hi` (with the band of Dvoretzky, Kiefer and Wolfowitz around both), `n` (writes).
    """
    _require(brackets, "lo_ms", "hi_ms")
    lo, hi = np.sort(brackets["lo_ms"]), np.sort(brackets["hi_ms"])
    finite = hi[np.isfinite(hi)]
    end_ms = float(finite[-1]) * 1.05 if len(finite) else float(lo[-1]) * 1.05
    t_ms = np.linspace(0.0, max(end_ms, 1.0), points)
    count = len(brackets)
    p_lo = 1 - np.searchsorted(lo, t_ms, side="right") / count
    p_hi = 1 - np.searchsorted(hi, t_ms, side="right") / count
    half = dkw_halfwidth(count, confidence)
    return pd.DataFrame(
        {
            "t_ms": t_ms,
            "p_stale_lo": p_lo,
            "p_stale_hi": p_hi,
            "band_lo": np.clip(p_lo - half, 0, 1),
            "band_hi": np.clip(p_hi + half, 0, 1),
            "n": count,
        }
    )


def lag_quantiles(
    brackets: pd.DataFrame,
    quantiles: Sequence[float] = (0.5, 0.9, 0.99),
    *,
    confidence: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Estimate quantiles of the lag: the t at which that share of the writes is visible.

    The quantile of the brackets' midpoints, with a percentile bootstrap interval over writes. A
    quantile so far out that less than one write is expected beyond it has no interval (NaN).

    Args:
        brackets: as `lag_brackets` returns them; writes never seen count as infinitely late.
        seed: of the bootstrap.

    Returns:
        `quantile`, `lag_ms`, `ci_lo_ms`, `ci_hi_ms`, `bracket_ms` (median width of a bracket),
        `n` (writes).
    """
    _require(brackets, "lo_ms", "hi_ms")
    mid = ((brackets["lo_ms"] + brackets["hi_ms"]) / 2).to_numpy()
    count = len(mid)
    random = np.random.default_rng(seed)
    resampled = random.choice(mid, size=(_RESAMPLES, count), replace=True)
    tail = (1 - confidence) / 2
    rows = []
    for quantile in quantiles:
        estimates = np.quantile(resampled, quantile, axis=1, method="inverted_cdf")
        known = count * min(quantile, 1 - quantile) >= 1
        low, high = np.quantile(estimates, [tail, 1 - tail], method="inverted_cdf")
        rows.append(
            {
                "quantile": quantile,
                "lag_ms": float(np.quantile(mid, quantile, method="inverted_cdf")),
                "ci_lo_ms": float(low) if known else math.nan,
                "ci_hi_ms": float(high) if known else math.nan,
                "bracket_ms": float((brackets["hi_ms"] - brackets["lo_ms"]).median()),
                "n": count,
            }
        )
    return pd.DataFrame(rows)


def lost_update_rates(trials: pd.DataFrame, *, confidence: float = 0.95) -> pd.DataFrame:
    """Estimate the probability that one of two updates is lost, for each gap between them.

    Args:
        trials: `gap_ms`, `lost`, `outcome`; trials that did not end are left out.

    Returns:
        `gap_ms`, `n` (trials), `lost`, `p_lost`, `ci_lo`, `ci_hi` (Wilson's score interval).
    """
    _require(trials, "gap_ms", "lost", "outcome")
    rows = []
    for gap_ms, group in trials[trials["outcome"] == "ok"].groupby("gap_ms", sort=True):
        lost, count = int(group["lost"].sum()), len(group)
        interval = stats.binomtest(lost, count).proportion_ci(confidence, method="wilson")
        rows.append(
            {
                "gap_ms": gap_ms,
                "n": count,
                "lost": lost,
                "p_lost": lost / count,
                "ci_lo": interval.low,
                "ci_hi": interval.high,
            }
        )
    return pd.DataFrame(rows)


def latency_summary(calls: pd.DataFrame) -> pd.DataFrame:
    """Sum up calls: how many, how many succeeded, and how long the successful ones took.

    Returns:
        One row for each Region and operation: `n`, `ok`, `rtt_ms_p50`, `rtt_ms_p90`, `rtt_ms_p99`,
        `dynamodb_ms_p50`.
    """
    _require(calls, "region", "operation", "rtt_ms", "dynamodb_ms", "outcome")
    rows = []
    for (region, operation), group in calls.groupby(["region", "operation"], sort=False):
        ok = group[group["outcome"] == "ok"]
        rtt_ms = ok["rtt_ms"]
        rows.append(
            {
                "region": region,
                "operation": operation,
                "n": len(group),
                "ok": len(ok),
                "rtt_ms_p50": rtt_ms.quantile(0.5),
                "rtt_ms_p90": rtt_ms.quantile(0.9),
                "rtt_ms_p99": rtt_ms.quantile(0.99),
                "dynamodb_ms_p50": ok["dynamodb_ms"].median(),
            }
        )
    return pd.DataFrame(rows)


def status_spans(statuses: pd.DataFrame) -> pd.DataFrame:
    """Turn changes of state into spans; the last of each subject ends with the last change of all.

    Returns:
        `subject`, `status`, `start_ms`, `end_ms`.
    """
    _require(statuses, "t_ms", "subject", "status")
    last_ms = float(statuses["t_ms"].max())
    # A state seen last still held a little longer: room to show it.
    end_ms = last_ms + max(last_ms * 0.08, 100.0)
    ordered = statuses.sort_values("t_ms", kind="stable")
    following = ordered.groupby("subject")["t_ms"].shift(-1)
    spans = ordered.assign(start_ms=ordered["t_ms"], end_ms=following.fillna(end_ms))
    return spans[["subject", "status", "start_ms", "end_ms"]].reset_index(drop=True)
