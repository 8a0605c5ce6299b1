"""A table on its way into a Region: nobody sees it before all of its items are there."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from helpers.localcloud.ministack.images import copied

if TYPE_CHECKING:
    from helpers.localcloud.ministack.emulator import Item, ItemKey, TableId

SEAMS = {
    "_create_replica": ["name", "table", "region"],
    "_set_item": ["table", "pk_val", "sk_val", "item"],
    "_remove_item": ["table", "pk_val", "sk_val"],
}


class TableCopy:
    """A table with the settings of one in another Region, to be filled item by item.

    Args:
        dynamodb, responses: MiniStack's modules.
        source, target: Regions.
    """

    def __init__(
        self, dynamodb: Any, responses: Any, table: TableId, source: str, target: str
    ) -> None:
        self._db, self._table, self._source, self._target = dynamodb, table, source, target
        with responses.request_scope(table.account, source):
            original = dynamodb._tables.get(table.name)  # noqa: SLF001 - what this room is for
            empty = {**original, "items": defaultdict(dict), "ItemCount": 0, "TableSizeBytes": 0}
            dynamodb._create_replica(table.name, empty, target)  # noqa: SLF001
        place = (table.account, target, table.name)
        self._stored = dynamodb._tables.pop_scoped(*place, None)  # noqa: SLF001
        dynamodb._ttl_settings.pop_scoped(*place, None)  # noqa: SLF001

    def put(self, key: ItemKey, item: Item | None) -> None:
        """Store an item as it stands elsewhere; None where there is none any more."""
        if item is None:
            self._db._remove_item(self._stored, *key)  # noqa: SLF001
        else:
            self._db._set_item(self._stored, *key, copied(item))  # noqa: SLF001

    def show(self) -> None:
        """Make the table if it is not there, with the source's present setting of time to live."""
        place = (self._table.account, self._target, self._table.name)
        self._db._tables.set_scoped(*place, self._stored)  # noqa: SLF001
        settings = self._db._ttl_settings  # noqa: SLF001
        source = (self._table.account, self._source, self._table.name)
        if (setting := settings.get_scoped(*source)) is not None:
            settings.set_scoped(*place, dict(setting))
