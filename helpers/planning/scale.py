"""What a service with millions of viewers sees each hour."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from helpers.planning import lockstep
from helpers.planning.lags import Lags
from helpers.planning.workload import NEVER, Workload, draw_involved, draw_plays

# In the order in which a service would add them.
REGIONS = ("us-west-2", "us-east-1", "eu-west-1", "ap-southeast-1", "us-east-2")
MEASURES = ("stale_reads", "conflicts", "lost_updates")

_CHUNK = 2_000
_BATCH = 200_000

Progress = Callable[[int, int], None]


def simulate(
    regions: Sequence[str] | int = 2,
    workload: Workload | None = None,
    *,
    lag: str | ArrayLike = "aws",
    writes: int = 1_000_000,
    seed: int = 0,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Simulate plays of films until so many bookmarks are saved; the same seed gives the same.

    Each play is followed by the engine's rules on a virtual clock. Plays that stay in one Region on
    one device can meet neither a stale read nor a conflict; they are drawn and not followed.

    Args:
        regions: names, or how many of `REGIONS`, 1 to 5.
        workload: how viewers use the service.
        lag: a lag model (`aws`, `fixed:400`), or measured lags in ms.
        writes: how many saves at least; 10^8 take seconds, and no more memory than 10^6.
        progress: called with saves done and saves to do.

    Returns:
        One row: `regions`, `plays`, `writes`, `moves` (reads by a device that takes a bookmark up
        elsewhere), `seed`, `lag` and the workload; for each of `stale_reads`, `conflicts` (writes
        that met one where neither had seen the other) and `lost_updates` the sum over plays, and
        with `_squares` that of the squares.

    Raises:
        ValueError: there are no such Regions, or `writes` is not positive.
    """
    names = sorted(_named(regions))
    workload, lags = workload or Workload(), Lags(lag)
    if writes < 1:
        raise ValueError(f"writes={writes} must be at least 1.")
    rng = np.random.default_rng(seed)
    plays = math.ceil(writes / workload.saves)
    tally: dict[str, Any] = dict.fromkeys(("writes", "moves"), 0)
    tally |= {key: 0 for name in MEASURES for key in (name, f"{name}_squares")}
    for start in range(0, plays, _BATCH):
        batch = min(_BATCH, plays - start)
        moves, shared = draw_involved(workload, batch, len(names), rng)
        tally["writes"] += (batch - len(moves)) * workload.saves
        for first in range(0, len(moves), _CHUNK):
            part = slice(first, first + _CHUNK)
            _follow(workload, names, lags, rng, moves[part], shared[part], tally)
            if progress:
                done = start + batch * min(1.0, (first + _CHUNK) / len(moves))
                progress(int(done * workload.saves), plays * workload.saves)
    if progress:
        progress(plays * workload.saves, plays * workload.saves)
    head = {"regions": len(names), "plays": plays, "lag": lags.name, "seed": seed}
    return pd.DataFrame([head | dataclasses.asdict(workload) | tally])


def simulate_each(
    counts: Sequence[int],
    workload: Workload | None = None,
    *,
    progress: Progress | None = None,
    **settings: Any,
) -> pd.DataFrame:
    """Simulate the same workload for several numbers of Regions: one row each, as `simulate`."""
    tables = []
    for done, count in enumerate(counts):
        tables.append(simulate(count, workload, **settings))
        if progress:
            progress(done + 1, len(counts))
    return pd.concat(tables, ignore_index=True)


def per_hour(
    tally: pd.DataFrame, viewers_millions: ArrayLike, *, confidence: float = 0.95
) -> pd.DataFrame:
    """Say what so many viewers, all watching at once, see in an hour.

    Args:
        tally: what `simulate` returned, one row or several.
        viewers_millions: one number or several.

    Returns:
        `regions`, `viewers_millions`, `measure`, `per_hour`, `ci_lo`, `ci_hi`, `n` (plays). The
        interval is the normal one for a mean over plays, as saves of one play are not independent;
        where nothing was seen its upper end is Poisson's, -ln(1 - confidence) plays' worth.
    """
    z = float(stats.norm.ppf((1 + confidence) / 2))
    rows = []
    for row in tally.to_dict("records"):
        plays = row["plays"]
        for name in MEASURES:
            mean = row[name] / plays
            spread = math.sqrt(max(0.0, row[f"{name}_squares"] / plays - mean**2) / plays)
            least, most = max(0.0, mean - z * spread), mean + z * spread
            if row[name] == 0:
                most = 0.0 if _impossible(row) else -math.log(1 - confidence) / plays
            for millions in np.asarray(viewers_millions, dtype=float).ravel():
                scale = millions * 1e6 * 3600 / row["play_s"]
                rows.append(
                    (
                        row["regions"],
                        millions,
                        name,
                        mean * scale,
                        least * scale,
                        most * scale,
                        plays,
                    )
                )
    columns = ["regions", "viewers_millions", "measure", "per_hour", "ci_lo", "ci_hi", "n"]
    return pd.DataFrame(rows, columns=columns)


