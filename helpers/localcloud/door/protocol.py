"""uvicorn's HTTP protocol, with limits on headers, and with a way to drop the connection."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from helpers.localcloud.door.limits import (
    HEADER_TIME_S,
    MOST_HEADER_BYTES,
    MOST_HEADERS,
    MOST_UNREAD_BYTES,
)

TRANSPORT = "localcloud.transport"
_REFUSAL = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: application/json\r\n"
    b"connection: close\r\ncontent-length: 64\r\n\r\n"
    b'{"__type": "RequestHeaderSectionTooLarge", "message": "Headers"}'
)


class DoorProtocol(HttpToolsProtocol):
    """Refuses too many headers, and too large ones; waits for them for so long and no longer."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._head_bytes = 0
        self._in_head = True
        self._unread_bytes = 0
        self._late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what has come, unless it is a head without an end."""
        if self._in_head:
            self._head_bytes += len(data)
            # The parser keeps a header until it is complete, and sets no bound. What comes in one
            # piece with the body is bounded by the size of a piece.
            if self._late is None:
                self._wait()
        super().data_received(data)
        if self._in_head and self._head_bytes > MOST_HEADER_BYTES:
            self._refuse()

    def on_message_begin(self) -> None:
        """Put the connection within the app's reach."""
        super().on_message_begin()
        self.scope["extensions"] = {TRANSPORT: {"transport": self.transport}}

    def on_headers_complete(self) -> None:
        """Hand the request on, if its head is within the limits."""
        size = sum(len(name) + len(value) for name, value in self.headers)
        if len(self.headers) > MOST_HEADERS or size + len(self.url) > MOST_HEADER_BYTES:
            self._refuse()
            return
        self._in_head = False
        self._stop_waiting()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Hand a piece of the body on; behind an answer it is read for so long and no longer."""
        super().on_body(body)
        if self.cycle is not None and self.cycle.response_complete:
            # Who has been refused may still be sending, and reads the answer when all is sent.
            self._unread_bytes += len(body)
            if self._unread_bytes > MOST_UNREAD_BYTES:
                self.transport.close()

    def on_message_complete(self) -> None:
        """Expect the next head."""
        self._in_head, self._head_bytes, self._unread_bytes = True, 0, 0
        super().on_message_complete()

    def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        self._late = loop.call_later(HEADER_TIME_S, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _refuse(self) -> None:
        self._stop_waiting()
        if not self.transport.is_closing():
            self.transport.write(_REFUSAL)
            self.transport.close()
