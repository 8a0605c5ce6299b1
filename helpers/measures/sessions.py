"""What viewers who move between Regions are shown, and what a remedy costs them."""

from __future__ import annotations

import pandas as pd

from helpers.measures.columns import require
from helpers.measures.intervals import as_share, order_interval

# Who stays reads where they wrote; the others have moved.
STAYS = "stays with its Region"


def older_rates(sessions: pd.DataFrame, *, confidence: float = 0.95) -> pd.DataFrame:
    """Estimate how often the first read after a move is older than it should be, by the delay.

    Args:
        sessions: `kept`, `way`, `delay_ms`, `delay_actual_ms`, `first_older`, `outcome`. The first
            read is made alike in every way but that which stays with its Region: that one is left
            out. So are sessions that were not seen to the end, and counted.

    Returns:
        `kept`, `delay_ms` (asked), `delay_actual_ms` (median), `unknown`, `n`, `older`, `p_older`,
        `ci_lo`, `ci_hi` (Wilson).
    """
    require(sessions, "kept", "way", "delay_ms", "delay_actual_ms", "first_older", "outcome")
    moved = sessions[sessions["way"] != STAYS]
    rows = []
    for (kept, delay_ms), group in moved.groupby(["kept", "delay_ms"], sort=False):
        ended = group[group["outcome"] == "ok"]
        head = {
            "kept": kept,
            "delay_ms": delay_ms,
            "delay_actual_ms": float(ended["delay_actual_ms"].median()),
            "unknown": len(group) - len(ended),
        }
        older = int(ended["first_older"].sum())
        rows.append(head | as_share(older, len(ended), confidence=confidence, of="older"))
    return pd.DataFrame(rows)


def session_remedies(sessions: pd.DataFrame, *, confidence: float = 0.95) -> pd.DataFrame:
    """Return for each way how many viewers were shown something older, and how long an answer took.

    Over all delays, and both of what viewers wrote and what they had seen.

    Returns:
        `way`, `unknown`, `n`, `older`, `p_older`, `ci_lo`, `ci_hi` (Wilson), `answer_ms` (median),
        `answer_lo_ms`, `answer_hi_ms` (by order statistics), `answer_p90_ms`, `reads` (mean).
    """
    require(sessions, "way", "older", "answer_ms", "reads", "outcome")
    rows = []
    for way, group in sessions.groupby("way", sort=False):
        ended = group[group["outcome"] == "ok"]
        older = as_share(int(ended["older"].sum()), len(ended), confidence=confidence, of="older")
        answers_ms = ended["answer_ms"].astype(float)
        low_ms, high_ms = order_interval(answers_ms, answers_ms, 0.5, confidence=confidence)
        rows.append(
            {
                "way": way,
                "unknown": len(group) - len(ended),
                **older,
                "answer_ms": float(answers_ms.median()),
                "answer_lo_ms": low_ms,
                "answer_hi_ms": high_ms,
                "answer_p90_ms": float(answers_ms.quantile(0.9)),
                "reads": float(ended["reads"].mean()),
            }
        )
    return pd.DataFrame(rows)
