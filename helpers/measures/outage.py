"""What an outage cost: availability, recovery time, recovery point, and what came back.

Two tables go in, both on one clock, in ms.

Calls, one row a call: `client`, `region` (that was called), `intended_ms`, `start_ms`, `end_ms`,
`outcome` (ok; failed: certainly not done; unknown: perhaps done).

Writes, one row an acknowledged write: `write` (its name), `key` (of the item), `region` (that took
it), `ack_ms`, `visible_ms` (end of the first read elsewhere that showed it or a later version of
the item; inf if none did while reads went on).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from helpers.measures.columns import require
from helpers.measures.intervals import wilson_interval

_CALLS = ("client", "region", "intended_ms", "start_ms", "end_ms", "outcome")
_WRITES = ("write", "key", "region", "ack_ms", "visible_ms")


def availability(
    calls: pd.DataFrame,
    *,
    window_ms: float = 1000.0,
    by: Sequence[str] = ("client",),
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Tell the share of calls that succeeded, window by window.

    A call belongs to the window in which it was meant to start: a client that hangs must not make
    its own calls vanish from the outage. Unknown is no success: the caller got no answer. The
    interval takes the calls of a window as independent; of one client in an outage they are not,
    so it tells how well this outage is known, not how the next one will be.

    Args:
        calls: see the top of this module.
        window_ms: width of a window; the first one begins at 0.
        by: what to tell apart, such as the kind of client.

    Returns:
        The columns of `by`, `t_ms` (start of the window), `n`, `ok`, `failed`, `unknown`,
        `availability`, `ci_lo`, `ci_hi` (Wilson). Windows without a call have no row.

    Raises:
        ValueError: a column is missing, there are no calls, or the window has no width.
    """
    require(calls, *_CALLS, *by)
    if window_ms <= 0:
        raise ValueError(f"A window must be wider than 0 ms, not {window_ms:g}.")
    windows = np.floor(calls["intended_ms"] / window_ms) * window_ms
    rows = []
    for names, group in calls.assign(t_ms=windows).groupby([*by, "t_ms"], sort=True):
        counts = group["outcome"].value_counts()
        ok = int(counts.get("ok", 0))
        ci_lo, ci_hi = wilson_interval(ok, len(group), confidence=confidence)
        rows.append(
            {
                **dict(zip([*by, "t_ms"], names, strict=True)),
                "n": len(group),
                "ok": ok,
                "failed": int(counts.get("failed", 0)),
                "unknown": int(counts.get("unknown", 0)),
                "availability": ok / len(group),
                "ci_lo": ci_lo,
                "ci_hi": ci_hi,
            }
        )
    return pd.DataFrame(rows)


def recovery_times(calls: pd.DataFrame, dark_region: str, outage_start_ms: float) -> pd.DataFrame:
    """Tell for each client of the dark Region how long it went without a success elsewhere: RTO.

    From the start of the outage to the end of the first successful call to another Region that
    began after it. Clients whose last success before the outage was not in the dark Region did not
    lose theirs, and are left out.

    Args:
        calls: see the top of this module.
        dark_region: which one went dark.
        outage_start_ms: when, on the calls' clock.

    Returns:
        One row a client: `client`, `lost_calls` (failed or unknown between the start and the
        recovery), `recovered_region` ("" if none), `recovered_ms` (inf if it did not recover),
        `rto_s` (inf likewise).
    """
    require(calls, *_CALLS)
    rows = []
    for client, group in calls.sort_values("start_ms", kind="stable").groupby("client", sort=True):
        ok = group["outcome"] == "ok"
        before = group[ok & (group["end_ms"] <= outage_start_ms)]
        if before.empty or before["region"].iloc[-1] != dark_region:
            continue
        during = group["start_ms"] >= outage_start_ms
        elsewhere = group[ok & during & (group["region"] != dark_region)].sort_values("end_ms")
        found = len(elsewhere) > 0
        recovered_ms = float(elsewhere["end_ms"].iloc[0]) if found else math.inf
        # Calls that were on their way when the Region went dark are lost calls, too.
        lost = ~ok & (group["end_ms"] >= outage_start_ms) & (group["start_ms"] < recovered_ms)
        rows.append(
            {
                "client": client,
                "lost_calls": int(lost.sum()),
                "recovered_region": elsewhere["region"].iloc[0] if found else "",
                "recovered_ms": recovered_ms,
                "rto_s": (recovered_ms - outage_start_ms) / 1000,
            }
        )
    columns = ["client", "lost_calls", "recovered_region", "recovered_ms", "rto_s"]
    return pd.DataFrame(rows, columns=columns)


