"""Bookmarks in DynamoDB: the calls, and how long each took.

Items are answered as DynamoDB's own API words them, `{"Bookmark": {"N": "15"}}`: a page that was
written for the original workshop reads them so.

Every write gives the item a version of its own and keeps which one it replaced, in the same step:
so a reader can tell what a value was built on, however many values collide.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Callable
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config

# One attempt: a retry of ADD after a lost answer could add twice, and nobody would know. The caller
# is told that the outcome is unknown and decides. The timeouts leave the function time to say so.
_CONFIG = Config(connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 1})

Key = dict[str, dict[str, str]]
# SET reads what stood there before the write: both names are given in one step.
_NAMES = ("VersionId", "ReplacedId")
_VERSIONED = "SET ReplacedId = if_not_exists(VersionId, :none), VersionId = :version"


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

    def scan(self, after: Key | None = None) -> dict[str, Any]:
        """Read up to 1 MB after a key: `Items`, `Latency`, and `Next` if there is more."""
        start = {"ExclusiveStartKey": after} if after else {}
        found, latency_ms = _timed(lambda: self._client.scan(TableName=self._table, **start))
        return _page(found, latency_ms)

    def query(self, user: str, after: Key | None = None) -> dict[str, Any]:
        """Read the items of one viewer, as `scan` does."""
        start = {"ExclusiveStartKey": after} if after else {}
        found, latency_ms = _timed(
            lambda: self._client.query(
                TableName=self._table,
                KeyConditionExpression="PK = :user",
                ExpressionAttributeValues={":user": {"S": user}},
                **start,
            )
        )
        return _page(found, latency_ms)

    def get(self, user: str, show: str, *, consistent: bool = False) -> dict[str, Any]:
        """Read one item: `Item`, null where there is none, and `Latency`."""
        found, latency_ms = _timed(
            lambda: self._client.get_item(
                TableName=self._table, Key=_key(user, show), ConsistentRead=consistent
            )
        )
        item = found.get("Item")
        return {"Item": item, "Latency": latency_ms, **_versions(item or {})}

    def add(self, user: str, show: str, seconds: int) -> dict[str, Any]:
        """Add seconds to a bookmark in one step; a bookmark that is not there counts as 0."""
        values = {":val": {"N": str(seconds)}}
        return self._update(user, show, f"{_VERSIONED} ADD Bookmark :val", values)

    def record(self, user: str, show: str, seconds: int, thumbnail: str) -> dict[str, Any]:
        """Set a bookmark to a position, with the thumbnail shown there."""
        values = {":val": {"N": str(seconds)}, ":thumb": {"S": thumbnail}}
        return self._update(user, show, f"{_VERSIONED}, Bookmark = :val, Thumb = :thumb", values)

    def save(self, user: str, show: str, seconds: int, at_ms: int) -> dict[str, Any]:
        """Set a bookmark to a position, unless a later save of the same player is there already.

        The player numbers its saves: `at_ms` grows with each. The same save twice does the same
        once, and a late retry does not undo what came after it, in the Region that it reaches.

        Raises:
            NewerPositionError: a later save stands there; nothing was changed.
        """
        values = {
            ":val": {"N": str(seconds)},
            ":at": {"N": str(at_ms)},
            ":region": {"S": _region()},
        }
        expression = f"{_VERSIONED}, Bookmark = :val, SavedAt = :at, SavedIn = :region"
        unless = "attribute_not_exists(SavedAt) OR SavedAt <= :at"
        try:
            return self._update(user, show, expression, values, ConditionExpression=unless)
        except self._client.exceptions.ConditionalCheckFailedException as refused:
            raise NewerPositionError(
                "A later position of this viewer is saved already; it stands."
            ) from refused

    def _update(
        self, user: str, show: str, expression: str, values: dict[str, Any], **condition: str
    ) -> dict[str, Any]:
        version = {":version": {"S": f"{_region()}/{uuid.uuid4().hex[:16]}"}, ":none": {"S": ""}}
        found, latency_ms = _timed(
            lambda: self._client.update_item(
                TableName=self._table,
                Key=_key(user, show),
                UpdateExpression=expression,
                ExpressionAttributeValues=values | version,
                ReturnValues="UPDATED_NEW",
                **condition,
            )
        )
        attributes = found["Attributes"]
        versions = _versions(attributes)
        # The original's answer has the bookmark alone.
        shown = {name: value for name, value in attributes.items() if name not in _NAMES}
        answer = {"PK": user, "SK": show, "Attributes": shown, "Latency": latency_ms}
        return answer | versions


def _page(found: dict[str, Any], latency_ms: float) -> dict[str, Any]:
    answer: dict[str, Any] = {"Items": found["Items"], "Latency": latency_ms}
    last = found.get("LastEvaluatedKey")
    if last:
        answer["Next"] = json.dumps([last["PK"]["S"], last["SK"]["S"]])
    return answer


def _region() -> str:
    return os.environ.get("AWS_REGION", "unknown")


def _versions(attributes: dict[str, Any]) -> dict[str, str | None]:
    """Return which version an item is, and which it replaced; None where it has none."""
    version, replaced = (attributes.get(name, {}).get("S") or None for name in _NAMES)
    return {"Version": version, "Replaced": replaced}


def _key(user: str, show: str) -> Key:
    return {"PK": {"S": user}, "SK": {"S": show}}


def _timed(call: Callable[[], dict[str, Any]]) -> tuple[dict[str, Any], float]:
    """Make a call and tell how many milliseconds it took."""
    started = time.perf_counter()
    found = call()
    return found, round((time.perf_counter() - started) * 1000, 3)
