"""Half a transaction: the brackets hold for how long it was half done."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from helpers import measures

POLL_MS = 40.0


def reads(one_ms: np.ndarray, other_ms: np.ndarray, seed: int) -> pd.DataFrame:
    """Poll pairs of items that become visible at known times since the acknowledgement."""
    rng, rows = np.random.default_rng(seed), []
    for trial, (one, other) in enumerate(zip(one_ms, other_ms, strict=True)):
        t_ms = 0.0
        while True:
            looked = t_ms + rng.uniform(0, 8, 2)
            first, second = looked[0] >= one, looked[1] >= other
            rows.append(
                {"trial": trial, "write_region": "a", "read_region": "b", "outcome": "ok",
                 "first": first, "second": second, "fresh": first and second, "t_ms": t_ms,
                 "done_ms": t_ms + 8, "write_rtt_ms": 5.0}
            )  # fmt: skip
            if first and second:
                break
            t_ms += POLL_MS * (rng.random() if t_ms == 0 else 1)
    return pd.DataFrame(rows)


def test_every_bracket_holds_the_truth() -> None:
    """Also where a read takes its time between the two items, and both were there at once."""
    seed = 17
    print(f"seed {seed}")
    rng = np.random.default_rng(seed)
    one_ms, other_ms = rng.lognormal(6, 0.7, (2, 300))
    one_ms[:20] = other_ms[:20] = -2.0
    torn_ms = np.abs(one_ms - other_ms)
    brackets = measures.torn_brackets(reads(one_ms, other_ms, seed))
    assert (brackets["lo_ms"] <= torn_ms).all()
    assert (torn_ms <= brackets["hi_ms"]).all()
    assert (brackets["hi_ms"] - brackets["lo_ms"]).max() < 2 * (POLL_MS + 8 + 5)
    seen_half = torn_ms > POLL_MS + 16
    assert (brackets["half"][seen_half] > 0).all()
    table = measures.torn_quantiles(brackets, (0.5, 0.9))
    for row in table.itertuples():
        true_ms = np.quantile(torn_ms, row.quantile)
        assert row.ci_lo_ms <= true_ms <= row.ci_hi_ms
        assert "of the transactions within" in row.told
    share = measures.torn_shares(brackets).iloc[0]
    assert share["ci_lo"] <= share["p_torn"] <= share["ci_hi"]


def test_an_item_that_was_never_seen_leaves_the_end_open() -> None:
    """More is not known."""
    table = reads(np.array([100.0]), np.array([300.0]), 1)
    brackets = measures.torn_brackets(table[~table["second"]])
    assert brackets["hi_ms"].iloc[0] == math.inf
    assert brackets["lo_ms"].iloc[0] > 100


def test_the_share_that_was_seen_half_needs_brackets() -> None:
    """And says which column is missing."""
    with pytest.raises(ValueError, match="half"):
        measures.torn_shares(pd.DataFrame({"lo_ms": [1.0]}))
