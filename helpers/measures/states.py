"""From changes of state to spans of time."""

from __future__ import annotations

import pandas as pd

from helpers.measures.columns import require


def status_spans(statuses: pd.DataFrame) -> pd.DataFrame:
    """Turn changes of state into spans; the last of each subject ends with the last change of all.

    Returns:
        `subject`, `status`, `start_ms`, `end_ms`.
    """
    require(statuses, "t_ms", "subject", "status")
    last_ms = float(statuses["t_ms"].max())
    # A state seen last still held a little longer: room to show it.
    end_ms = last_ms + max(last_ms * 0.08, 100.0)
    ordered = statuses.sort_values("t_ms", kind="stable")
    following = ordered.groupby("subject")["t_ms"].shift(-1)
    spans = ordered.assign(start_ms=ordered["t_ms"], end_ms=following.fillna(end_ms))
    return spans[["subject", "status", "start_ms", "end_ms"]].reset_index(drop=True)
