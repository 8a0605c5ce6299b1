"""The items of a table that has gone are freed while others go on."""

from __future__ import annotations

import asyncio
from itertools import pairwise

from helpers.localcloud.ministack.discarded import Discarded
from tests.localcloud.test_scans import on_a_loop


def test_many_items_are_freed_in_slices() -> None:
    """Of one partition and of many; others run in between, and in the end none is left."""
    partitions = [{f"{s}": {} for s in range(1 + p % 2 * 2_000)} for p in range(10)]
    table = {"items": {f"{p}": items for p, items in enumerate(partitions)}}
    left: list[int] = []

    async def watch() -> None:
        discarded = Discarded()
        discarded.take(table)
        discarded.take(None)
        while not left or left[-1]:
            left.append(sum(map(len, partitions)))
            await asyncio.sleep(0)

    on_a_loop(watch())
    assert max(before - after for before, after in pairwise(left)) <= 200
    assert table["items"] == {}
