"""Record what many clients in several Regions ask of a few items, and what they are told."""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence

from helpers.experiments.prober import Probe, Prober, now_ms
from helpers.histories import Operation
from helpers.targets import Target

_PAUSE_S = 0.02


def run_history(
    target: Target,
    regions: Sequence[str],
    *,
    duration_s: float = 3.0,
    items: int = 2,
    clients: int = 2,
    conditional: bool = False,
    table: str | None = None,
) -> list[Operation]:
    """Make clients in every Region read with strong consistency, and write, for a while.

    Every written value is different, so that each read shows which write it saw.

    Args:
        items: how many items they share; fewer collide more.
        clients: how many there are in each Region, each in a thread of its own.
        conditional: also write on the condition that an item has the value last seen.

    Returns:
        Every operation with its outcome, on this process's monotonic clock, in ms.
    """
    history: list[Operation] = []
    values = itertools.count(1)
    run = f"history-{time.time_ns():x}"
    keys = [(run, f"item-{i}") for i in range(items)]
    until_ms = now_ms() + duration_s * 1000
    threads = [
        threading.Thread(
            target=_client,
            args=(
                Prober(target, region, table), history, values, random.Random(n),  # noqa: S311
                keys, conditional,
                lambda: now_ms() > until_ms,
            ),
            name=f"history-{region}-{n}",
        )
        for n, region in enumerate(list(regions) * clients)
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Prober(target, regions[0], table) as last:
        for key in keys:
            last.delete(*key)
    return sorted(history, key=lambda operation: operation.start_ms)


def _client(
    prober: Prober,
    history: list[Operation],
    values: Iterator[int],
    rng: random.Random,
    keys: list[tuple[str, str]],
    conditional: bool,
    done: Callable[[], bool],
) -> None:
    seen: dict[tuple[str, str], int | None] = {}
    with prober:
        while not done():
            key = rng.choice(keys)
            what = rng.random()
            if what < 0.5:  # noqa: PLR2004 - half of all
                probe = prober.read(*key, consistent=True)
                seen[key] = probe.bookmark
                operation = _note("read", key, prober.region, probe, probe.bookmark)
            elif conditional and what < 0.75:  # noqa: PLR2004 - half of the writes
                value = next(values)
                expected = seen.get(key)
                probe = prober.replace(*key, expected, value)
                operation = _note("conditional", key, prober.region, probe, value, expected)
            else:
                value = next(values)
                probe = prober.write(*key, value)
                operation = _note("write", key, prober.region, probe, value)
            history.append(operation)
            if probe.outcome != "ok":
                # A Region that is away answers at once; it need not be asked as fast.
                time.sleep(_PAUSE_S)


def _note(
    kind: str,
    key: tuple[str, str],
    region: str,
    probe: Probe,
    value: int | None,
    expected: int | None = None,
) -> Operation:
    outcome = "refused" if "ConditionalCheckFailed" in probe.message else probe.outcome
    if kind == "read" and outcome != "ok":
        outcome = "failed"
    return Operation(
        kind, key[1], value, probe.started_ms, probe.done_ms, outcome, region, expected,  # type: ignore[arg-type]
    )  # fmt: skip
