"""Skewed clocks: the engine replays a run with its own clocks, and with plain ones."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pandas as pd

from helpers.localcloud.engine.lag import LagModel, parse_lag
from helpers.localcloud.engine.replication import Engine
from helpers.localcloud.engine.stamp import Clock, HybridClock, WallClock
from helpers.localcloud.round_trips import read_round_trips

_TABLE = "replayed"
CLOCKS: dict[str, Callable[[str], Clock]] = {"hybrid": HybridClock, "plain": WallClock}


def lost_to_skew(
    trials: pd.DataFrame, fast: str, other: str, lag: str, *, replays: int = 40
) -> pd.DataFrame:
    """Replay the writes of a run, at the times at which they were made, and see which survive.

    Args:
        trials: as the experiment on clocks returns them: `skew_ms`, `first_ms`, `second_ms`.
        fast: the Region whose clock is ahead, which writes first; `other` writes second.
        lag: a lag model as the command line writes it.
        replays: how often, each with lags of its own.

    Returns:
        One row per kind of clock and skew: `clock` (hybrid: what it has seen makes stamps later,
        as on the local cloud; plain: it heeds its own Region only), `skew_ms`, `n` (replayed
        trials), `lost` (the later write does not stand everywhere), `p_lost`, `apart` (Regions that
        differ for good).
    """
    model = parse_lag(lag, read_round_trips())
    made = trials.dropna(subset=["first_ms", "second_ms"])
    rows = []
    for clock, make in CLOCKS.items():
        fates = pd.concat([_replay(made, fast, other, model, make, n) for n in range(replays)])
        for skew_ms, group in fates.groupby("skew_ms", sort=True):
            lost = int(group["lost"].sum())
            rows.append(
                (clock, skew_ms, len(group), lost, lost / len(group), int(group["apart"].sum()))
            )
    return pd.DataFrame(rows, columns=["clock", "skew_ms", "n", "lost", "p_lost", "apart"])


def _replay(
    trials: pd.DataFrame,
    fast: str,
    other: str,
    lag: LagModel,
    clock: Callable[[str], Clock],
    seed: int,
) -> pd.DataFrame:
    engine = Engine(lag, Random(seed), clock=clock)  # noqa: S311 - not secret
    for region in (fast, other):
        engine.join(_TABLE, region, {})
    writes = [(row.first_ms, fast, row.trial, row.skew_ms) for row in trials.itertuples()]
    writes += [(row.second_ms, other, row.trial, row.skew_ms) for row in trials.itertuples()]
    later = {}
    for at_ms, region, trial, skew_ms in sorted(writes):
        engine.deliver(at_ms)
        engine.faults.skew_ms = {fast: skew_ms}
        made = engine.commit(_TABLE, region, trial, {}, at_ms)
        if region == other:
            later[trial] = made.image.version.stamp
    while (due_ms := engine.next_due_ms()) is not None:
        engine.deliver(due_ms)
    held = [engine.versions(_TABLE, region) for region in (fast, other)]
    return pd.DataFrame(
        {
            "skew_ms": trials["skew_ms"],
            "lost": [any(h[t].stamp != later[t] for h in held) for t in trials["trial"]],
            "apart": [held[0][t].stamp != held[1][t].stamp for t in trials["trial"]],
        }
    )
