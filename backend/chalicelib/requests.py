"""Reading what a caller put into the path."""

from __future__ import annotations

from urllib.parse import unquote

# DynamoDB's limit for a partition key, the larger of the two.
_LONGEST_BYTES = 2048
# A bookmark moves by no more than this; whoever asks for more made a mistake.
_MOST_SECONDS = 10_000_000


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
