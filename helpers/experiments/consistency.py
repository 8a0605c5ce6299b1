"""The same load on tables of different consistency: what it costs, and what it saves."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from random import Random
from time import sleep

import pandas as pd

from helpers.experiments.agenda import CancelledError
from helpers.experiments.prober import Probe, Prober, now_ms
from helpers.experiments.settle import settle
from helpers.outcomes import Outcome
from helpers.targets import Target

Progress = Callable[[int, int], None]
_MOST_ATTEMPTS = 50
_SETTLE_MS = 15_000.0
_CONFLICT = "ReplicatedWriteConflict"


def run_price(
    target: Target,
    regions: Sequence[str],
    tables: Mapping[str, str],
    *,
    calls: int = 25,
    cancelled: Callable[[], bool] = lambda: False,
) -> pd.DataFrame:
    """Put, read eventually and read strongly, in each Region, on each table in turn.

    Args:
        tables: the name of a table by what it is called in the result.
        calls: of each kind.

    Returns:
        One row per call: `consistency`, `region`, `operation`, `rtt_ms`, `outcome`.

    Raises:
        CancelledError: `cancelled` said so.
    """
    user, rows = f"price-{secrets.token_hex(4)}", []
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
                        raise CancelledError("Cancelled. Run it again to start over.")
                    operation = list(steps)[number % len(steps)]
                    probe = steps[operation]()
                    rows.append((consistency, region, operation, probe.rtt_ms, probe.outcome))
                prober.delete(user, region)
    columns = ["consistency", "region", "operation", "rtt_ms", "outcome"]
    return pd.DataFrame(rows, columns=columns)


def run_contention(
    target: Target,
    regions: tuple[str, str],
    tables: Mapping[str, str],
    *,
    trials: int = 20,
    seed: int = 0,
    progress: Progress = lambda _done, _of: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> pd.DataFrame:
    """Add 15 s in one Region and 30 s in another at once; what a conflict refuses is tried again.

    Args:
        regions: the two that write.
        tables: the name of a table by what it is called in the result.
        seed: of how long a refused writer waits.

    Returns:
        One row per trial: `consistency`, `trial`, `attempts` (of both writers), `write_ms` (of the
        slower writer, from its first attempt to its success), `expected`, `final` (both Regions
        agreed), `lost` (whether an acknowledged addition is missing), `outcome`.

    Raises:
        CancelledError: `cancelled` said so.
    """
    rows: list[dict[str, object]] = []
    total = trials * len(tables)
    rng = Random(seed)  # noqa: S311 - not secret
    for consistency, table in tables.items():
        user = f"contention-{secrets.token_hex(4)}"
        with ExitStack() as stack, ThreadPoolExecutor(2) as pool:
            pair = [stack.enter_context(Prober(target, r, table)) for r in regions]
            done = []
            for trial in range(trials):
                if cancelled():
                    raise CancelledError("Cancelled. Run it again to start over.")
                show = f"trial-{trial:03}"
                jobs = [
                    pool.submit(_add, prober, user, show, seconds, rng.random())
                    for prober, seconds in zip(pair, (15, 30), strict=True)
                ]
                done.append((show, [job.result() for job in jobs]))
                progress(len(rows) + len(done), total)
            settled = settle(
                pair, user, _SETTLE_MS, looks=5, complete=lambda held: len(held) == trials,
                cancelled=cancelled,
            )  # fmt: skip
            for trial, (show, writers) in enumerate(done):
                outcome = max((Outcome(o) for _, _, o in writers), key=list(Outcome).index)
                if show in settled.apart or not settled.held:
                    outcome = Outcome.UNKNOWN
                final = settled.alike.get(show, 0)
                rows.append(
                    {
                        "consistency": consistency,
                        "trial": trial,
                        "attempts": sum(attempts for attempts, _, _ in writers),
                        "write_ms": max(ms for _, ms, _ in writers),
                        "expected": 45,
                        "final": final,
                        "lost": outcome == Outcome.OK and final != 45,  # noqa: PLR2004 - 15 and 30
                        "outcome": outcome,
                    }
                )
                pair[0].delete(user, show)
    return pd.DataFrame(rows)


def _add(
    prober: Prober, user: str, show: str, seconds: int, patience: float
) -> tuple[int, float, str]:
    """Add until it is done: attempts, ms, and how it ended; a conflict is certainly not done."""
    started_ms = now_ms()
    for attempt in range(1, _MOST_ATTEMPTS + 1):
        probe = prober.add(user, show, seconds)
        if _CONFLICT not in probe.message:
            return attempt, now_ms() - started_ms, probe.outcome
        # Waits of different length let one of the two go first.
        sleep(0.01 * attempt * (0.5 + patience))
    return _MOST_ATTEMPTS, now_ms() - started_ms, "failed"
