"""Tables that were asked for a moment ago: described, and not yet there to be used, as on AWS."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from helpers.localcloud.door.answers import dynamodb_error
from helpers.localcloud.ministack.emulator import TableId
from helpers.localcloud.ministack.in_process import Answer
from helpers.localcloud.tables.data_requests import DATA, named_tables
from helpers.localcloud.tables.refusals import RefusedError

# AWS publishes no figure; an on-demand table is seen to take 5 to 10 s.
CREATING_S = 8.0


class NewTables:
    """Which tables are CREATING; that is not kept over a restart, after which they are ACTIVE.

    Args:
        timescale: how much of AWS's time it takes; 1 is AWS's own.
    """

    def __init__(self, timescale: float) -> None:
        self._lasting_s = CREATING_S * timescale
        self._creating: set[tuple[TableId, str]] = set()

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._creating)

    def begin(self, table: TableId, region: str) -> None:
        """Make a table be CREATING for a while."""
        new = (table, region)
        self._creating.add(new)
        asyncio.get_running_loop().call_later(self._lasting_s, self._creating.discard, new)

    def has(self, table: TableId, region: str) -> bool:
        """Return whether a table is CREATING."""
        return (table, region) in self._creating

    def refuse_use(
        self, operation: str, payload: Mapping[str, Any], account: str, region: str
    ) -> Answer | None:
        """Refuse to read or write a table that is CREATING: to that it is not there yet."""
        if operation not in DATA:
            return None
        named = (TableId(account, name) for name in named_tables(operation, payload))
        if not any(self.has(table, region) for table in named):
            return None
        return dynamodb_error("ResourceNotFoundException", "Requested resource not found")

    def refuse_change(self, table: TableId, region: str) -> None:
        """Refuse to change or delete a table that is CREATING.

        Raises:
            RefusedError: it is.
        """
        if self.has(table, region):
            raise RefusedError(
                "ResourceInUseException",
                "Attempt to change a resource which is still in use: Table is being created: "
                f"{table.name}",
            )

    def describe(self, described: dict[str, Any], table: TableId, region: str) -> dict[str, Any]:
        """Say of a table and its indexes that they are CREATING, if they are."""
        if not self.has(table, region):
            return described
        told = {**described, "TableStatus": "CREATING"}
        if indexes := described.get("GlobalSecondaryIndexes"):
            told["GlobalSecondaryIndexes"] = [{**i, "IndexStatus": "CREATING"} for i in indexes]
        return told
