"""What an alarm on a metric would have said, period by period."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from helpers.measures.columns import require


def alarm_states(
    metric: pd.DataFrame,
    threshold_ms: float,
    end_s: float,
    *,
    period_s: float = 1.0,
    missing: Literal["ignored", "breaching"] = "ignored",
) -> pd.DataFrame:
    """Tell the state of an alarm "maximum above the threshold" for each period of a run.

    CloudWatch can take a period without data for one that breaches the threshold
    (`TreatMissingData=breaching`); otherwise such a period changes nothing.

    Args:
        metric: `t_s` (start of the period), `maximum_ms`.
        threshold_ms: what the maximum may be.
        end_s: end of the run.
        period_s: length of a period.
        missing: what a period without data counts as.

    Returns:
        One row a period: `t_s`, `maximum_ms` (NaN without data), `state` (OK or ALARM).
    """
    require(metric, "t_s", "maximum_ms")
    periods = np.arange(0.0, end_s, period_s)
    index = np.floor(metric["t_s"] / period_s).astype(int)
    highest = metric.assign(index=index).groupby("index")["maximum_ms"].max()
    rows, state = [], "OK"
    for number, t_s in enumerate(periods):
        value = float(highest.get(number, np.nan))
        if not np.isnan(value):
            state = "ALARM" if value > threshold_ms else "OK"
        elif missing == "breaching":
            state = "ALARM"
        rows.append((t_s, value, state))
    return pd.DataFrame(rows, columns=["t_s", "maximum_ms", "state"])
