"""Skewed clocks, replayed by the engine: who wins is what can be derived by hand."""

from __future__ import annotations

import pandas as pd

from helpers import planning

LAG_MS, SPACING_MS = 400.0, 3_000.0
GAPS_MS = (50.0, 150.0, 350.0, 450.0, 900.0, 1_900.0)
SKEWS_MS = (0.0, 100.0, 500.0, 5_000.0)


def trials() -> pd.DataFrame:
    """Writes far enough apart that no trial meets another, the skew rising."""
    rows = [(skew_ms, gap_ms) for skew_ms in SKEWS_MS for gap_ms in GAPS_MS]
    return pd.DataFrame(
        [
            {
                "trial": number,
                "skew_ms": skew_ms,
                "first_ms": number * SPACING_MS,
                "second_ms": number * SPACING_MS + gap_ms,
            }
            for number, (skew_ms, gap_ms) in enumerate(rows)
        ]
    )


def test_a_clock_that_is_ahead_wins_while_its_image_is_under_way() -> None:
    """Ours heed what they see: lost is what comes sooner than both skew and lag; the rest stands.

    Plain clocks lose whatever comes sooner than the skew, and where the write was made in sight of
    the other one, the Regions differ for good.
    """
    lag = f"fixed:{LAG_MS:g}"
    seen = planning.lost_to_skew(trials(), "us-west-2", "us-east-2", lag, replays=3)
    lost = seen.set_index(["clock", "skew_ms"])["lost"]
    apart = seen.set_index(["clock", "skew_ms"])["apart"]
    for skew_ms in SKEWS_MS:
        both = sum(gap_ms < min(skew_ms, LAG_MS) for gap_ms in GAPS_MS)
        plain = sum(gap_ms < skew_ms for gap_ms in GAPS_MS)
        assert lost["hybrid", skew_ms] == 3 * both
        assert lost["plain", skew_ms] == 3 * plain
        assert apart["hybrid", skew_ms] == 0
        assert apart["plain", skew_ms] == 3 * (plain - both)


def test_a_write_that_was_not_made_is_not_replayed() -> None:
    """What failed has no time."""
    made = trials().head(3)
    made.loc[1, "second_ms"] = float("nan")
    seen = planning.lost_to_skew(made, "us-west-2", "us-east-2", "fixed:9", replays=2)
    assert list(seen["n"]) == [4, 4]
