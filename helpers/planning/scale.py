"""What a service with millions of viewers sees each hour."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from helpers.planning.draws import Draws
from helpers.planning.following import MEASURES, ByPlay, Tally, add, follow
from helpers.planning.lags import Lags
from helpers.planning.workload import Workload

# In the order in which a service would add them.
REGIONS = ("us-west-2", "us-east-1", "eu-west-1", "ap-southeast-1", "us-east-2")
_BATCH = 200_000
# Fewer plays that differ show no more than chance.
_ENOUGH = 10
_COUNTS = (
    "writes", "moves",
    *(f"{name}{of}" for name in MEASURES for of in ("", "_squares", "_plays", "_most")),
)  # fmt: skip

Progress = Callable[[int, int], None]


def simulate(
    regions: Sequence[str] | int = 2,
    workload: Workload | None = None,
    *,
    lag: str | ArrayLike = "aws",
    writes: int = 1_000_000,
    seed: int = 0,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Simulate plays of films until so many bookmarks are saved; repeatable by its seed.

    Each play is followed by the engine's rules on a virtual clock. Plays that stay in one Region on
    one device can meet neither a stale read nor a conflict; they are drawn and not followed.

    Args:
        regions: names, or how many of `REGIONS`, 1 to 5.
        workload: how viewers use the service.
        lag: a lag model (`aws`, `fixed:400`), or measured lags in ms.
        writes: how many saves at least; 10^8 take seconds, and no more memory than 10^6.
        executor: of `concurrent.futures`, such as a ProcessPoolExecutor, or of what has one, such
            as a cluster's client; what comes out is the same.
        progress: called with saves done and saves to do.

    Returns:
        One row: `regions`, `plays`, `writes`, `moves` (reads by a device that takes a bookmark up
        elsewhere), `seed`, `lag` and the workload; for each of `stale_reads`, `conflicts` (writes
        that met one where neither had seen the other) and `lost_updates` the sum over plays, with
        `_squares` that of the squares, with `_plays` in how many plays there were any, and with
        `_most` how many in one at most.

    Raises:
        ValueError: there are no such Regions, or `writes` is not positive.
    """
    names = sorted(_named(regions))
    workload, lags = workload or Workload(), Lags(lag)
    if writes < 1:
        raise ValueError(f"writes={writes} must be at least 1.")
    plays = math.ceil(writes / workload.saves)
    spans = [(start, min(start + _BATCH, plays)) for start in range(0, plays, _BATCH)]
    batch = partial(_batch, workload, names, lags, seed)
    tally: dict[str, int] = {}
    done = (executor.map if executor else map)(batch, spans)
    for number, counted in enumerate(done, start=1):
        add(tally, counted)
        if progress:
            progress(min(number * _BATCH, plays) * workload.saves, plays * workload.saves)
    head = {"regions": len(names), "plays": plays, "lag": lags.name, "seed": seed}
    counts = {name: tally[name] for name in _COUNTS}
    return pd.DataFrame([head | dataclasses.asdict(workload) | counts])


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


