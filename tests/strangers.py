"""A web server of a stranger on this machine: another origin than the local cloud's."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Hostile(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Answer with an empty page, or send the visitor on to `/to/ADDRESS`."""
        self.send_response(302 if self.path.startswith("/to/") else 200)
        if self.path.startswith("/to/"):
            self.send_header("Location", self.path.removeprefix("/to/"))
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>win a prize</title><body>")

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@contextmanager
def strangers_page() -> Iterator[str]:
    """Serve a stranger's page for a while; return its address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Hostile)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
