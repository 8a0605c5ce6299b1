"""Bookmarks in DynamoDB: the calls, and how long each took."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from decimal import Decimal
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config

# One attempt: a retry of ADD after a lost answer could add twice, and nobody would know. The caller
# is told that the outcome is unknown and decides. The timeouts leave the function time to say so.
_CONFIG = Config(connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 1})


class Bookmarks:
    """The table of one Region, as the function's environment names it."""

    @cached_property
    def _table(self) -> Any:
        # Made at the first request that needs it: a ping works where there is no database.
        name = os.environ.get("TABLE_NAME", "global-serverless")
        return boto3.resource("dynamodb", config=_CONFIG).Table(name)

    def scan(self) -> dict[str, Any]:
        """Read the whole table, up to 1 MB of it."""
        return _timed(self._table.scan)

    def query(self, user: str) -> dict[str, Any]:
        """Read all items of one viewer."""
        return _timed(
            lambda: self._table.query(
                KeyConditionExpression="PK = :user", ExpressionAttributeValues={":user": user}
            )
        )

    def get(self, user: str, show: str, *, consistent: bool = False) -> dict[str, Any]:
        """Read one item; there is no `Item` in the answer where there is none in the table."""
        return _timed(
            lambda: self._table.get_item(Key={"PK": user, "SK": show}, ConsistentRead=consistent)
        )

    def add(self, user: str, show: str, seconds: int) -> dict[str, Any]:
        """Add seconds to a bookmark in one step; a bookmark that is not there counts as 0."""
        return _timed(
            lambda: self._table.update_item(
                Key={"PK": user, "SK": show},
                UpdateExpression="ADD Bookmark :seconds",
                ExpressionAttributeValues={":seconds": seconds},
                ReturnValues="UPDATED_NEW",
            )
        )

    def record(self, user: str, show: str, seconds: int, thumbnail: str) -> dict[str, Any]:
        """Set a bookmark to a position, with the thumbnail shown there."""
        return _timed(
            lambda: self._table.update_item(
                Key={"PK": user, "SK": show},
                UpdateExpression="SET Bookmark = :seconds, Thumb = :thumbnail",
                ExpressionAttributeValues={":seconds": seconds, ":thumbnail": thumbnail},
                ReturnValues="UPDATED_NEW",
            )
        )


def _timed(call: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Make a call and add `Latency`, the milliseconds it took, to its answer."""
    started = time.perf_counter()
    found = call()
    latency_ms = (time.perf_counter() - started) * 1000
    kept = {key: value for key, value in found.items() if key != "ResponseMetadata"}
    return {**_plain(kept), "Latency": round(latency_ms, 3)}


def _plain(value: Any) -> Any:
    """Turn DynamoDB's values into what JSON has: numbers instead of Decimal, lists of sets."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, set)):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
