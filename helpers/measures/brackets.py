"""From reads to brackets: between which two moments each write became visible."""

from __future__ import annotations

import math

import pandas as pd

from helpers.measures.columns import require


def since_commit(brackets: pd.DataFrame) -> pd.DataFrame:
    """Take brackets as those of the lag, which counts from the commit, where that is bounded."""
    if "commit_hi_ms" not in brackets:
        return brackets
    return brackets.assign(hi_ms=brackets["commit_hi_ms"])


def lag_brackets(reads: pd.DataFrame) -> pd.DataFrame:
    """Bracket the replication lag of each write between its last stale and first fresh read.

    Args:
        reads: `trial`, `write_region`, `read_region`, `outcome`, `fresh`, `t_ms`, `done_ms`.

    Returns:
        One row per trial: `trial`, `write_region`, `read_region`, `lo_ms` (start of the last stale
        read before the first fresh one, 0 if there was none), `hi_ms` (end of the first fresh
        read, inf if there was none), `commit_hi_ms`. Counted from the acknowledgement the write
        became visible between `lo_ms` and `hi_ms`: a read shows a state of the replica somewhere
        between its start and its end. Counted from the commit, which is the lag, it took at least
        `lo_ms` and at most `commit_hi_ms`: the commit is no earlier than the start of the write,
        `write_rtt_ms` before the acknowledgement (where reads have that column; else the same).
    """
    require(
        reads, "trial", "write_region", "read_region", "outcome", "fresh", "t_ms", "done_ms"
    )  # fmt: skip
    rows = []
    timed = "write_rtt_ms" in reads
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
                "commit_hi_ms": hi_ms + (float(group["write_rtt_ms"].iloc[0]) if timed else 0.0),
            }
        )
    return pd.DataFrame(rows)
