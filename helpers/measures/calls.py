"""What calls took, and how they ended."""

from __future__ import annotations

import pandas as pd

from helpers.measures.columns import require


def latency_summary(calls: pd.DataFrame) -> pd.DataFrame:
    """Sum up calls: how many, how many succeeded, and how long the successful ones took.

    Returns:
        One row for each Region and operation: `n`, `ok`, `rtt_ms_p50`, `rtt_ms_p90`, `rtt_ms_p99`,
        `dynamodb_ms_p50`.
    """
    require(calls, "region", "operation", "rtt_ms", "dynamodb_ms", "outcome")
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
