"""Checkpoints: what may still be on its way is waited for; what is not the same is said to be so."""

from __future__ import annotations

from helpers import checks, tables
from helpers.localcloud.process.daemon import RunningCloud
from helpers.targets import LocalTarget
from tests.conftest import AWAY, HOME


def put(target: LocalTarget, viewer: str) -> None:
    """Write an item in one Region; it is under way to the other when this returns."""
    item = {"PK": {"S": viewer}, "SK": {"S": "show"}, "Bookmark": {"N": "0"}}
    target.client("dynamodb", HOME).put_item(TableName=tables.TABLE, Item=item)


def test_a_checkpoint_waits_for_what_is_under_way(
    global_table: LocalTarget, calm: RunningCloud, viewer: str
) -> None:
    """A write is acknowledged and not yet there: no ✗ for who runs the next cell at once."""
    calm.post("lag", {"lag": "fixed:1500"})
    put(global_table, viewer)
    assert checks.same_items(global_table, [HOME, AWAY]).passed


def test_a_checkpoint_gives_up_on_what_does_not_come(
    global_table: LocalTarget, calm: RunningCloud, viewer: str
) -> None:
    """A paused link holds the write: the ✗ says how long it looked, and where to look next."""
    calm.post(f"links/{HOME}/{AWAY}", {"state": "paused"})
    put(global_table, viewer)
    (missed,) = checks.same_items(global_table, [HOME, AWAY], within_s=1)
    assert not missed.passed
    assert missed.yours == "different items for 1 s"
    assert "workshop status" in missed.hint
