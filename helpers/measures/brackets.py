"""From reads to brackets: between which two moments each write became visible."""

from __future__ import annotations

import math

import pandas as pd

from helpers.measures.columns import require

_WRITE = ["trial", "write_region", "read_region"]


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
    answered = reads[reads["outcome"] == "ok"]
    found = visible_between(answered, answered["fresh"].astype(bool))
    found["lo_ms"] = found["lo_ms"].fillna(0.0).clip(lower=0.0)
    return found.assign(commit_hi_ms=found["hi_ms"] + write_rtt_ms(answered)).reset_index()


def visible_between(answered: pd.DataFrame, shown: pd.Series) -> pd.DataFrame:
    """Bound when each write became visible, from reads that had an answer.

    Args:
        answered: `trial`, `write_region`, `read_region`, `t_ms`, `done_ms`.
        shown: whether each of them showed the write.

    Returns:
        By trial and link: `lo_ms` (start of the last read before `hi_ms` that did not show it, NaN
        if there was none), `hi_ms` (end of the first one that did, inf if there was none).
    """
    writes = [answered[name] for name in _WRITE]
    hi_ms = answered["done_ms"].where(shown, math.inf).groupby(writes).transform("min")
    lo_ms = answered["t_ms"].where(~shown & (answered["t_ms"] < hi_ms))
    ends = pd.DataFrame({"lo_ms": lo_ms, "hi_ms": hi_ms})
    return ends.groupby(writes).agg({"lo_ms": "max", "hi_ms": "min"})


def write_rtt_ms(answered: pd.DataFrame) -> pd.Series:
    """Return the round trip of each write, by trial and link; 0 where it was not noted."""
    known = answered if "write_rtt_ms" in answered else answered.assign(write_rtt_ms=0.0)
    return known.groupby(_WRITE)["write_rtt_ms"].first()