def missing_writes(writes: pd.DataFrame, dark_region: str, failover_ms: float) -> pd.DataFrame:
    """List the writes that the dark Region had acknowledged and no other Region showed at failover.

    Returns:
        The rows of `writes` in question, oldest first, with `age_s` (from the acknowledgement to
        the failover).
    """
    require(writes, *_WRITES)
    acknowledged = (writes["region"] == dark_region) & (writes["ack_ms"] <= failover_ms)
    missing = writes[acknowledged & (writes["visible_ms"] > failover_ms)]
    aged = missing.assign(age_s=(failover_ms - missing["ack_ms"]) / 1000)
    return aged.sort_values("ack_ms", kind="stable", ignore_index=True)


def recovery_point(
    writes: pd.DataFrame, dark_region: str, failover_ms: float, *, confidence: float = 0.95
) -> pd.DataFrame:
    """Tell how many acknowledged writes were missing at failover, and how old the oldest was: RPO.

    Args:
        writes: see the top of this module. What a read showed only later counts as missing: the
            gap between two reads makes the count larger, never smaller.
        dark_region: the Region that went dark.
        failover_ms: when clients began to use another one, on the writes' clock.

    Returns:
        One row: `acknowledged` (writes the dark Region took until then), `missing`, `p_missing`,
        `ci_lo`, `ci_hi` (Wilson; NaN without writes), `rpo_s` (age of the oldest one missing, 0 if
        none is).
    """
    missing = missing_writes(writes, dark_region, failover_ms)
    taken = (writes["region"] == dark_region) & (writes["ack_ms"] <= failover_ms)
    acknowledged = int(taken.sum())
    share, ci_lo, ci_hi = math.nan, math.nan, math.nan
    if acknowledged:
        share = len(missing) / acknowledged
        ci_lo, ci_hi = wilson_interval(len(missing), acknowledged, confidence=confidence)
    return pd.DataFrame(
        [
            {
                "acknowledged": acknowledged,
                "missing": len(missing),
                "p_missing": share,
                "ci_lo": ci_lo,
                "ci_hi": ci_hi,
                "rpo_s": float(missing["age_s"].max()) if len(missing) else 0.0,
            }
        ]
    )


def returned_writes(writes: pd.DataFrame, dark_region: str, failover_ms: float) -> pd.DataFrame:
    """Tell what became of the writes that were missing at failover.

    A missing write of an item that is written again elsewhere before it is seen has been
    superseded: its image arrives with an earlier stamp than the one it meets, and is discarded.

    Returns:
        The rows of `missing_writes` with `fate` (came back, superseded, or not seen) and
        `back_after_s` (from the failover until it was seen; inf unless it came back).
    """
    missing = missing_writes(writes, dark_region, failover_ms)
    elsewhere = writes[(writes["region"] != dark_region) & (writes["ack_ms"] >= failover_ms)]
    # Of several clients, one may be saved elsewhere a little before the first success is noted.
    first_ms = elsewhere.groupby("key")["ack_ms"].min().to_dict()
    fates, back_after_s = [], []
    for row in missing.itertuples():
        superseded = first_ms.get(row.key, math.inf) <= row.visible_ms
        came_back = math.isfinite(row.visible_ms) and not superseded
        lasting = "came back" if came_back else "not seen"
        fates.append("superseded" if superseded and row.key in first_ms else lasting)
        back_after_s.append((row.visible_ms - failover_ms) / 1000 if came_back else math.inf)
    return missing.assign(fate=fates, back_after_s=np.array(back_after_s, dtype=float))