def levers(
    workload: Workload | None = None,
    *,
    regions: int = 2,
    lag: str | ArrayLike = "aws",
    slower: str | ArrayLike | None = None,
    writes: int = 1_000_000,
    seed: int = 0,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Change one thing at a time, and simulate again.

    Args:
        slower: lags to compare with, such as `lognormal:1400,4600`; without it the lever is left
            out.

    Returns:
        `lever` and the columns of `simulate`; the first row is the workload as it is.
    """
    base = workload or Workload()
    change = dataclasses.replace
    tried: list[tuple[str, Workload, str | ArrayLike]] = [
        ("as it is", base, lag),
        ("save half as often", change(base, save_every_s=base.save_every_s * 2), lag),
        ("save twice as often", change(base, save_every_s=base.save_every_s / 2), lag),
        ("viewers move twice as often", change(base, moves_per_h=base.moves_per_h * 2), lag),
        ("twice as many shared plays", change(base, shared=min(1.0, base.shared * 2)), lag),
        ("a home Region for each viewer", change(base, home=True), lag),
    ]
    if slower is not None:
        tried.insert(3, ("the lag twice as long", base, slower))
    tables = []
    for done, (name, changed, lags) in enumerate(tried):
        # The same number of plays each time, so that the intervals are alike.
        saves = max(1, round(writes * changed.saves / base.saves))
        table = simulate(regions, changed, lag=lags, writes=saves, seed=seed)
        table.insert(0, "lever", name)
        tables.append(table)
        if progress:
            progress(done + 1, len(tried))
    return pd.concat(tables, ignore_index=True)


def per_hour_by_lever(levers: pd.DataFrame, viewers_millions: float = 1.0) -> pd.DataFrame:
    """Say for each lever what `per_hour` says: its columns, `lever` and `within_noise`.

    A lever is within noise where the difference from the first row may be none: the normal interval
    of the difference of two means holds 0. Levers are simulated with one seed, which makes them
    more alike than independent runs, so the interval is no narrower than it has to be.
    """
    tables = [
        per_hour(row.to_frame().T, viewers_millions).assign(lever=row["lever"])
        for _, row in levers.iterrows()
    ]
    table = pd.concat(tables, ignore_index=True)
    base = table.drop_duplicates("measure").set_index("measure").loc[table["measure"]]
    apart = (table["per_hour"] - base["per_hour"].to_numpy()).abs()
    half = table["ci_hi"] - table["per_hour"]
    base_half = (base["ci_hi"] - base["per_hour"]).to_numpy()
    # What cannot happen, against what was seen to happen, is no matter of chance.
    ended = (table["ci_hi"] == 0) & (base["per_hour"].to_numpy() > 0)
    return table.assign(within_noise=(apart <= np.hypot(half, base_half)) & ~ended)


def draw_lags_ms(
    lag: str | ArrayLike, source: str, region: str, *, count: int = 10_000, seed: int = 0
) -> np.ndarray:
    """Draw lags in ms from one Region to another, from a model or from measured ones."""
    sources = np.zeros(count, dtype=np.int64)
    return Lags(lag).draw_ms(np.random.default_rng(seed), [source, region], sources)[:, 1]


def missing_at_failover(
    viewers_millions: float, lags_ms: ArrayLike, *, save_every_s: float = 10.0, regions: int = 2
) -> float:
    """Say how many bookmarks the other Regions do not have when one of `regions` is lost.

    Little's law: of what is saved in the lost Region, rate times mean lag is under way. Of a viewer
    only the latest save counts, so a lag longer than the time between two saves counts as that.
    This project's derivation; viewers are taken to be spread evenly over the Regions.
    """
    waits_s = np.minimum(np.asarray(lags_ms, dtype=float) / 1000, save_every_s)
    return float(viewers_millions * 1e6 / regions / save_every_s * waits_s.mean())


def _named(regions: Sequence[str] | int) -> list[str]:
    if isinstance(regions, int):
        if not 1 <= regions <= len(REGIONS):
            raise ValueError(f"regions={regions} must lie between 1 and {len(REGIONS)}.")
        return list(REGIONS[:regions])
    if not regions or len(set(regions)) < len(regions):
        raise ValueError(f"Regions must be named once each: {', '.join(regions) or 'none given'}.")
    return list(regions)


def _impossible(row: Mapping[str, Any]) -> bool:
    return bool(row["home"]) or row["regions"] == 1


def _follow(
    workload: Workload,
    names: list[str],
    lags: Lags,
    rng: np.random.Generator,
    moves: np.ndarray,
    shared: np.ndarray,
    tally: dict[str, Any],
) -> None:
    """Follow some plays from save to save, and add what they met to the tally."""
    plays = draw_plays(workload, moves, shared, len(names), rng)
    seen = lockstep.run(plays, lags.draw_ms(rng, names, plays.write_region))
    tally["writes"] += int((plays.write_ms < NEVER).sum())
    tally["moves"] += int((plays.read_ms < NEVER).sum())
    by_play = {
        "stale_reads": seen.stale.sum(axis=1),
        "conflicts": seen.conflicted.sum(axis=1),
        "lost_updates": seen.lost.sum(axis=1),
    }
    for name, counts in by_play.items():
        tally[name] += int(counts.sum())
        tally[f"{name}_squares"] += int((counts.astype(np.int64) ** 2).sum())
