"""What calls took, and how they ended."""

from __future__ import annotations

import pandas as pd

from helpers.measures.columns import require


def latency_summary(calls: pd.DataFrame) -> pd.DataFrame:
    """Summarise calls: how many, how many succeeded, and how long the successful ones took.

    Returns:
        One row for each Region and operation: `n`, `ok`, `rtt_ms_p50`, `rtt_ms_p90`, `rtt_ms_p99`,
        `dynamodb_ms_p50`.
    """
    require(calls, "region", "operation", "rtt_ms", "dynamodb_ms", "outcome")
    ok = calls["outcome"] == "ok"
    times = calls[["rtt_ms", "dynamodb_ms"]].where(ok)
    groups = calls[["region", "operation"]].join(times).assign(ok=ok).groupby(
        ["region", "operation"], sort=False
    )  # fmt: skip
    columns = {"n": groups.size(), "ok": groups["ok"].sum()}
    columns |= {f"rtt_ms_p{p}": groups["rtt_ms"].quantile(p / 100) for p in (50, 90, 99)}
    columns["dynamodb_ms_p50"] = groups["dynamodb_ms"].median()
    return pd.DataFrame(columns).reset_index()
