"""Keeps a local cloud over a restart: tells the store what changes, and puts it all back.

Without a store nothing is kept, and every method does nothing.
"""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path
from typing import Any

from helpers.localcloud.engine.image import Version
from helpers.localcloud.engine.replication import Arrival, Commit, Engine
from helpers.localcloud.kept.store import NotKeptError, Store
from helpers.localcloud.ministack.emulator import Emulator, Item, ItemKey, TableId

# Whose state MiniStack saves after each change; it saves the others at an orderly stop.
_SERVICES = {
    "apigateway": "apigateway_v1",
    "iam": "iam",
    "lambda": "lambda",
    "s3": "s3",
}
_MB = 1024 * 1024
# The largest request, as text in SQLite's log and in its file, and something to spare.
_LEAST_FREE_BYTES = 48 * _MB
_AGAIN_S = 1.0


class Keeper:
    """Between the cloud and its store."""

    def __init__(
        self, emulator: Emulator, engine: Engine, store: Store | None, folder: Path
    ) -> None:
        self._folder = folder
        self._emulator = emulator
        self._engine = engine
        self._store = store
        self._known: set[tuple[TableId, str]] = set()
        self._notes: dict[str, Any] = {}
        # Whether the disk has refused something, and when that was last tried again.
        self._behind = False
        self._tried_s = 0.0
        # How often all was kept anew; and as of when the replicas are that are being filled.
        self._anew = 0
        self._filling: dict[tuple[TableId, str], int] = {}

    @property
    def keeps(self) -> bool:
        """Whether anything is kept."""
        return self._store is not None

    def commit(self) -> bool:
        """Keep what has changed; to be called before a change is answered.

        Returns:
            Whether it is kept. What is not, is kept once the disk takes it.
        """
        if self._store is None:
            return True
        try:
            if self._behind:
                self._keep_all(self._store)
            self._store.commit()
        except NotKeptError as wrong:
            if not self._behind:
                print(f"Writes could not be stored: {wrong}", file=sys.stderr)
            self._behind = True
        else:
            self._behind = False
        return not self._behind

    def refusal(self) -> str:
        """Return why nothing can be kept at the moment, "" where it can."""
        if self._store is None:
            return ""
        free = shutil.disk_usage(self._folder).free
        if free < _LEAST_FREE_BYTES:
            return (
                f"The disk of {self._folder} has {free // _MB} MB left, and the local cloud wants "
                f"{_LEAST_FREE_BYTES // _MB} to keep what it answers. Nothing was changed. Make "
                "room, then try again."
            )
        if self._behind and time.monotonic() > self._tried_s + _AGAIN_S:
            self._tried_s = time.monotonic()
            self.commit()
        if self._behind:
            return (
                f"The disk of {self._folder} takes no more, so nothing was changed. Look at "
                "cloud.log in the state folder; once there is room it continues."
            )
        return ""

    def _keep_all(self, store: Store) -> None:
        """Keep everything there is, in place of what is kept of it."""
        store.begin_anew()
        self._anew += 1
        for table, region in self._known:
            self._put_replica(store, table, region)
        for source, target, flight in self._engine.flights():
            store.put_flight(source, target, flight)
        for name, value in self._notes.items():
            store.note(name, value)

    def _put_replica(self, store: Store, table: TableId, region: str) -> None:
        versions: Any = {}
        if region in self._engine.regions(table):
            versions = self._engine.versions(table, region)
        store.put_replica(table, region, self._emulator.items(table, region), versions)

    def _note(self, name: str, value: Any) -> None:
        if self._store is not None:
            self._notes[name] = value
            self._store.note(name, value)

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
            self._note("lost_updates", lost)

    def filling(self, table: TableId, region: str) -> None:
        """A replica is about to be filled; an earlier attempt may have left something."""
        if self._store is not None:
            self._filling[table, region] = self._anew
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
        if self._store is not None and self._filling.pop((table, region)) != self._anew:
            self._put_replica(self._store, table, region)

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
            self._put_replica(self._store, table, region)
        self._known = tables
        self._emulator.save("dynamodb")
        self._note("lifecycle", lifecycle)
        members = [[*t, self._engine.regions(t)] for t in self._engine.tables()]  # type: ignore[misc]
        self._note("members", members)
        self.commit()

    def service_changed(self, service: str) -> bool:
        """A service other than DynamoDB has changed something; tells whether that is kept."""
        if self._store is None or service not in _SERVICES:
            return True
        return self._emulator.save(_SERVICES[service])

    def settings_changed(self, settings: dict[str, Any]) -> None:
        """The cloud was told how to behave: by hand, or on leases."""
        if self._store is not None:
            self._note("settings", settings)
            self.commit()

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
