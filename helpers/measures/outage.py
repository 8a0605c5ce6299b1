"""What an outage cost: availability, recovery time, recovery point, and what came back.

Two tables go in, both on one clock, in ms.

Calls, one row per call: `client`, `region` (that was called), `intended_ms`, `start_ms`, `end_ms`,
`outcome` (ok; failed: certainly not done; unknown: perhaps done).

Writes, one row per acknowledged write: `write` (its name), `key` (of the item), `region` (that took
it), `ack_ms`, `visible_ms` (end of the first read elsewhere that showed it or a later version of
the item; inf if none did while reads went on).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from helpers.measures.columns import require
from helpers.measures.intervals import order_interval, wilson_interval, wilson_intervals

_CALLS = ("client", "region", "intended_ms", "start_ms", "end_ms", "outcome")
# When clients began to use another Region, in ms; or when each did, by the key of its item.
Failover = float | Mapping[str, float]
_WRITES = ("write", "key", "region", "ack_ms", "visible_ms")


def availability(
    calls: pd.DataFrame,
    *,
    window_ms: float = 1000.0,
    by: Sequence[str] = ("client",),
) -> pd.DataFrame:
    """Return the share of calls that succeeded, window by window.

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
    windows = (np.floor(calls["intended_ms"] / window_ms) * window_ms).rename("t_ms")
    counts = pd.crosstab([*(calls[name] for name in by), windows], calls["outcome"].astype(str))
    counts = counts.reindex(columns=["ok", "failed", "unknown"], fill_value=0)
    n = counts.sum(axis=1)
    table = counts.assign(availability=counts["ok"] / n, **wilson_intervals(counts["ok"], n))
    table.insert(0, "n", n)
    return table.rename_axis(columns=None).reset_index()


