"""How long another Region shows one of two items that one transaction wrote."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from helpers.measures.columns import require
from helpers.measures.intervals import as_share
from helpers.measures.lag import lag_quantiles


def torn_brackets(reads: pd.DataFrame) -> pd.DataFrame:
    """Bracket for how long each transaction stood half done, from reads of both its items.

    Each item became visible between the start of the last read that did not show it and the end of
    the first that did; the transaction was half done for as long as these two moments are apart.
    Where one and the same read was the first to show both, that may have been no time at all.

    Args:
        reads: `trial`, `write_region`, `read_region`, `outcome`, `first`, `second` (whether each
            item was shown), `t_ms`, `done_ms`.

    Returns:
        One row per transaction: `trial`, `write_region`, `read_region`, `lo_ms`, `hi_ms` (inf where
        one item was never seen), `half` (how many reads showed one item without the other).
    """
    require(
        reads, "trial", "write_region", "read_region", "outcome", "first", "second", "t_ms",
        "done_ms",
    )  # fmt: skip
    answered = reads[reads["outcome"] == "ok"]
    rows = []
    for (trial, writer, reader), group in answered.groupby(
        ["trial", "write_region", "read_region"], sort=True
    ):
        shown = [group[name].astype(bool) for name in ("first", "second")]
        (one_lo_ms, one_hi_ms), (other_lo_ms, other_hi_ms) = (_visible(group, s) for s in shown)
        rows.append(
            {
                "trial": trial,
                "write_region": writer,
                "read_region": reader,
                "lo_ms": max(0.0, one_lo_ms - other_hi_ms, other_lo_ms - one_hi_ms),
                "hi_ms": max(one_hi_ms - other_lo_ms, other_hi_ms - one_lo_ms),
                "half": int((shown[0] != shown[1]).sum()),
            }
        )
    return pd.DataFrame(rows)


def _visible(group: pd.DataFrame, shown: pd.Series) -> tuple[float, float]:
    """Return between which two moments an item became visible."""
    hi_ms = float(group.loc[shown, "done_ms"].min()) if shown.any() else math.inf
    before = group.loc[~shown & (group["t_ms"] < hi_ms), "t_ms"]
    # What the first read shows became visible at some time since the write began.
    since_ms = -float(group["write_rtt_ms"].iloc[0]) if "write_rtt_ms" in group else 0.0
    return float(before.max()) if len(before) else since_ms, hi_ms


def torn_shares(brackets: pd.DataFrame, *, confidence: float = 0.95) -> pd.DataFrame:
    """Return how many transactions some read showed half done.

    Args:
        brackets: as `torn_brackets` returns them.

    Returns:
        One row: `n` (transactions), `torn`, `p_torn`, `ci_lo`, `ci_hi` (Wilson). Reads that are
        further apart see fewer: it tells what readers who ask so often are shown.
    """
    require(brackets, "half")
    torn = int((brackets["half"] > 0).sum())
    return pd.DataFrame([as_share(torn, len(brackets), confidence=confidence, of="torn")])


def torn_quantiles(
    brackets: pd.DataFrame,
    quantiles: Sequence[float] = (0.5, 0.9, 0.99),
    *,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Estimate within how long that share of the transactions is whole again.

    The estimate is the quantile of Turnbull's, the interval that of order statistics of the
    brackets' ends, as for the lag.

    Returns:
        `quantile`, `torn_ms`, `ci_lo_ms`, `ci_hi_ms` (inf where so few transactions are no bound),
        `bracket_ms`, `n`, `told`.
    """
    table = lag_quantiles(brackets, quantiles, confidence=confidence)
    told = table["told"].str.replace("of the writes", "of the transactions", regex=False)
    kept = ["quantile", "torn_ms", "ci_lo_ms", "ci_hi_ms", "bracket_ms", "n", "told"]
    return table.rename(columns={"lag_ms": "torn_ms"}).assign(told=told)[kept]
