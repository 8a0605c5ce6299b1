"""How long another Region shows one of two items that one transaction wrote."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from helpers.measures.brackets import visible_between, write_rtt_ms
from helpers.measures.columns import require
from helpers.measures.intervals import wilson_intervals
from helpers.measures.lag import lag_quantiles


def torn_brackets(reads: pd.DataFrame) -> pd.DataFrame:
    """Bracket for how long each transaction was half done, from reads of both its items.

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
    # What the first read shows became visible at some time since the write began.
    since_ms = -write_rtt_ms(answered)
    shown = [answered[name].astype(bool) for name in ("first", "second")]
    one, other = (visible_between(answered, item) for item in shown)
    one, other = (ends.assign(lo_ms=ends["lo_ms"].fillna(since_ms)) for ends in (one, other))
    half = (shown[0] != shown[1]).groupby([answered[name] for name in since_ms.index.names]).sum()
    lo_ms = np.maximum(one["lo_ms"] - other["hi_ms"], other["lo_ms"] - one["hi_ms"])
    hi_ms = np.maximum(one["hi_ms"] - other["lo_ms"], other["hi_ms"] - one["lo_ms"])
    found = {"lo_ms": lo_ms.clip(lower=0.0), "hi_ms": hi_ms, "half": half.astype(int)}
    return pd.DataFrame(found).reset_index()


def torn_shares(brackets: pd.DataFrame) -> pd.DataFrame:
    """Return how many transactions some read showed half done.

    Args:
        brackets: as `torn_brackets` returns them.

    Returns:
        One row: `n` (transactions), `torn`, `p_torn`, `ci_lo`, `ci_hi` (Wilson). Reads that are
        further apart see fewer: it tells what readers who ask so often are shown.
    """
    require(brackets, "half")
    torn, n = int((brackets["half"] > 0).sum()), len(brackets)
    return pd.DataFrame(
        {"n": [n], "torn": torn, "p_torn": torn / n} | wilson_intervals([torn], [n])
    )


def torn_quantiles(
    brackets: pd.DataFrame, quantiles: Sequence[float] = (0.5, 0.9, 0.99)
) -> pd.DataFrame:
    """Estimate within how long that share of the transactions is whole again.

    The estimate is the quantile of Turnbull's, the interval that of order statistics of the
    brackets' ends, as for the lag.

    Returns:
        `quantile`, `torn_ms`, `ci_lo_ms`, `ci_hi_ms` (inf where so few transactions are no bound),
        `bracket_ms`, `n`, `told`.
    """
    table = lag_quantiles(brackets, quantiles)
    told = table["told"].str.replace("of the writes", "of the transactions", regex=False)
    kept = ["quantile", "torn_ms", "ci_lo_ms", "ci_hi_ms", "bracket_ms", "n", "told"]
    return table.rename(columns={"lag_ms": "torn_ms"}).assign(told=told)[kept]
