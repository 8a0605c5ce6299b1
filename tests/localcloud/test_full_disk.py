"""A disk that takes nothing more: what cannot be kept is not acknowledged, and nothing is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from helpers.localcloud.kept.keeper import Keeper
from helpers.localcloud.kept.store import NotKeptError, Store
from helpers.localcloud.ministack.emulator import TableId
from helpers.localcloud.process import daemon
from tests.conftest import AWAY, HOME
from tests.localcloud.test_control_plane import wait
from tests.localcloud.test_filling import add, fill
from tests.localcloud.test_restart import Kept

resource = pytest.importorskip("resource")
TABLE = TableId("1", "t")


class Limited:
    """A cloud that keeps its state, whose files can be kept from growing, as by a full disk."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept
        self.acknowledged: dict[str, str] = {}

    def limit(self, most: int) -> None:
        pid = self.kept.target.cloud.get("status")["pid"]
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))

    def put(self, number: int) -> str:
        """Write, and return the code with which that was refused, "" if it was not."""
        item = {"id": {"S": f"{number % 40}"}, "V": {"N": f"{number}"}, "T": {"S": "x" * 900}}
        try:
            self.kept.target.probe("dynamodb", HOME).put_item(TableName="full", Item=item)
        except ClientError as refused:
            return refused.response["Error"]["Code"]
        self.acknowledged[item["id"]["S"]] = item["V"]["N"]
        return ""

    def values(self, region: str) -> dict[str, str]:
        found = self.kept.client(region).scan(TableName="full", ConsistentRead=True)["Items"]
        return {item["id"]["S"]: item["V"]["N"] for item in found}


@pytest.mark.cloud
@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="limits of others need Linux")
def test_a_write_that_the_disk_does_not_take_is_not_acknowledged(tmp_path: Path) -> None:
    """Refused while it lasts; then it goes on; a kill afterwards loses nothing acknowledged."""
    limited = Limited(Kept(tmp_path))
    kept = limited.kept
    try:
        fill(kept.target, "full", 0)
        add(kept.target, "full")
        wait(lambda: _active(kept))
        assert [limited.put(n) for n in range(40)] == [""] * 40
        limited.limit(1024)
        codes = [limited.put(n) for n in range(100, 160)]
        # SQLite may have a page in its file that is not full yet: a few may still be taken.
        assert codes[-1] == "InternalServerError"
        assert codes.count("InternalServerError") > 40
        limited.limit(resource.RLIM_INFINITY)
        wait(lambda: limited.put(1_000) == "")
        wait(lambda: limited.values(AWAY) == limited.values(HOME))
        before = limited.values(HOME)
        kept.kill()
        kept.start()
        wait(lambda: limited.values(AWAY) == limited.values(HOME))
        assert limited.values(HOME) == before
        newest = limited.acknowledged
        assert {k: int(v) >= int(newest[k]) for k, v in before.items()} == dict.fromkeys(
            before, True
        )
    finally:
        daemon.stop(kept.target.cloud)


def _active(kept: Kept) -> bool:
    table = kept.client().describe_table(TableName="full")["Table"]
    return [r["ReplicaStatus"] for r in table.get("Replicas", [])] == ["ACTIVE"]


def test_a_store_says_what_it_could_not_keep_and_begins_anew(tmp_path: Path) -> None:
    """Also where a single row fails: all that belongs to it is refused with it."""
    store = Store(tmp_path / "kept.sqlite")
    store.put_item(TABLE, HOME, ("a", "-"), {"id": {"S": "a"}}, None)
    store.commit()
    store._database.execute("PRAGMA query_only = ON")
    store.put_item(TABLE, HOME, ("b", "-"), {"id": {"S": "b"}}, None)
    for _ in range(2):
        with pytest.raises(NotKeptError):
            store.commit()
    store._database.execute("PRAGMA query_only = OFF")
    store.begin_anew()
    store.put_item(TABLE, HOME, ("c", "-"), {"id": {"S": "c"}}, None)
    store.commit()
    assert [key for key, *_ in store.items(TABLE, HOME)] == [("c", "-")]


def test_little_room_is_said_before_anything_is_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sentence names the folder, what is left and what to do; there is none without a store."""
    usage: Callable[[Path], object] = lambda _path: SimpleNamespace(free=3 * 1024 * 1024)  # noqa: E731
    nothing: object = SimpleNamespace()
    keeper = Keeper(nothing, nothing, Store(tmp_path / "kept.sqlite"), tmp_path)  # type: ignore[arg-type]
    assert keeper.refusal() == ""
    monkeypatch.setattr(shutil, "disk_usage", usage)
    said = keeper.refusal()
    assert str(tmp_path) in said
    assert "3 MB" in said
    assert "Make room" in said
    assert Keeper(nothing, nothing, None, tmp_path).refusal() == ""  # type: ignore[arg-type]
