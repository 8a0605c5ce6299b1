"""The data plane of tables with multi-Region strong consistency: waiting, refusing, catching up."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from typing import Any

from helpers.localcloud.door.answers import dynamodb_error
from helpers.localcloud.driver import Driver
from helpers.localcloud.ministack.emulator import Emulator, ItemKey, TableId
from helpers.localcloud.ministack.in_process import Answer
from helpers.localcloud.tables.data_requests import (
    WRITES,
    asks_for_consistency,
    is_select,
    named_tables,
)

_TRANSACTIONS = {"TransactWriteItems", "TransactGetItems", "ExecuteTransaction"}

Forward = Callable[[], Awaitable[Answer]]

# The wording for transactions is ours; AWS's is not published.
_NO_TRANSACTIONS = (
    "Transactions are not supported on a global table with MultiRegionConsistency set to STRONG."
)
_COLLISION = (
    "The request was rejected because one or more items in the request are being modified by a "
    "request in another Region."
)


class StrongTables:
    """Answers reads and writes of strongly consistent tables; others are none of its business."""

    def __init__(self, emulator: Emulator, driver: Driver) -> None:
        self._emulator = emulator
        self._driver = driver
        # Between catching up and storing nothing else may be stored.
        self._turns: defaultdict[TableId, asyncio.Lock] = defaultdict(asyncio.Lock)

    def concerned(
        self, operation: str, payload: Mapping[str, Any], account: str, region: str
    ) -> list[TableId]:
        """List the strongly consistent tables of a Region that a request names."""
        quorums = self._driver.quorums
        if not quorums:
            return []
        named = {TableId(account, name) for name in named_tables(operation, payload)}
        members = self._driver.engine.regions
        return sorted(table for table in named & quorums.keys() if region in members(table))

    async def handle(
        self,
        operation: str,
        payload: Mapping[str, Any],
        tables: list[TableId],
        region: str,
        forward: Forward,
    ) -> Answer:
        """Answer a request; `forward` has MiniStack answer it.

        A write travels half the round trip to the nearest other Region before it counts, and half
        of it back before it is acknowledged: a Region cut off in between has done what it can no
        longer acknowledge. An eventually consistent read does not travel.
        """
        if operation in _TRANSACTIONS:
            return dynamodb_error("ValidationException", _NO_TRANSACTIONS)
        if operation in WRITES and not is_select(payload):
            return await self._write(payload, tables, region, forward)
        if asks_for_consistency(payload):
            return await self._read(tables, region, forward)
        return await forward()

    async def _read(self, tables: list[TableId], region: str, forward: Forward) -> Answer:
        """Ask the nearest other Region how far the writes are, get there, and only then read."""
        round_trip_ms = self._round_trip_ms(tables, region)
        if round_trip_ms is not None:
            await asyncio.sleep(round_trip_ms / 1000)
        async with self._turns[tables[0]]:
            if self._round_trip_ms(tables, region) is None:
                return _alone(region, "a strongly consistent read")
            self._catch_up(tables, region)
            return await forward()

    async def _write(
        self, payload: Mapping[str, Any], tables: list[TableId], region: str, forward: Forward
    ) -> Answer:
        round_trip_ms = self._round_trip_ms(tables, region)
        if round_trip_ms is None:
            return _alone(region, "a write")
        with ExitStack() as ends:
            intents = []
            for table in tables:
                quorum = self._driver.quorums[table]
                intent = quorum.begin(region, self._keys(table, region, payload))
                ends.callback(quorum.end, intent)
                intents.append((quorum, intent))
            await asyncio.sleep(round_trip_ms / 2000)
            async with self._turns[tables[0]]:
                if self._round_trip_ms(tables, region) is None:
                    return _alone(region, "a write")
                if any(quorum.collides(intent) for quorum, intent in intents):
                    return dynamodb_error("ReplicatedWriteConflictException", _COLLISION)
                self._catch_up(tables, region)
                answer = await forward()
        await asyncio.sleep(round_trip_ms / 2000)
        if self._round_trip_ms(tables, region) is None:
            return dynamodb_error("InternalServerError", "No acknowledgement arrived.", 500)
        return answer

    def _catch_up(self, tables: list[TableId], region: str) -> None:
        for table in tables:
            self._driver.catch_up(table, region)

    def _round_trip_ms(self, tables: list[TableId], region: str) -> float | None:
        """Return the longest round trip to a table's nearest other member, None if cut off."""
        faults = self._driver.engine.faults
        trips = [
            quorum.nearest_ms(region, faults)
            for table in tables
            if (quorum := self._driver.quorums.get(table))
        ]
        reached = [trip for trip in trips if trip is not None]
        return max(reached, default=0.0) if len(reached) == len(trips) else None

    def _keys(self, table: TableId, region: str, payload: Mapping[str, Any]) -> list[ItemKey]:
        """List the items that a request changes in a table; a statement does not tell."""
        requests = (payload.get("RequestItems") or {}).get(table.name, [])
        changes: list[Any] = [next(iter(request.values()), {}) for request in requests]
        items = [change.get("Item") or change.get("Key") or {} for change in changes or [payload]]
        found = (self._emulator.key_of(table, region, item) for item in items if item)
        return [key for key in found if key is not None]


def _alone(region: str, what: str) -> Answer:
    # AWS publishes no wording for a Region that has lost its quorum.
    message = f"{region} reaches no other Region of this table, and {what} needs one."
    return dynamodb_error("ServiceUnavailable", message, 503)
