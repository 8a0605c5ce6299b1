"""/_cloud/events.jsonl: the journal as JSON lines, as they come."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from helpers.localcloud.control import event_json
from helpers.localcloud.door.limits import MOST_FOLLOWERS
from helpers.localcloud.engine.journal import Journal

EVENT_STREAM = "/_cloud/events.jsonl"
_LOOK_S = 0.05
_AT_ONCE = 1000
_followers = 0

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


async def stream_events(
    journal: Journal, scope: MutableMapping[str, Any], receive: Receive, send: Send
) -> None:
    """Send the events after `since` (default 0); with `follow=true` go on until the caller leaves.

    The journal is bounded: a caller that is slower than it is filled sees a gap in `sequence`.
    """
    global _followers  # noqa: PLW0603 - of the one event loop there is
    if _followers >= MOST_FOLLOWERS:
        await send_too_many(send)
        return
    _followers += 1
    try:
        await _stream(journal, scope, receive, send)
    finally:
        _followers -= 1


async def _stream(
    journal: Journal, scope: MutableMapping[str, Any], receive: Receive, send: Send
) -> None:
    query = parse_qs(scope["query_string"].decode())
    text = query.get("since", ["0"])[0]
    since = int(text) if text.isdigit() else 0
    follow = query.get("follow", ["false"])[0].lower() == "true"
    headers = [(b"content-type", b"application/x-ndjson"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    gone = asyncio.create_task(_until_gone(receive))
    try:
        while not gone.done():
            events = journal.since(since, _AT_ONCE)
            if events:
                since = events[-1]["sequence"]
                lines = "".join(json.dumps(event_json(event)) + "\n" for event in events)
                await send(
                    {"type": "http.response.body", "body": lines.encode(), "more_body": True}
                )
            elif not follow:
                break
            else:
                await asyncio.wait([gone], timeout=_LOOK_S)
        await send({"type": "http.response.body", "body": b""})
    finally:
        gone.cancel()


async def send_too_many(send: Send) -> None:
    """Refuse a follower: there are enough."""
    said = f"{MOST_FOLLOWERS} clients already follow the events. Close one of them, then try again."
    body = json.dumps({"message": said}).encode()
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 429, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
