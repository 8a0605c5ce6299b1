"""Requests to an ASGI app in this process, as a client over the network would make them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


class Answer(NamedTuple):
    """What was answered to a request."""

    status: int
    headers: dict[str, str]
    body: bytes


class InProcess:
    """An ASGI app that can be asked without a network."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def call(
        self, account: str, region: str, service: str, target: str, payload: Mapping[str, Any]
    ) -> Answer:
        """Make one call of a JSON service in-process, as a client with a signature would."""
        body = json.dumps(payload).encode()
        request = AWSRequest(
            "POST",
            "http://localhost/",
            data=body,
            headers={"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.0"},
        )
        SigV4Auth(Credentials(account, "unused"), service, region).add_auth(request)
        headers = [(k.lower().encode(), str(v).encode()) for k, v in request.headers.items()]
        headers += [(b"host", b"localhost"), (b"content-length", str(len(body)).encode())]
        return await self.request("POST", "/", headers, body)

    async def request(
        self, method: str, path: str, headers: Iterable[tuple[bytes, bytes]], body: bytes = b""
    ) -> Answer:
        """Hand MiniStack one HTTP request in-process and return what it answers."""
        path, _, query = path.partition("?")
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": list(headers),
            "scheme": "http",
            "client": ("127.0.0.1", 0),
        }
        status, got, chunks = 500, {}, []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            nonlocal status, got
            if message["type"] == "http.response.start":
                status = message["status"]
                got = {k.decode().lower(): v.decode() for k, v in message["headers"]}
            else:
                chunks.append(message.get("body", b""))

        await self.app(scope, receive, send)
        return Answer(status, got, b"".join(chunks))
