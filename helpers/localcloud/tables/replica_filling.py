"""How a new replica is filled: a slice at a time, so that whoever waits comes in between."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import islice

from helpers.localcloud.driver import Driver
from helpers.localcloud.kept.keeper import Keeper
from helpers.localcloud.ministack.emulator import Emulator, TableId

# So long a slice takes, and so long others have before the next one.
_SLICE_MS = 1.0
_PAUSE_S = 0.001
# The clock is looked at after so many items.
_AT_ONCE = 16


class ReplicaFilling:
    """Fills new replicas with the latest image of every item that any replica holds."""

    def __init__(self, emulator: Emulator, driver: Driver, keeper: Keeper) -> None:
        self._emulator = emulator
        self._driver = driver
        self._keeper = keeper

    async def fill(self, table: TableId, home: str, region: str) -> None:
        """Fill a replica, and have it join; until it does, nobody sees it.

        A write that is made meanwhile is in it, or on its way to it when it joins.
        """
        engine = self._driver.engine
        if engine.regions(table) == [home]:
            await self._in_slices(self._adopt(table, home))
        copy = self._emulator.begin_copy(table, home, region)
        filling = engine.fill(table, region)
        self._keeper.filling(table, region)

        def slices() -> Iterator[None]:
            while not filling.done:
                for key, member, version in filling.take(_AT_ONCE):
                    item = self._emulator.item(table, member, key)  # type: ignore[arg-type]
                    copy.put(key, item)  # type: ignore[arg-type]
                    self._keeper.taken(table, region, key, item, version)  # type: ignore[arg-type]
                yield

        await self._in_slices(slices())
        # Nothing has come in between since the last slice.
        copy.show()
        engine.filled(table, region)
        self._keeper.filled(table, region)
        engine.journal.note("join", self._driver.now_ms(), region=region, table=table)

    def _adopt(self, table: TableId, home: str) -> Iterator[None]:
        """Give the items of a first replica a version, and have it kept."""
        keys = self._emulator.keys(table, home)
        engine = self._driver.engine
        while some := list(islice(keys, _AT_ONCE)):
            engine.adopt(table, home, some, self._driver.now_ms())
            for key in some if self._keeper.keeps else ():
                item = self._emulator.item(table, home, key)
                self._keeper.taken(table, home, key, item, engine.versions(table, home)[key])
            yield

    async def _in_slices(self, work: Iterator[None]) -> None:
        ends_ms = self._driver.now_ms() + _SLICE_MS
        for _ in work:
            if self._driver.now_ms() >= ends_ms:
                self._keeper.commit()
                await asyncio.sleep(_PAUSE_S)
                ends_ms = self._driver.now_ms() + _SLICE_MS
