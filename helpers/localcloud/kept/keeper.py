"""Keeps a local cloud over a restart: tells the store what changes, and puts it all back.

Without a store nothing is kept, and every method does nothing.
"""

from __future__ import annotations

from typing import Any

from helpers.localcloud.engine.image import Version
from helpers.localcloud.engine.replication import Arrival, Commit, Engine
from helpers.localcloud.kept.store import Store
from helpers.localcloud.ministack.emulator import Emulator, Item, ItemKey, TableId

# Whose state MiniStack saves after each change; it saves the others at an orderly stop.
_SERVICES = {
    "apigateway": "apigateway_v1",
    "iam": "iam",
    "lambda": "lambda",
    "s3": "s3",
}


class Keeper:
    """Between the cloud and its store."""

    def __init__(self, emulator: Emulator, engine: Engine, store: Store | None) -> None:
        self._emulator = emulator
        self._engine = engine
        self._store = store
        self._known: set[tuple[TableId, str]] = set()

    @property
    def keeps(self) -> bool:
        """Whether anything is kept."""
        return self._store is not None

    def commit(self) -> None:
        """Keep what has changed; to be called before a change is answered."""
        if self._store is not None:
            self._store.commit()

    # -- items ---------------------------------------------------------------------------

    def written(
        self, table: TableId, region: str, key: ItemKey, item: Item | None, commit: Commit | None
    ) -> None:
        """A Region has made a write; `commit` is the engine's, None if nothing replicates."""
        if self._store is None:
            return
        version = commit.image.version if commit else None
        self._store.put_item(table, region, key, item, version)
        for target, flight in (commit.flights if commit else {}).items():
            self._store.put_flight(region, target, flight)

    def arrived(self, arrival: Arrival) -> None:
        """An image has reached a replica, and was stored there or discarded."""
        if self._store is None:
            return
        self._store.drop_flight(arrival.source, arrival.region, arrival.sequence)
        image = arrival.image
        table: TableId = image.table  # type: ignore[assignment]
        key: ItemKey = image.key  # type: ignore[assignment]
        if arrival.accepted:
            self._store.put_item(table, arrival.region, key, image.item, image.version)
        if arrival.conflict:
            lost = [[*t, n] for t, n in self._engine.lost_updates.items()]  # type: ignore[misc]
            self._store.note("lost_updates", lost)

    def filling(self, table: TableId, region: str) -> None:
        """A replica is about to be filled; an earlier attempt may have left something."""
        if self._store is not None:
            self._store.drop_items(table, region)

    def taken(
        self, table: TableId, region: str, key: ItemKey, item: Item | None, version: Version
    ) -> None:
        """A replica that is being filled has taken an item, or an item has got a version."""
        if self._store is not None:
            self._store.put_item(table, region, key, item, version)

    def filled(self, table: TableId, region: str) -> None:
        """A replica was filled: all of it is kept."""
        self._known.add((table, region))

    # -- tables and services -------------------------------------------------------------

    def tables_changed(self, lifecycle: dict[str, Any]) -> None:
        """A table has come, gone or changed; `lifecycle` is how replicas stand."""
        if self._store is None:
            return
        tables = set(self._emulator.tables())
        for table, region in self._known - tables:
            self._store.drop_items(table, region)
            self._store.drop_flights(table, region)
        for table, region in tables - self._known:
            versions: Any = {}
            if region in self._engine.regions(table):
                versions = self._engine.versions(table, region)
            self._store.put_replica(table, region, self._emulator.items(table, region), versions)
        self._known = tables
        self._emulator.save("dynamodb")
        self._store.note("lifecycle", lifecycle)
        members = [[*t, self._engine.regions(t)] for t in self._engine.tables()]  # type: ignore[misc]
        self._store.note("members", members)
        self._store.commit()

    def service_changed(self, service: str) -> None:
        """A service other than DynamoDB has been told to change something."""
        if self._store is not None and service in _SERVICES:
            self._emulator.save(_SERVICES[service])

    def settings_changed(self, settings: dict[str, Any]) -> None:
        """The cloud was told how to behave: by hand, or on leases."""
        if self._store is not None:
            self._store.note("settings", settings)
            self._store.commit()

    # -- back again ----------------------------------------------------------------------

    def restore_items(self, now_ms: float) -> dict[str, Any]:
        """Put items, versions and flights back where they were, once MiniStack has its tables.

        Args:
            now_ms: on the cloud's clock.

        Returns:
            How replicas stood, as `tables_changed` was told; empty if nothing was kept.
        """
        if self._store is None:
            return {}
        notes = self._store.notes()
        members = {TableId(a, n): regions for a, n, regions in notes.get("members", [])}
        for table, region in self._emulator.tables():
            kept = self._store.items(table, region)
            items: dict[ItemKey, Item] = {key: item for key, item, _ in kept if item is not None}
            self._emulator.replace_items(table, region, items)
            self._known.add((table, region))
        for table, regions in members.items():
            for region in regions:
                rows = list(self._store.items(table, region))
                versions: dict[Any, Version] = {key: v for key, _, v in rows if v is not None}
                self._engine.join(table, region, versions)
                # A cloud that ended in the middle of a first replica's adoption left some without.
                bare = [key for key, _, v in rows if v is None]
                self._engine.adopt(table, region, bare, now_ms)
        for source, target, flight in self._store.flights():
            self._engine.resume(source, target, flight)
        for account, name, count in notes.get("lost_updates", []):
            self._engine.lost_updates[TableId(account, name)] = count
        restored: dict[str, Any] = notes.get("lifecycle", {})
        return restored

    def settings(self) -> dict[str, Any]:
        """Return the settings that were last kept; empty if none were."""
        if self._store is None:
            return {}
        kept: dict[str, Any] = self._store.notes().get("settings", {})
        # The lag is that of each start, of all links as of one.
        by_hand = {k: v for k, v in kept.get("by_hand", {}).items() if k != "lag"}
        return {**kept, "by_hand": by_hand}

    def settings_of_old(self) -> dict[str, dict[str, Any]]:
        """Return what a folder from before leases has: the payload by control path."""
        if self._store is None:
            return {}
        notes = self._store.notes("setting ")
        return {name.removeprefix("setting "): payload for name, payload in notes.items()}
