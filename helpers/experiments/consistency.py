"""The same load on tables of different consistency: what it costs, and what it saves."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from random import Random
from time import sleep
from typing import Any

import pandas as pd

from helpers.experiments.agenda import CancelledError
from helpers.experiments.prober import Probe, Prober, now_ms
from helpers.experiments.settle import settle
from helpers.outcomes import Outcome
from helpers.progress import Progress
from helpers.targets import Target

_MOST_ATTEMPTS = 50
_SETTLE_MS = 15_000.0
_CONFLICT = "ReplicatedWriteConflict"


def run_price(
    target: Target,
    regions: Sequence[str],
    tables: Mapping[str, str],
    *,
    calls: int = 25,
    rows: list[dict[str, Any]] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> pd.DataFrame:
    """Put, read eventually and read strongly, in each Region, on each table in turn.

    Args:
        tables: the name of a table by what it is called in the result.
        calls: of each kind.
        rows: where to put the rows, as they come.

    Returns:
        One row per call: `consistency`, `region`, `operation`, `rtt_ms`, `outcome`.

    Raises:
        CancelledError: `cancelled` said so.
    """
    user, rows = f"price-{secrets.token_hex(4)}", [] if rows is None else rows
    for region in regions:
        for consistency, table in tables.items():
            with Prober(target, region, table) as prober:
                steps: dict[str, Callable[[], Probe]] = {
                    "write": partial(prober.write, user, region, 1),
                    "eventual read": partial(prober.read, user, region),
                    "strong read": partial(prober.read, user, region, consistent=True),
                }
                prober.write(user, region, 0)  # Opens the connection; it is not a sample.
                for number in range(calls * len(steps)):
                    if cancelled():
                        raise CancelledError
                    operation = list(steps)[number % len(steps)]
                    probe = steps[operation]()
                    rows.append(
                        {
                            "consistency": consistency, "region": region, "operation": operation,
                            "rtt_ms": probe.rtt_ms, "outcome": probe.outcome,
                        }
                    )  # fmt: skip
                prober.delete(user, region)
    return pd.DataFrame(rows)


def run_contention(
    target: Target,
    regions: tuple[str, str],
    tables: Mapping[str, str],
    *,
    trials: int = 20,
    rows: list[dict[str, Any]] | None = None,
    progress: Progress = lambda _done, _of: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> pd.DataFrame:
    """Add 15 s in one Region and 30 s in another at once; what a conflict refuses is tried again.

    Args:
        regions: the two that write.
        tables: the name of a table by what it is called in the result.
        rows: where to put the rows, as they come; until the Regions agree each outcome is unknown.

    Returns:
        One row per trial: `consistency`, `trial`, `attempts` (of both writers), `write_ms` (of the
        slower writer, from its first attempt to its success), `expected`, `final` (both Regions
        agreed), `lost` (whether an acknowledged addition is missing), `outcome`.

    Raises:
        CancelledError: `cancelled` said so.
    """
    rows = [] if rows is None else rows
    total = trials * len(tables)
    rng = Random(0)  # noqa: S311 - not secret
    for consistency, table in tables.items():
        user = f"contention-{secrets.token_hex(4)}"
        with ExitStack() as stack, ThreadPoolExecutor(2) as pool:
            pair = [stack.enter_context(Prober(target, r, table)) for r in regions]
            done = []
            for trial in range(trials):
                if cancelled():
                    raise CancelledError
                show = f"trial-{trial:03}"
                jobs = [
                    pool.submit(_add, prober, user, show, seconds, rng.random())
                    for prober, seconds in zip(pair, (15, 30), strict=True)
                ]
                attempts, took_ms, outcomes = zip(*(job.result() for job in jobs), strict=True)
                row = {
                    "consistency": consistency, "trial": trial, "attempts": sum(attempts),
                    "write_ms": max(took_ms), "expected": 45, "final": None, "lost": False,
                    "outcome": Outcome.UNKNOWN,
                }  # fmt: skip
                rows.append(row)
                done.append((row, show, Outcome.worst(*outcomes)))
                progress(len(rows), total)
            settled = settle(
                pair, user, _SETTLE_MS, looks=5, complete=lambda held: len(held) == trials,
                cancelled=cancelled,
            )  # fmt: skip
            for row, show, outcome in done:
                if show not in settled.apart and settled.held:
                    final = settled.alike.get(show, 0)
                    row |= {"outcome": outcome, "final": final}
                    row["lost"] = outcome == Outcome.OK and final != row["expected"]
                pair[0].delete(user, show)
    return pd.DataFrame(rows)


def _add(
    prober: Prober, user: str, show: str, seconds: int, patience: float
) -> tuple[int, float, Outcome]:
    """Add until it is done: attempts, ms, and how it ended; a conflict is certainly not done."""
    started_ms = now_ms()
    for attempt in range(1, _MOST_ATTEMPTS + 1):
        probe = prober.add(user, show, seconds)
        if _CONFLICT not in probe.message:
            return attempt, now_ms() - started_ms, probe.outcome
        # Waits of different length let one of the two go first.
        sleep(0.01 * attempt * (0.5 + patience))
    return _MOST_ATTEMPTS, now_ms() - started_ms, Outcome.FAILED