def recovery_times(calls: pd.DataFrame, dark_region: str, outage_start_ms: float) -> pd.DataFrame:
    """Return for each client of the dark Region how long it went without a success elsewhere: RTO.

    From the start of the outage to the end of the first successful call to another Region that
    began after it, in two parts: until the client knew, which is the end of its first lost call,
    and from then on. Clients whose last success before the outage was not in the dark Region did
    not lose theirs, and are left out.

    Args:
        calls: see the top of this module.
        dark_region: which one went dark.
        outage_start_ms: when, on the calls' clock.

    Returns:
        One row per client: `client`, `lost_calls` (failed or unknown between the start and the
        recovery), `recovered_region` ("" if none), `recovered_ms` (inf if it did not recover),
        `rto_s` (inf likewise), `detect_s` (NaN if no call was lost), `recover_s` (the rest).
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
        lost = group[~ok & (group["end_ms"] >= outage_start_ms)]
        lost = lost[lost["start_ms"] < recovered_ms]
        known_ms = float(lost["end_ms"].min()) if len(lost) else math.nan
        rows.append(
            {
                "client": client,
                "lost_calls": len(lost),
                "recovered_region": elsewhere["region"].iloc[0] if found else "",
                "recovered_ms": recovered_ms,
                "rto_s": (recovered_ms - outage_start_ms) / 1000,
                "detect_s": (known_ms - outage_start_ms) / 1000,
                "recover_s": (recovered_ms - known_ms) / 1000,
            }
        )
    columns = ["client", "lost_calls", "recovered_region", "recovered_ms", "rto_s", "detect_s",
               "recover_s"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def missing_writes(writes: pd.DataFrame, dark_region: str, failover_ms: Failover) -> pd.DataFrame:
    """List the writes that the dark Region had acknowledged and no other Region showed at failover.

    Args:
        failover_ms: when clients began to use another Region, on the writes' clock; or when each
            did, by the `key` of its item: the others did not fail over, and miss nothing.

    Returns:
        The rows of `writes` in question, oldest first, with `age_s` (from the acknowledgement to
        the failover).
    """
    require(writes, *_WRITES)
    at_ms = _failover_of(writes, failover_ms)
    acknowledged = (writes["region"] == dark_region) & (writes["ack_ms"] <= at_ms)
    missing = writes[acknowledged & np.isfinite(at_ms) & (writes["visible_ms"] > at_ms)]
    aged = missing.assign(age_s=(at_ms[missing.index] - missing["ack_ms"]) / 1000)
    return aged.sort_values("ack_ms", kind="stable", ignore_index=True)


def recovery_point(
    writes: pd.DataFrame,
    dark_region: str,
    failover_ms: Failover,
) -> pd.DataFrame:
    """Return how old the oldest acknowledged write was that each viewer missed at failover: RPO.

    It counts viewers, with one item each, so the length of the calm before does not matter.

    Args:
        writes: see the top of this module. What a read showed only later counts as missing: the
            gap between two reads makes the count larger, never smaller.
        dark_region: the Region that went dark.
        failover_ms: as for `missing_writes`.

    Returns:
        One row: `viewers` (that failed over), `missing` (writes), `viewers_missing`, `p_missing`
        (share of the viewers that missed any), `ci_lo`, `ci_hi` (Wilson), `rpo_s` (median over
        viewers; 0 of one that misses nothing), `rpo_lo_s`, `rpo_hi_s` (by order statistics; inf
        where so few viewers are no bound), `rpo_max_s`, `told` (in a sentence). Without a failover
        all but the counts is NaN, and the sentence says so.
    """
    missing = missing_writes(writes, dark_region, failover_ms)
    at_ms = _failover_of(writes, failover_ms)
    taken = (writes["region"] == dark_region) & np.isfinite(at_ms) & (writes["ack_ms"] <= at_ms)
    viewers = sorted(writes.loc[taken, "key"].unique())
    oldest_s = missing.groupby("key")["age_s"].max().reindex(viewers).fillna(0.0)
    without = int((oldest_s > 0).sum())
    row = dict.fromkeys(
        ["p_missing", "ci_lo", "ci_hi", "rpo_s", "rpo_lo_s", "rpo_hi_s", "rpo_max_s"], math.nan
    )
    told = "Nobody failed over, so there is no recovery point."
    if viewers:
        ages = oldest_s.to_numpy()
        row["p_missing"] = without / len(viewers)
        row["ci_lo"], row["ci_hi"] = wilson_interval(without, len(viewers))
        row["rpo_s"] = float(np.quantile(ages, 0.5, method="inverted_cdf"))
        row["rpo_lo_s"], row["rpo_hi_s"] = order_interval(ages, ages, 0.5)
        row["rpo_max_s"] = float(ages.max())
        told = (
            f"{without} of {len(viewers)} viewers missed saves at failover, {len(missing)} in all; "
            f"the oldest was {row['rpo_s']:.2f} s old at the median, {row['rpo_max_s']:.2f} s at "
            "most."
        )
    head = {"viewers": len(viewers), "missing": len(missing), "viewers_missing": without}
    return pd.DataFrame([head | row | {"told": told}])


def recovery_points(writes: pd.DataFrame, dark_region: str, failover_ms: Failover) -> pd.DataFrame:
    """Return the recovery point of each of several outages, and what the next one may cost.

    Viewers of one outage share its moment; only several outages show how outages differ.

    Args:
        writes: see the top of this module, with `outage`, the number of each.
        failover_ms: as for `recovery_point`.

    Returns:
        One row per outage: `outage`, `viewers`, `missing`, `rpo_s`, `rpo_max_s`; and in each the
        same `worst_s`, `worst_lo_s`, `worst_hi_s`: the median over outages of the age of the oldest
        write that was missing, by order statistics (inf where so few outages are no bound: it takes
        six at 95 %).
    """
    require(writes, *_WRITES, "outage")
    rows = [
        {"outage": number, **recovery_point(group, dark_region, failover_ms).iloc[0]}
        for number, group in writes.groupby("outage", sort=True)
    ]
    table = pd.DataFrame(rows)[["outage", "viewers", "missing", "rpo_s", "rpo_max_s"]]
    worst_s = table["rpo_max_s"].dropna()
    if worst_s.empty:
        return table.assign(worst_s=math.nan, worst_lo_s=math.nan, worst_hi_s=math.nan)
    low_s, high_s = order_interval(worst_s, worst_s, 0.5)
    return table.assign(worst_s=worst_s.median(), worst_lo_s=low_s, worst_hi_s=high_s)


def _failover_of(writes: pd.DataFrame, failover_ms: Failover) -> pd.Series:
    """Return for each write when its viewer failed over; inf if it did not."""
    if isinstance(failover_ms, Mapping):
        return writes["key"].map(dict(failover_ms)).astype(float).fillna(math.inf)
    return pd.Series(float(failover_ms), index=writes.index)


def returned_writes(writes: pd.DataFrame, dark_region: str, failover_ms: Failover) -> pd.DataFrame:
    """Return what happened to the writes that were missing at failover.

    A missing write of an item that is written again elsewhere before it is seen has been
    superseded: its image arrives with an earlier stamp than the one it meets, and is discarded.

    Returns:
        The rows of `missing_writes` with `fate` (came back, superseded, or not seen) and
        `back_after_s` (from the failover until it was seen; inf unless it came back).
    """
    missing = missing_writes(writes, dark_region, failover_ms)
    at_ms = _failover_of(writes, failover_ms)
    elsewhere = writes[(writes["region"] != dark_region) & (writes["ack_ms"] >= at_ms)]
    # Of several clients, one may be saved elsewhere a little before the first success is noted.
    first_ms = elsewhere.groupby("key")["ack_ms"].min().to_dict()
    fates, back_after_s = [], []
    for row in missing.itertuples():
        superseded = first_ms.get(row.key, math.inf) <= row.visible_ms
        came_back = math.isfinite(row.visible_ms) and not superseded
        lasting = "came back" if came_back else "not seen"
        fates.append("superseded" if superseded and row.key in first_ms else lasting)
        since_s = (row.visible_ms - row.ack_ms) / 1000 - row.age_s
        back_after_s.append(since_s if came_back else math.inf)
    return missing.assign(fate=fates, back_after_s=np.array(back_after_s, dtype=float))
