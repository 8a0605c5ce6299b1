"""Limits at the door, near AWS's: applied before a body is read, inflated or unpacked."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from helpers.localcloud.door.answers import aws_error
from helpers.localcloud.ministack.in_process import Answer

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

# A class of thirty keeps more than a thousand open.
MOST_CONNECTIONS = 4000
MOST_FOLLOWERS = 50
HEADER_TIME_S = 20.0
MOST_HEADERS = 100
MOST_HEADER_BYTES = 64 * 1024
_MB = 1024 * 1024
# More than any service takes: whoever sends on behind a refusal has no end.
MOST_UNREAD_BYTES = 128 * _MB
# What the services take at most; S3 takes parts of this size from a browser or the AWS CLI.
_MOST_BODY_BYTES = {"dynamodb": 16 * _MB, "lambda": 70 * _MB, "s3": 100 * _MB}
_MOST_OTHERS = 10 * _MB
# A form, or JSON, that gets smaller by more than this is made to burst.
_MOST_RATIO = 200
# What is inflated beyond this is so in a thread, beside the event loop.
_AT_ONCE = 64 * 1024
_TOO_LARGE = {
    "dynamodb": ("SerializationException", 413),
    "lambda": ("RequestEntityTooLargeException", 413),
    "s3": ("EntityTooLarge", 400),
}


class RefusedByLimitError(Exception):
    """A request is beyond a limit; `answer` says which, as AWS does."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.body.decode())
        self.answer = answer


def refuse_headers(headers: Iterable[tuple[bytes, bytes]], service: str) -> Answer | None:
    """Refuse headers that are no ASCII; their number and size are the protocol's business."""
    content_type = next((v for k, v in headers if k == b"content-type"), b"")
    for name, value in headers:
        if not (name + value).isascii():
            said = f"The header {name.decode('latin-1')} may have ASCII only."
            return aws_error("ValidationException", said, 400, service, content_type)
    return None


async def bounded(scope: Scope, receive: Receive, service: str) -> tuple[Scope, Receive]:
    """Return a request whose body is read within the limits of its service, and inflated.

    Raises:
        RefusedByLimitError: it says that it is too large, or claims to be of gzip and is none.
    """
    headers = dict(scope["headers"])
    most = _MOST_BODY_BYTES.get(service, _MOST_OTHERS)
    length = headers.get(b"content-length", b"0")
    if not length.isdigit() or int(length) > most:
        raise _too_large(headers, service, most)
    receive = _counting(receive, headers, service, most)
    # S3 keeps what it is given as it is; an API of the learner's gets it so, too.
    encodings = headers.get(b"content-encoding", b"").lower().replace(b" ", b"").split(b",")
    if b"gzip" not in encodings or service in ("s3", ""):
        return scope, receive
    packed = await read_body(receive)
    inflate = asyncio.to_thread if len(packed) > _AT_ONCE else _now
    body = await inflate(_inflate, packed, min(most, max(len(packed) * _MOST_RATIO, _AT_ONCE)))
    if body is None:
        said = f"The body is no gzip, or takes more than {_MOST_RATIO} times its size unpacked."
        code = "SerializationException" if service == "dynamodb" else "InvalidRequest"
        content_type = headers.get(b"content-type", b"")
        raise RefusedByLimitError(aws_error(code, said, 400, service, content_type))
    return with_length(scope, len(body)), replay(body, receive)


def with_length(scope: Scope, length: int) -> Scope:
    """Return a request whose body is another, of this length and not packed."""
    changed = (b"content-encoding", b"content-length")
    kept = [(k, v) for k, v in scope["headers"] if k not in changed]
    return {**scope, "headers": [*kept, (b"content-length", str(length).encode())]}


async def read_body(receive: Receive) -> bytes:
    """Read a body to its end; empty where the caller has left."""
    chunks = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(chunks)


def replay(body: bytes, receive: Receive) -> Receive:
    """Hand out a body that was read already, then what comes behind it."""
    given = False

    async def again() -> MutableMapping[str, Any]:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _counting(receive: Receive, headers: dict[bytes, bytes], service: str, most: int) -> Receive:
    """Stop reading where a body of unknown length gets too long."""
    seen = 0

    async def counted() -> MutableMapping[str, Any]:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            raise _too_large(headers, service, most)
        return message

    return counted


def _too_large(headers: dict[bytes, bytes], service: str, most: int) -> RefusedByLimitError:
    code, status = _TOO_LARGE.get(service, ("RequestEntityTooLarge", 413))
    said = f"Request size limit exceeded: {most} bytes."
    content_type = headers.get(b"content-type", b"")
    return RefusedByLimitError(aws_error(code, said, status, service, content_type))


async def _now(work: Callable[..., Any], *arguments: Any) -> Any:
    return work(*arguments)


def _inflate(packed: bytes, most: int) -> bytes | None:
    """Inflate gzip up to a limit; None where it is none, or goes beyond."""
    unpacking = zlib.decompressobj(wbits=31)
    try:
        body = unpacking.decompress(packed, most)
    except zlib.error:
        return None
    return body if unpacking.eof else None
