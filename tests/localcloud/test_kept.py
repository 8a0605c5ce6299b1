"""A state folder that cannot be used is named, with what to do, and nothing in it is lost."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from helpers.localcloud.kept.health import VERSION, StoreError, check_kept
from helpers.localcloud.kept.store import Store
from helpers.localcloud.ministack.emulator import TableId
from helpers.localcloud.process import daemon, log_bound

TABLE = TableId("1", "t")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder in which a cloud has kept some items."""
    store = Store(tmp_path / "kept.sqlite")
    for number in range(2_000):
        item = {"PK": {"S": f"{number}"}, "Text": {"S": "x" * 100}}
        store.put_item(TABLE, "us-west-2", (f"{number}", "-"), item, None)
    store.commit()
    store.close()
    (tmp_path / "ministack").mkdir()
    (tmp_path / "ministack" / "dynamodb.json").write_text('{"payload": {}}')
    return tmp_path


def test_what_was_kept_is_found_in_order(folder: Path) -> None:
    """A folder that was left well is taken, twice."""
    check_kept(folder)
    check_kept(folder)
    check_kept(folder / "nothing")
    store = Store(folder / "kept.sqlite")
    assert len(list(store.items(TABLE, "us-west-2"))) == 2_000
    store.close()


@pytest.mark.parametrize("harm", ["text", "middle", "json", "later"])
def test_a_folder_that_cannot_be_used_is_said_to_be_and_left_alone(folder: Path, harm: str) -> None:
    """No database, a hole in it, half a file of MiniStack's, a later format: one sentence."""
    database, states = folder / "kept.sqlite", folder / "ministack" / "dynamodb.json"
    if harm == "text":
        database.write_bytes(b"no database" * 1_000)
    elif harm == "middle":
        with database.open("r+b") as file:
            file.seek(4096 * 3)
            file.write(os.urandom(4096 * 8))
    elif harm == "json":
        states.write_text('{"payload": ')
    else:
        with closing(sqlite3.connect(database)) as later:
            later.execute(f"PRAGMA user_version = {VERSION + 1}")
    before = {path: path.read_bytes() for path in (database, states)}
    with pytest.raises(StoreError, match=r"Nothing was changed.*--state-dir"):
        check_kept(folder)
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.cloud
def test_a_cloud_does_not_start_on_a_damaged_folder(tmp_path: Path) -> None:
    """`workshop up` says which file, and that nothing was changed."""
    (tmp_path / "kept").mkdir(mode=0o700)
    (tmp_path / "kept" / "kept.sqlite").write_bytes(b"no database" * 1_000)
    with pytest.raises(daemon.CloudError, match=r"kept\.sqlite is damaged.*Nothing was changed"):
        daemon.start(tmp_path, keep=True)
    assert (tmp_path / "kept" / "kept.sqlite").read_bytes() == b"no database" * 1_000


def test_a_log_that_is_too_long_begins_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is written afterwards stands at its beginning, not behind a hole."""
    monkeypatch.setattr(log_bound, "MOST_BYTES", 1_000)
    path = tmp_path / "cloud.log"
    with path.open("a") as log:
        log.write("a line\n" * 100)
        log.flush()
        assert not log_bound.cut(log.fileno())
        log.write("a line\n" * 100)
        log.flush()
        assert log_bound.cut(log.fileno())
        log.write("the next\n")
    assert path.read_text() == "The log starts again: it was 1400 bytes long.\nthe next\n"
