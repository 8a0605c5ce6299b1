"""What viewers who move between Regions are shown, and what a remedy costs them."""

from __future__ import annotations

import pandas as pd

from helpers.measures.columns import require
from helpers.measures.intervals import order_interval, shares_by

# Who stays reads where they wrote; the others have moved.
STAYS = "stays with its Region"
# What the first read after a move should not be older than.
WROTE, SAW = "what they wrote", "what they had seen"


def older_rates(sessions: pd.DataFrame) -> pd.DataFrame:
    """Estimate how often the first read after a move is older than it should be, by the delay.

    Args:
        sessions: `kept`, `way`, `delay_ms`, `delay_actual_ms`, `first_older`, `outcome`. The first
            read is made alike in every way but that which stays with its Region: that one is left
            out.

    Returns:
        `kept`, `delay_ms` (asked), `unknown`, `n`, `older`, `p_older`, `ci_lo`, `ci_hi`, as
        `shares_by`, and `delay_actual_ms` (median).
    """
    require(sessions, "kept", "way", "delay_ms", "delay_actual_ms", "first_older", "outcome")
    moved = sessions[sessions["way"] != STAYS]
    return shares_by(
        moved.assign(older=moved["first_older"]), ["kept", "delay_ms"], "older",
        lambda ended: {"delay_actual_ms": float(ended["delay_actual_ms"].median())},
    )  # fmt: skip


def session_remedies(sessions: pd.DataFrame) -> pd.DataFrame:
    """Return for each way how many viewers were shown something older, and how long an answer took.

    Over all delays, and both of what viewers wrote and what they had seen.

    Returns:
        `way`, `unknown`, `n`, `older`, `p_older`, `ci_lo`, `ci_hi`, as `shares_by`, and `answer_ms`
        (median), `answer_lo_ms`, `answer_hi_ms` (by order statistics), `answer_p90_ms`, `reads`
        (mean).
    """
    require(sessions, "way", "older", "answer_ms", "reads", "outcome")
    return shares_by(sessions, ["way"], "older", _answers)


def _answers(ended: pd.DataFrame) -> dict[str, float]:
    answers_ms = ended["answer_ms"].astype(float)
    low_ms, high_ms = order_interval(answers_ms, answers_ms, 0.5)
    return {
        "answer_ms": float(answers_ms.median()),
        "answer_lo_ms": low_ms,
        "answer_hi_ms": high_ms,
        "answer_p90_ms": float(answers_ms.quantile(0.9)),
        "reads": float(ended["reads"].mean()),
    }
