"""A local cloud that poses as AWS: a company's proxy opens TLS and hands every request to it.

What the proxy does with a request is a rule: the name of an operation in, a fate out.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import ssl
import threading
from collections import Counter
from collections.abc import Callable
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

import trustme

from tests.learner import operations
from tests.learner.operations import Request

# Well formed, and nobody's.
ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE"
_HOP = {"connection", "transfer-encoding", "content-length", "host", "proxy-connection"}


class Fate(Enum):
    """What becomes of a request; the value of a refusal is AWS's code for it."""

    ANSWERED = ""
    DENIED = "AccessDeniedException"
    THROTTLED = "ThrottlingException"
    # Done, but whoever asked never hears of it.
    LOST = "lost"


Rule = Callable[[str], Fate]


def answer_all(_: str) -> Fate:
    """Answer everything, as a good day does."""
    return Fate.ANSWERED


def deny(operation: str) -> Rule:
    """Deny one operation for as long as the rule holds."""
    return lambda named: Fate.DENIED if named == operation else Fate.ANSWERED


def throttle(operation: str) -> Rule:
    """Throttle one operation for as long as the rule holds."""
    return lambda named: Fate.THROTTLED if named == operation else Fate.ANSWERED


def each_first(times: int, fate: Fate) -> Rule:
    """Give the first requests of each operation a fate, and answer the later ones."""
    seen: Counter[str] = Counter()

    def rule(named: str) -> Fate:
        seen[named] += 1
        return fate if seen[named] <= times else Fate.ANSWERED

    return rule


class PosingAsAws:
    """The proxy: `requests` are all that came, `rule` says what becomes of the next.

    Args:
        port: of the local cloud behind it.
        key: that cloud's own access key, which stands in for AWS's.
        folder: where the authority's certificate goes.
    """

    def __init__(self, port: int, key: str, folder: Path) -> None:
        self.port = port
        self.key = key
        self.requests: list[Request] = []
        self.strangers: list[str] = []
        self.rule: Rule = answer_all
        self.authority = folder / "authority.pem"
        self._ca = trustme.CA()
        self._ca.cert_pem.write_to_path(str(self.authority))
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._lock = threading.Lock()
        handler = type("_Bound", (_Handler,), {"posing": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def shell(self) -> dict[str, str]:
        """What a learner's terminal has set, behind a company's proxy."""
        url = f"http://127.0.0.1:{self._server.server_address[1]}"
        bundles = dict.fromkeys(("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"), str(self.authority))
        return {
            **bundles,
            "WORKSHOP_TARGET": "aws",
            "HTTPS_PROXY": url,
            "https_proxy": url,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": "nobody's",
            "AWS_EC2_METADATA_DISABLED": "true",
            # Of another program: with the target AWS, AWS is meant.
            "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        }

    def names(self) -> set[str]:
        """Name the operations that were asked for."""
        return {operations.name(request) for request in self.requests}

    def context(self, host: str) -> ssl.SSLContext:
        """Make a certificate for a host, once."""
        with self._lock:
            if host not in self._contexts:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                self._ca.issue_cert(host).configure_cert(context)
                self._contexts[host] = context
            return self._contexts[host]

    def judge(self, request: Request) -> Fate:
        """Note a request, and say what becomes of it."""
        try:
            named = operations.name(request)
        except LookupError as unknown:
            self.strangers.append(str(unknown))
            return Fate.DENIED
        with self._lock:
            self.requests.append(request)
            return self.rule(named)


class _Handler(BaseHTTPRequestHandler):
    posing: PosingAsAws
    protocol_version = "HTTP/1.1"
    host = ""

    def handle(self) -> None:
        with contextlib.suppress(OSError):  # A client that hangs up is no news.
            super().handle()

    def do_CONNECT(self) -> None:
        self.host = self.path.rpartition(":")[0].lower()
        if not self.host.endswith(".amazonaws.com"):
            self.posing.strangers.append(self.host)
            self.send_error(403, "Nothing but AWS is behind this proxy.")
            return
        self.send_response_only(200)
        self.end_headers()
        self.connection = self.posing.context(self.host).wrap_socket(
            self.connection, server_side=True
        )
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", 0)  # type: ignore[assignment]
        self.close_connection = False

    def _pass(self) -> None:
        body = self._body()
        headers = dict(self.headers.items())
        request = Request(self.host, self.command, self.path, headers, body)
        fate = self.posing.judge(request)
        if fate in (Fate.DENIED, Fate.THROTTLED):
            self._answer(*_refused(request, fate))
            return
        answer = self._forward(request)
        if fate is Fate.LOST:
            self.close_connection = True
        else:
            self._answer(*answer)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _pass  # noqa: N815

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()
        self.connection.close()

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(parts)

    def _forward(self, request: Request) -> tuple[int, list[tuple[str, str]], bytes]:
        host, path = _behind(request, self.posing.port)
        headers = {k: v for k, v in request.headers.items() if k.lower() not in _HOP}
        if signed := headers.get("Authorization"):
            headers["Authorization"] = re.sub(
                r"Credential=[^/]+", f"Credential={self.posing.key}", signed
            )
        connection = http.client.HTTPConnection("127.0.0.1", self.posing.port, timeout=60)
        try:
            connection.request(request.method, path, request.body, {**headers, "Host": host})
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for key, value in headers:
            if key.lower() not in _HOP:
                self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _behind(request: Request, port: int) -> tuple[str, str]:
    """Format Host and path as the local cloud wants them: names of APIs and of buckets."""
    if ".execute-api." in request.host:
        return f"{request.host.removesuffix('.amazonaws.com')}.localhost:{port}", request.path
    bucket, found, _ = request.host.partition(".s3.")
    path = f"/{bucket}{request.path}".rstrip("/") if found else request.path
    return f"127.0.0.1:{port}", path


def _refused(request: Request, fate: Fate) -> tuple[int, list[tuple[str, str]], bytes]:
    """Refuse in the words and the protocol of the service."""
    service = operations.name(request).partition(":")[0]
    message = f"User is not authorized to perform this at {request.host}"
    if fate is Fate.THROTTLED:
        message = "Rate exceeded"
    if service in ("iam", "sts", "s3"):
        plain = {Fate.DENIED: "AccessDenied", Fate.THROTTLED: "Throttling"}[fate]
        error = f"<Error><Code>{plain}</Code><Message>{message}</Message></Error>"
        text = error if service == "s3" else f"<ErrorResponse>{error}</ErrorResponse>"
        return 403 if fate is Fate.DENIED else 503, [("Content-Type", "text/xml")], text.encode()
    told: dict[str, Any] = {"__type": fate.value, "message": message}
    kind = [("Content-Type", "application/json"), ("x-amzn-ErrorType", fate.value)]
    rest = service in ("lambda", "apigateway")
    status = (403 if fate is Fate.DENIED else 429) if rest else 400
    return status, kind, json.dumps(told).encode()