def per_hour(tally: pd.DataFrame, viewers_millions: ArrayLike) -> pd.DataFrame:
    """Describe what so many viewers, all watching at once, see in an hour.

    Args:
        tally: what `simulate` returned, one row or several.
        viewers_millions: one number or several.

    Returns:
        `regions`, `viewers_millions`, `measure`, `per_hour`, `ci_lo`, `ci_hi`, `n` (plays),
        `informing` (plays in which there was any: the others say nothing of how many). Saves of one
        play are not independent, so plays are counted: the interval is the gamma one for a weighted
        sum of Poisson counts (Fay and Feuer, Statistics in Medicine 16, 1997), exact where every
        play has as many, and wide where few plays inform (with fewer than eight it holds less
        often). Where none does its upper end is -ln(0.05) plays' worth.
    """
    rows = []
    for row in tally.to_dict("records"):
        plays = row["plays"]
        for name in MEASURES:
            mean = row[name] / plays
            least, most = _gamma_interval(row[name], row[f"{name}_squares"], row[f"{name}_most"])
            if row[name] == 0:
                most = 0.0 if _impossible(row) else -math.log(0.05)
            for millions in np.asarray(viewers_millions, dtype=float).ravel():
                scale = millions * 1e6 * 3600 / row["play_s"]
                per_play = (mean * scale, least / plays * scale, most / plays * scale)
                counted = (plays, row[f"{name}_plays"])
                rows.append((row["regions"], millions, name, *per_play, *counted))
    columns = [
        "regions", "viewers_millions", "measure", "per_hour", "ci_lo", "ci_hi", "n", "informing",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _gamma_interval(total: float, squares: float, most: float) -> tuple[float, float]:
    """Bound a sum over plays; above, as if one play more had informed, with the most of all."""
    if total == 0:
        return 0.0, 0.0
    tail = 0.025
    more, wider = total + most, squares + most**2
    low = stats.gamma.ppf(tail, total**2 / squares, scale=squares / total)
    high = stats.gamma.isf(tail, more**2 / wider, scale=wider / more)
    return float(low), float(high)


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
    """Change one thing at a time, and simulate the same plays again, with the same numbers drawn.

    Args:
        slower: lags to compare with, such as `lognormal:1400,4600`; without it the lever is left
            out.

    Returns:
        `lever` and the columns of `simulate`; the first row is the workload as it is. For each
        measure, `_apart` and `_apart_squares`: the difference from the first row, play by play,
        its sum and that of its squares.
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
    plays, names = math.ceil(writes / base.saves), sorted(_named(regions))
    tallies: list[dict[str, int]] = [{} for _ in tried]
    for start in range(0, plays, _BATCH):
        span = (start, min(start + _BATCH, plays))
        first: ByPlay = {}
        for tally, (_, changed, lags) in zip(tallies, tried, strict=True):
            counted, by_play = follow(changed, names, Lags(lags), seed, span)
            first = first or by_play
            aparts = {name: by_play[name] - first[name] for name in MEASURES}
            add(tally, counted)
            add(tally, {f"{name}_apart": int(apart.sum()) for name, apart in aparts.items()})
            squares = {f"{name}_apart_squares": int((a**2).sum()) for name, a in aparts.items()}
            add(tally, squares)
        if progress:
            progress(span[1], plays)
    keys = [*_COUNTS, *(f"{name}_apart{s}" for name in MEASURES for s in ("", "_squares"))]
    return pd.DataFrame(
        [
            {"lever": lever, "regions": regions, "plays": plays, "lag": Lags(lags).name}
            | {"seed": seed, **dataclasses.asdict(changed)}
            | {key: tally[key] for key in keys}
            for (lever, changed, lags), tally in zip(tried, tallies, strict=True)
        ]
    )


def per_hour_by_lever(levers: pd.DataFrame, viewers_millions: float = 1.0) -> pd.DataFrame:
    """Return per lever what `per_hour` returns: its columns, `lever`, `apart` and `within_noise`.

    A lever is within noise where the difference from the first row may be none. Both met the same
    plays, so the interval is that of the differences play by play, which is far narrower than that
    of two means; where fewer than `_ENOUGH` plays differ at all, nothing is said to be certain.

    Returns:
        `apart` (per hour), `apart_lo`, `apart_hi` (normal interval of the mean difference).
    """
    z = float(stats.norm.ppf(0.975))
    tables = []
    for _, row in levers.iterrows():
        table = per_hour(row.to_frame().T, viewers_millions).assign(lever=row["lever"])
        scale = viewers_millions * 1e6 * 3600 / row["play_s"]
        mean = np.array([row[f"{name}_apart"] / row["plays"] for name in MEASURES])
        squares = np.array([row[f"{name}_apart_squares"] / row["plays"] for name in MEASURES])
        half = z * np.sqrt(np.maximum(0, squares - mean**2) / row["plays"])
        # The sum of squares is at least the number of plays that differ.
        few = squares * row["plays"] < _ENOUGH
        tables.append(
            table.assign(
                apart=mean * scale, apart_lo=(mean - half) * scale, apart_hi=(mean + half) * scale,
                within_noise=(np.abs(mean) <= half) | few,
            )
        )  # fmt: skip
    return pd.concat(tables, ignore_index=True)


def draw_lags_ms(
    lag: str | ArrayLike, source: str, region: str, *, count: int = 10_000, seed: int = 0
) -> np.ndarray:
    """Draw lags in ms from one Region to another, from a model or from measured ones."""
    sources = np.zeros(count, dtype=np.int64)
    uniform = Draws(seed, np.arange(count)).uniform("lag", 2)
    return Lags(lag).draw_ms(uniform, [source, region], sources)[:, 1]


def missing_at_failover(
    viewers_millions: float, lags_ms: ArrayLike, *, save_every_s: float = 10.0, regions: int = 2
) -> float:
    """Return how many bookmarks the other Regions do not have when one of `regions` is lost.

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


def _batch(
    workload: Workload, names: list[str], lags: Lags, seed: int, span: tuple[int, int]
) -> Tally:
    return follow(workload, names, lags, seed, span)[0]
