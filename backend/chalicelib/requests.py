"""Reading what a caller put into the path."""

from __future__ import annotations

import json
from urllib.parse import unquote

# DynamoDB's limit for a partition key, the larger of the two.
_LONGEST_BYTES = 2048
# A bookmark moves by no more than this; whoever asks for more made a mistake.
_MOST_SECONDS = 10_000_000
# The year 2100: a clock that is further ahead would block all later saves.
_LATEST_MS = 4_102_444_800_000


class BadRequestError(Exception):
    """The caller asked for what cannot be done; nothing was done."""


def read_text(name: str, text: str) -> str:
    """Decode one part of the path.

    Raises:
        BadRequestError: it is longer than a key can be.
    """
    decoded = unquote(text)
    if len(decoded.encode()) > _LONGEST_BYTES:
        raise BadRequestError(f"{name} is longer than {_LONGEST_BYTES} bytes.")
    return decoded


def read_after(text: str) -> dict[str, dict[str, str]] | None:
    """Read the key after which a page of items begins, as `Next` of the page before has it.

    Raises:
        BadRequestError: it is no such key.
    """
    if not text:
        return None
    try:
        key = json.loads(text)
    except ValueError:
        key = None
    if not isinstance(key, list) or [type(part) for part in key] != [str, str]:
        raise BadRequestError("after must be what `Next` of the page before says.")
    user, show = key
    return {"PK": {"S": user}, "SK": {"S": show}}


def read_seconds(text: str) -> int:
    """Read a whole number of seconds.

    Raises:
        BadRequestError: it is none, or too large.
    """
    try:
        seconds = int(unquote(text))
    except ValueError as wrong:
        raise BadRequestError(
            f"VAL must be a whole number of seconds, such as 15 or -15, not {text[:40]!r}."
        ) from wrong
    if abs(seconds) > _MOST_SECONDS:
        raise BadRequestError(f"VAL must lie between -{_MOST_SECONDS} and {_MOST_SECONDS}.")
    return seconds


def read_position(body: bytes) -> tuple[int, int]:
    """Read a player's position in s and the number of its save, ms since 1970 on its own clock.

    Raises:
        BadRequestError: the body is no such JSON, or a number is out of its range.
    """
    wanted = 'The body must be JSON such as {"Bookmark": 754, "At": 1767225600000}'
    try:
        read = json.loads(body)
        seconds, at_ms = read["Bookmark"], read["At"]
    except (ValueError, KeyError, TypeError) as wrong:
        raise BadRequestError(f"{wanted}.") from wrong
    if type(seconds) is not int or type(at_ms) is not int:
        raise BadRequestError(f"{wanted}, both whole numbers.")
    if not 0 <= seconds <= _MOST_SECONDS or not 0 <= at_ms <= _LATEST_MS:
        raise BadRequestError(f"{wanted}: a position from 0 to {_MOST_SECONDS} s, and a time.")
    return seconds, at_ms
