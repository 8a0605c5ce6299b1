"""Steps the engine on the event loop: the real-time half of "one engine, two clocks"."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass

from helpers.localcloud.engine.lagging_copy import LaggingCopy
from helpers.localcloud.engine.quorum import Quorum
from helpers.localcloud.engine.replication import Arrival, Engine
from helpers.localcloud.kept.keeper import Keeper
from helpers.localcloud.ministack.emulator import Emulator, ItemKey, TableId, Write

# CloudWatch keeps one-minute periods; a flush a second is fine enough to watch it live.
_METRIC_FLUSH_S = 1.0

# Expired items are looked for this often, times the timescale. AWS takes "a few days"; a learner
# has less patience.
_EXPIRY_S = 60.0

# So many of them are looked at before others come in between: a ms or so.
_LOOKED_AT_AT_ONCE = 2_000

# TransactWriteItems takes up to 100 items; MiniStack has stored them when the engine hears of them,
# so whether there is room is asked before.
_LARGEST_TRANSACTION = 100


class Driver:
    """Hands the emulator's writes to the engine, and the engine's arrivals to the emulator.

    Everything happens on the one event loop that also runs MiniStack's handlers, so a local write
    and an applied image never interleave.
    """

    def __init__(
        self, engine: Engine, emulator: Emulator, copy: LaggingCopy, keeper: Keeper
    ) -> None:
        self.engine = engine
        self._keeper = keeper
        self.copy = copy
        self.quorums: dict[TableId, Quorum] = {}
        self._emulator = emulator
        self._timer: asyncio.TimerHandle | None = None
        self._lags: dict[tuple[TableId, str], dict[str, LagSum]] = {}
        # A clock that agrees with the wall at the start and never jumps afterwards.
        self._epoch_ms = time.time() * 1000 - time.monotonic() * 1000
        emulator.on_write(self._take)
        emulator.on_read(lambda table, region: copy.images((table, region), self.now_ms()))  # type: ignore[arg-type,return-value]

    def now_ms(self) -> float:
        """Return the time on the cloud's clock, in ms since the epoch."""
        return self._epoch_ms + time.monotonic() * 1000

    def backlogged(self, region: str) -> bool:
        """Return whether a link out of a Region is too full to take the largest transaction."""
        return any(
            source == region and count > self.engine.link_capacity - _LARGEST_TRANSACTION
            for (source, _), count in self.engine.in_flight().items()
        )

    def pump(self) -> None:
        """Apply what has arrived by now, and come back when the next image is due."""
        self._arrive()
        self._keeper.commit()

    def _arrive(self) -> None:
        for arrival in self.engine.deliver(self.now_ms()):
            self._apply(arrival)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due_ms = self.engine.next_due_ms()
        if due_ms is not None:
            delay_s = max(0.0, due_ms - self.now_ms()) / 1000
            self._timer = asyncio.get_running_loop().call_later(delay_s, self.pump)

    def catch_up(self, table: TableId, region: str) -> None:
        """Apply everything that is under way to a replica, due or not."""
        for arrival in self.engine.catch_up(table, region, self.now_ms()):
            self._apply(arrival)

    async def publish_metrics(self) -> None:
        """Send ReplicationLatency to CloudWatch for as long as the cloud runs."""
        while True:
            await asyncio.sleep(_METRIC_FLUSH_S)
            lags, self._lags = self._lags, {}
            for (table, source), by_region in lags.items():
                await self._emulator.call(
                    table.account,
                    source,
                    "monitoring",
                    "GraniteServiceVersion20100801.PutMetricData",
                    _replication_latency(table.name, by_region, int(time.time())),
                )

    async def expire_items(self, timescale: float) -> None:
        """Delete what has outlived its time to live, for as long as the cloud runs.

        In a global table one Region does it, the first that is online; its delete replicates. Each
        replica doing it for itself would be as many concurrent deletes of one item.
        """
        while True:
            await asyncio.sleep(max(_EXPIRY_S * timescale, 0.1))
            for found in self._emulator.expired(time.time(), _LOOKED_AT_AT_ONCE):
                for table, region, key in found:
                    replicas = self.engine.regions(table)
                    online = [r for r in replicas if r not in self.engine.faults.offline]
                    # A table of the same name that is no replica expires for itself.
                    if region not in replicas or region in online[:1]:
                        self._emulator.expire(table, region, key)
                self._keeper.commit()
                # Whoever waits comes between.
                await asyncio.sleep(0)

    def _take(self, write: Write) -> None:
        self.copy.note((write.table, write.region), write.key, write.before, self.now_ms())
        if write.region not in self.engine.regions(write.table):
            self._keeper.written(write.table, write.region, write.key, write.item, None)
            return
        if quorum := self.quorums.get(write.table):
            quorum.commit(write.region, write.key)
        now_ms = self.now_ms()
        commit = self.engine.commit(write.table, write.region, write.key, write.item, now_ms)
        self._keeper.written(write.table, write.region, write.key, write.item, commit)
        # Nothing is kept yet: this may be one of several writes of a transaction.
        self._arrive()

    def _apply(self, arrival: Arrival) -> None:
        image = arrival.image
        table: TableId = image.table  # type: ignore[assignment]
        if arrival.accepted:
            key: ItemKey = image.key  # type: ignore[assignment]
            before = self._emulator.apply(table, arrival.region, key, image.item)
            self.copy.note((table, arrival.region), key, before, self.now_ms())
        self._keeper.arrived(arrival)
        # AWS publishes no ReplicationLatency for a strongly consistent table.
        if table not in self.quorums:
            lags = self._lags.setdefault((table, arrival.source), {})
            lags.setdefault(arrival.region, LagSum()).add(arrival.lag_ms)


@dataclass
class LagSum:
    """What CloudWatch is told of the lags between two flushes: a statistic set, in ms."""

    count: int = 0
    total_ms: float = 0.0
    least_ms: float = math.inf
    most_ms: float = -math.inf

    def add(self, lag_ms: float) -> None:
        """Take one lag in."""
        self.count += 1
        self.total_ms += lag_ms
        self.least_ms = min(self.least_ms, lag_ms)
        self.most_ms = max(self.most_ms, lag_ms)


def _replication_latency(table: str, lags: Mapping[str, LagSum], now_s: int) -> dict[str, object]:
    """Format one flush as AWS publishes it: source Region's CloudWatch, two dimensions, ms."""
    return {
        "Namespace": "AWS/DynamoDB",
        "MetricData": [
            {
                "MetricName": "ReplicationLatency",
                "Dimensions": [
                    {"Name": "TableName", "Value": table},
                    {"Name": "ReceivingRegion", "Value": region},
                ],
                "Timestamp": now_s,
                "Unit": "Milliseconds",
                "StatisticValues": {
                    "SampleCount": lag.count,
                    "Sum": lag.total_ms,
                    "Minimum": lag.least_ms,
                    "Maximum": lag.most_ms,
                },
            }
            for region, lag in lags.items()
        ],
    }
