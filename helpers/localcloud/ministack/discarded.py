"""Items of tables that have gone, freed a few at a time: freeing many is one long step, too."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

from helpers.localcloud.ministack.slices import PAUSE_S

# So many are freed in half a ms.
_AT_ONCE = 200


class Discarded:
    """Takes what is left of tables."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, table: Mapping[str, Any] | None) -> None:
        """Free the items of MiniStack's record of a table, which nobody uses any more."""
        if table is not None:
            task = asyncio.get_running_loop().create_task(_free(table["items"]))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


async def _free(items: dict[str, dict[str, Any]]) -> None:
    for count, _ in enumerate(_taking_out(items), 1):
        if count % _AT_ONCE == 0:
            await asyncio.sleep(PAUSE_S)


def _taking_out(items: dict[str, dict[str, Any]]) -> Iterator[None]:
    while items:
        _, by_sort_key = items.popitem()
        while by_sort_key:
            by_sort_key.popitem()
            yield
