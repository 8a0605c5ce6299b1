"""Bookmarks in DynamoDB: the calls, and how long each took.

Items are answered as DynamoDB's own API words them, `{"Bookmark": {"N": "15"}}`: a page that was
written for the original workshop reads them so.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config

# One attempt: a retry of ADD after a lost answer could add twice, and nobody would know. The caller
# is told that the outcome is unknown and decides. The timeouts leave the function time to say so.
_CONFIG = Config(connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 1})


class NewerPositionError(Exception):
    """A later save of the same player is there already; nothing was changed."""


class Bookmarks:
    """The table of one Region, as the function's environment names it."""

    @cached_property
    def _client(self) -> Any:
        # Made at the first request that needs it: a ping works where there is no database.
        return boto3.client("dynamodb", config=_CONFIG)

    @property
    def _table(self) -> str:
        return os.environ.get("TABLE_NAME", "global-serverless")

    def scan(self) -> dict[str, Any]:
        """Read the whole table, up to 1 MB of it: `Items`, `Latency`."""
        found, latency_ms = _timed(lambda: self._client.scan(TableName=self._table))
        return {"Items": found["Items"], "Latency": latency_ms}

    def query(self, user: str) -> dict[str, Any]:
        """Read all items of one viewer: `Items`, `Latency`."""
        found, latency_ms = _timed(
            lambda: self._client.query(
                TableName=self._table,
                KeyConditionExpression="PK = :user",
                ExpressionAttributeValues={":user": {"S": user}},
            )
        )
        return {"Items": found["Items"], "Latency": latency_ms}

    def get(self, user: str, show: str, *, consistent: bool = False) -> dict[str, Any]:
        """Read one item: `Item`, null where there is none, and `Latency`."""
        found, latency_ms = _timed(
            lambda: self._client.get_item(
                TableName=self._table, Key=_key(user, show), ConsistentRead=consistent
            )
        )
        return {"Item": found.get("Item"), "Latency": latency_ms}

    def add(self, user: str, show: str, seconds: int) -> dict[str, Any]:
        """Add seconds to a bookmark in one step; a bookmark that is not there counts as 0."""
        return self._update(user, show, "ADD Bookmark :val", {":val": {"N": str(seconds)}})

    def record(self, user: str, show: str, seconds: int, thumbnail: str) -> dict[str, Any]:
        """Set a bookmark to a position, with the thumbnail shown there."""
        values = {":val": {"N": str(seconds)}, ":thumb": {"S": thumbnail}}
        return self._update(user, show, "SET Bookmark = :val, Thumb = :thumb", values)

    def save(self, user: str, show: str, seconds: int, at_ms: int) -> dict[str, Any]:
        """Set a bookmark to a position, unless a later save of the same player is there already.

        The player numbers its saves: `at_ms` grows with each. The same save twice does the same
        once, and a late retry does not undo what came after it, in the Region that it reaches.

        Raises:
            NewerPositionError: a later save stands there; nothing was changed.
        """
        region = os.environ.get("AWS_REGION", "unknown")
        try:
            found, latency_ms = _timed(
                lambda: self._client.update_item(
                    TableName=self._table,
                    Key=_key(user, show),
                    UpdateExpression="SET Bookmark = :val, SavedAt = :at, SavedIn = :region",
                    ConditionExpression="attribute_not_exists(SavedAt) OR SavedAt <= :at",
                    ExpressionAttributeValues={
                        ":val": {"N": str(seconds)},
                        ":at": {"N": str(at_ms)},
                        ":region": {"S": region},
                    },
                    ReturnValues="UPDATED_NEW",
                )
            )
        except self._client.exceptions.ConditionalCheckFailedException as refused:
            raise NewerPositionError(
                "A later position of this viewer is saved already; it stands."
            ) from refused
        return {"PK": user, "SK": show, "Attributes": found["Attributes"], "Latency": latency_ms}

    def _update(
        self, user: str, show: str, expression: str, values: dict[str, Any]
    ) -> dict[str, Any]:
        found, latency_ms = _timed(
            lambda: self._client.update_item(
                TableName=self._table,
                Key=_key(user, show),
                UpdateExpression=expression,
                ExpressionAttributeValues=values,
                ReturnValues="UPDATED_NEW",
            )
        )
        return {"PK": user, "SK": show, "Attributes": found["Attributes"], "Latency": latency_ms}


def _key(user: str, show: str) -> dict[str, dict[str, str]]:
    return {"PK": {"S": user}, "SK": {"S": show}}


def _timed(call: Callable[[], dict[str, Any]]) -> tuple[dict[str, Any], float]:
    """Make a call and tell how many milliseconds it took."""
    started = time.perf_counter()
    found = call()
    return found, round((time.perf_counter() - started) * 1000, 3)
