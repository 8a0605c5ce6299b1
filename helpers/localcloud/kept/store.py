"""What a local cloud keeps over a restart: items, versions and what is in flight, in SQLite.

A row is written in the step that makes the change, and `commit` comes before the answer. SQLite's
log is then with the operating system: a process that is killed loses nothing it has answered. A
machine that loses power may lose its last moments, since nothing is forced to the disk.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from helpers.localcloud.engine.image import ItemImage, Version
from helpers.localcloud.engine.link import Flight
from helpers.localcloud.engine.stamp import Stamp
from helpers.localcloud.kept.health import VERSION
from helpers.localcloud.ministack.emulator import Item, ItemKey, TableId

_SCHEMA = """
CREATE TABLE IF NOT EXISTS items (
    account TEXT, name TEXT, region TEXT, pk TEXT, sk TEXT, item TEXT, version TEXT,
    PRIMARY KEY (account, name, region, pk, sk)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS flights (
    source TEXT, target TEXT, sequence INTEGER, due_ms REAL, committed_ms REAL,
    account TEXT, name TEXT, pk TEXT, sk TEXT, item TEXT, version TEXT,
    PRIMARY KEY (source, target, sequence)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value TEXT);
"""


class StoreBusyError(RuntimeError):
    """Another local cloud keeps its state in the same place."""


class NotKeptError(RuntimeError):
    """The disk did not take what was to be kept, perhaps because it is full."""


class Store:
    """One SQLite file; rows of one step of the event loop are kept together or not at all."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path)
        self._wrong: sqlite3.OperationalError | None = None
        try:
            self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = OFF")
            self._database.executescript(_SCHEMA)
            self._database.execute(f"PRAGMA user_version = {VERSION}")
        except sqlite3.OperationalError as busy:
            raise StoreBusyError(
                f"{path.parent} is in use by another local cloud: {busy}. Stop that one, or take "
                "another --state-dir."
            ) from busy

    def commit(self) -> None:
        """Keep what was written since the last time.

        Raises:
            NotKeptError: the disk took none of it, or not all; `begin_anew` goes on from there.
        """
        if self._wrong is None:
            try:
                self._database.commit()
            except sqlite3.OperationalError as wrong:
                self._wrong = wrong
            else:
                return
        raise NotKeptError(str(self._wrong))

    def begin_anew(self) -> None:
        """Forget all items and flights, and what went wrong: all of it is about to come again."""
        self._database.rollback()
        self._wrong = None
        self._write("DELETE FROM items", ())
        self._write("DELETE FROM flights", ())

    def _write(self, statement: str, row: Sequence[object]) -> None:
        """Write one row; where the disk takes none, `commit` says so."""
        try:
            self._database.execute(statement, row)
        except sqlite3.OperationalError as wrong:
            self._wrong = wrong

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    # -- items ---------------------------------------------------------------------------

    def put_item(
        self, table: TableId, region: str, key: ItemKey, item: Item | None, version: Version | None
    ) -> None:
        """Keep an item as it stands in a Region: None with a version is a tombstone."""
        place = (*table, region, *key)
        if item is None and version is None:
            self._write(
                "DELETE FROM items WHERE account=? AND name=? AND region=? AND pk=? AND sk=?", place
            )
            return
        row = (*place, _text(item), _version_text(version))
        self._write("INSERT OR REPLACE INTO items VALUES (?,?,?,?,?,?,?)", row)

    def put_replica(
        self,
        table: TableId,
        region: str,
        items: Mapping[ItemKey, Item],
        versions: Mapping[Any, Version],
    ) -> None:
        """Keep a table of a Region as a whole, in place of what was kept of it."""
        self.drop_items(table, region)
        for key in items.keys() | versions.keys():
            self.put_item(table, region, key, items.get(key), versions.get(key))

    def drop_items(self, table: TableId, region: str) -> None:
        """Forget a table of a Region."""
        self._write("DELETE FROM items WHERE account=? AND name=? AND region=?", (*table, region))

    def items(
        self, table: TableId, region: str
    ) -> Iterator[tuple[ItemKey, Item | None, Version | None]]:
        """Iterate over what is kept of a table of a Region."""
        rows = self._database.execute(
            "SELECT pk, sk, item, version FROM items WHERE account=? AND name=? AND region=?",
            (*table, region),
        )
        for pk, sk, item, version in rows:
            yield (pk, sk), json.loads(item) if item else None, _read_version(version)

    # -- flights -------------------------------------------------------------------------

    def put_flight(self, source: str, target: str, flight: Flight) -> None:
        """Keep what has set out."""
        image = flight.image
        table: TableId = image.table  # type: ignore[assignment]
        key: ItemKey = image.key  # type: ignore[assignment]
        row = (
            source, target, flight.sequence, flight.due_ms, image.committed_ms, *table, *key,
            _text(image.item), _version_text(image.version),
        )  # fmt: skip
        self._write("INSERT OR REPLACE INTO flights VALUES (?,?,?,?,?,?,?,?,?,?,?)", row)

    def drop_flight(self, source: str, target: str, sequence: int) -> None:
        """Forget what has arrived."""
        self._write(
            "DELETE FROM flights WHERE source=? AND target=? AND sequence=?",
            (source, target, sequence),
        )

    def drop_flights(self, table: TableId, target: str) -> None:
        """Forget what was under way to a replica that is gone."""
        self._write("DELETE FROM flights WHERE account=? AND name=? AND target=?", (*table, target))

    def flights(self) -> Iterator[tuple[str, str, Flight]]:
        """Iterate over what is under way: source, target and flight, oldest first."""
        for row in self._database.execute("SELECT * FROM flights ORDER BY source,target,sequence"):
            source, target, sequence, due_ms, committed_ms, account, name, pk, sk, item, text = row
            version = _read_version(text)
            if version is not None:
                image = ItemImage(
                    TableId(account, name), (pk, sk), json.loads(item) if item else None, version,
                    committed_ms,
                )  # fmt: skip
                yield source, target, Flight(due_ms, sequence, image)

    # -- the rest ------------------------------------------------------------------------

    def note(self, name: str, value: object) -> None:
        """Keep one thing by its name, in place of what had that name; the newest comes last."""
        self._write("DELETE FROM notes WHERE name=?", (name,))
        self._write("INSERT INTO notes VALUES (?,?)", (name, json.dumps(value)))

    def notes(self, prefix: str = "") -> dict[str, Any]:
        """Return what is kept under names that begin so, in the order it was noted."""
        rows = self._database.execute("SELECT name, value FROM notes ORDER BY rowid")
        return {name: json.loads(value) for name, value in rows if name.startswith(prefix)}


def _text(item: Item | None) -> str | None:
    return None if item is None else json.dumps(item)


def _version_text(version: Version | None) -> str | None:
    if version is None:
        return None
    return json.dumps([version.stamp, list(version.seen.values())])


def _read_version(text: str | None) -> Version | None:
    if text is None:
        return None
    stamp, seen = json.loads(text)
    return Version(Stamp(*stamp), {s[2]: Stamp(*s) for s in seen})
