"""Load that goes on for a while: does anything grow, and do reads stay quick?

`make soak` takes ten minutes: `python -m tests.localcloud.soak --seconds 600`.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from helpers import tables
from helpers.lifecycle import prepare
from helpers.localcloud.process import daemon
from helpers.settings import Settings
from helpers.targets import LocalTarget

REGIONS = ("us-west-2", "us-east-2", "eu-west-1")
WRITES_A_SECOND = 180
ITEMS = 500
WARM_UP_S = 60.0


@dataclass
class Soak:
    """What was seen.

    Attributes:
        memory_mb: resident memory of the cloud, a look every 5 s: (s since the start, MB).
        reads_ms: how long each GetItem took.
        writes, asked_writes: made, and meant to be made.
        threads, files: of the cloud, at the end of the warm-up and at the end.
    """

    memory_mb: list[tuple[float, float]] = field(default_factory=list)
    reads_ms: list[float] = field(default_factory=list)
    writes: int = 0
    asked_writes: int = 0
    threads: tuple[int, int] = (0, 0)
    files: tuple[int, int] = (0, 0)

    def growth(self) -> float:
        """Return by what part memory grew from the end of the warm-up to its highest after it."""
        after = [mb for at_s, mb in self.memory_mb if at_s >= WARM_UP_S]
        return max(after) / after[0] - 1

    def tail(self) -> float:
        """Return how many times its median the 99th percentile of a GetItem is."""
        return statistics.quantiles(self.reads_ms, n=100)[98] / statistics.median(self.reads_ms)

    def __str__(self) -> str:
        p99_ms = statistics.quantiles(self.reads_ms, n=100)[98]
        after = [mb for at_s, mb in self.memory_mb if at_s >= WARM_UP_S]
        return (
            f"{self.writes} of {self.asked_writes} writes; memory {after[0]:.0f} MB after the "
            f"first minute, {max(after):.0f} at most, {after[-1]:.0f} at the end "
            f"({self.growth():+.1%}); {len(self.reads_ms)} reads, median "
            f"{statistics.median(self.reads_ms):.2f} ms, p99 {p99_ms:.2f} ms ({self.tail():.1f} "
            f"times), worst {max(self.reads_ms):.0f} ms; threads {self.threads}, files {self.files}"
        )


class _Load:
    """The writers and the reader, each a thread."""

    def __init__(self, target: LocalTarget, seen: Soak, ends: float, seed: int) -> None:
        self._target, self._seen, self._ends, self._seed = target, seen, ends, seed
        self._failed: list[Exception] = []
        works = [partial(self._write, region, n) for n, region in enumerate(REGIONS)]
        self._threads = [
            threading.Thread(target=self._run, args=(w,)) for w in (*works, self._read)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()
        if self._failed:
            raise self._failed[0]

    def _run(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as wrong:  # noqa: BLE001 - raised again by join
            self._failed.append(wrong)

    def _write(self, region: str, number: int) -> None:
        draw = random.Random(f"{self._seed} {region}")
        client = self._target.client("dynamodb", region)
        every_s = len(REGIONS) / WRITES_A_SECOND
        due_s = time.monotonic() + every_s * number / len(REGIONS)
        while due_s < self._ends:
            time.sleep(max(0.0, due_s - time.monotonic()))
            key = {"PK": {"S": "soak"}, "SK": {"S": f"{draw.randrange(ITEMS):04}"}}
            client.update_item(
                TableName=tables.TABLE, Key=key, UpdateExpression="ADD Bookmark :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
            )  # fmt: skip
            self._seen.writes += 1
            due_s += every_s

    def _read(self) -> None:
        client = self._target.client("dynamodb", REGIONS[0])
        key = {"PK": {"S": "soak"}, "SK": {"S": "0001"}}
        while time.monotonic() < self._ends:
            started = time.perf_counter()
            client.get_item(TableName=tables.TABLE, Key=key)
            self._seen.reads_ms.append((time.perf_counter() - started) * 1000)
            time.sleep(0.02)


def _look(pid: int) -> tuple[float, int, int]:
    """Return the resident memory of a process in MB, its threads and its open files."""
    process = Path(f"/proc/{pid}")
    status = (process / "status").read_text(encoding="utf-8").split()
    memory_mb = int(status[status.index("VmRSS:") + 1]) / 1024
    threads = int(status[status.index("Threads:") + 1])
    return memory_mb, threads, len(list((process / "fd").iterdir()))


def soak(target: LocalTarget, seconds: float, seed: int) -> Soak:
    """Write into all three Regions and read beside it, for a while."""
    pid = target.cloud.get("status")["pid"]
    began = time.monotonic()
    seen = Soak(asked_writes=int(seconds * WRITES_A_SECOND))
    load = _Load(target, seen, began + seconds, seed)
    load.start()
    counts = []
    while (at_s := time.monotonic() - began) < seconds:
        memory_mb, threads, files = _look(pid)
        seen.memory_mb.append((at_s, memory_mb))
        if at_s >= WARM_UP_S:
            counts.append((threads, files))
        time.sleep(min(5.0, seconds - at_s))
    load.join()
    first, last = counts[0], counts[-1]
    seen.threads, seen.files = (first[0], last[0]), (first[1], last[1])
    return seen


def main() -> None:
    """Soak a cloud of its own, and fail if anything grows or reads get slow."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(state_dir=Path(folder), timescale=0.01)
        cloud = daemon.start(settings.state_dir, timescale=settings.timescale)
        try:
            target = LocalTarget(cloud, settings)
            prepare(target, list(REGIONS), api=False, progress=lambda _line: None)
            seen = soak(target, options.seconds, options.seed)
        finally:
            daemon.stop(cloud)
    print(seen)
    if seen.growth() > 0.1 or seen.tail() > 4:
        raise SystemExit("Memory grew by more than a tenth, or reads got slow beside the writes.")


if __name__ == "__main__":
    main()
