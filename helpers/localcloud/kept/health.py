"""Whether what was kept can be read, looked at before anything is started on it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

# Kept in the database itself; 0 is what was kept before there was a number.
VERSION = 1


class StoreError(RuntimeError):
    """What was kept cannot be used; the message says why, and what to do. Nothing was changed."""


def check_kept(folder: Path) -> None:
    """Look at what a local cloud has kept in a folder.

    Raises:
        StoreError: it is damaged, or another release has kept it.
    """
    database = folder / "kept.sqlite"
    if database.exists():
        _check_database(database)
    for path in sorted((folder / "ministack").glob("*.json")):
        try:
            json.loads(path.read_text(encoding="utf-8"))
        except (ValueError, RecursionError) as wrong:
            raise damaged(path, wrong) from wrong


def damaged(path: Path, wrong: Exception) -> StoreError:
    """Describe a kept file that cannot be read."""
    return StoreError(
        f"{path} is damaged: {wrong}. Nothing was changed. Put back a copy of the folder, move it "
        "away to start empty, or take another --state-dir."
    )


def _check_database(path: Path) -> None:
    try:
        with closing(sqlite3.connect(path)) as database:
            (version,) = database.execute("PRAGMA user_version").fetchone()
            (said,) = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError:
        # Locked by another cloud: whoever opens it says so.
        return
    except sqlite3.DatabaseError as wrong:
        raise damaged(path, wrong) from wrong
    if said != "ok":
        raise damaged(path, ValueError(said.splitlines()[-1]))
    if version > VERSION:
        raise StoreError(
            f"{path} was written by a later release of the workshop (format {version}, here "
            f"{VERSION}). Nothing was changed. Use that release, or take another --state-dir."
        )
