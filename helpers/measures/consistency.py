"""What strong consistency saves: three shares on two tables, side by side."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from helpers.measures.columns import require
from helpers.measures.intervals import wilson_intervals
from helpers.measures.outage import Failover, recovery_point


def consistency_gain(
    reads: Mapping[str, pd.DataFrame],
    contention: pd.DataFrame,
    writes: Mapping[str, pd.DataFrame],
    dark_region: str,
    failover_ms: Mapping[str, Failover],
) -> pd.DataFrame:
    """Return per table the share of stale first reads, lost updates, and viewers missing a save.

    Args:
        reads: of a staleness run, by consistency: `trial`, `probe`, `fresh`; the first read after
            each write counts.
        contention: `consistency`, `lost`, one row per trial.
        writes: of an outage, by consistency, as `measures.recovery_point` takes them.
        dark_region: which went dark.
        failover_ms: when clients went elsewhere, by consistency.

    Returns:
        One row per measure and table: `measure`, `consistency`, `count`, `n`, `share`, `ci_lo`,
        `ci_hi` (Wilson).
    """
    require(contention, "consistency", "lost")
    rows = []
    for consistency, seen in reads.items():
        first = seen[(seen["probe"] == 0) & seen["fresh"].notna()]
        stale = int((~first["fresh"].astype(bool)).sum())
        rows.append(("first read elsewhere is stale", consistency, stale, len(first)))
    ended = contention[contention["outcome"] == "ok"] if "outcome" in contention else contention
    for consistency, trials in ended.groupby("consistency", sort=False):
        rows.append(("update lost", str(consistency), int(trials["lost"].sum()), len(trials)))
    for consistency, table in writes.items():
        point = recovery_point(table, dark_region, failover_ms[consistency]).iloc[0]
        counted = int(point["viewers_missing"]), int(point["viewers"])
        rows.append(("viewer missing a save at failover", consistency, *counted))
    table = pd.DataFrame(rows, columns=["measure", "consistency", "count", "n"])
    bounds = wilson_intervals(table["count"], table["n"])
    return table.assign(share=table["count"] / table["n"], **bounds)
