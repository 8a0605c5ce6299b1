"""A bare HTTP connection, for what is measured: direct to loopback, else as boto3 would go."""

from __future__ import annotations

import base64
import http.client
import os
import socket
import ssl
from pathlib import Path
from urllib.parse import unquote, urlsplit

from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_environ_proxies


def open_connection(url: str, *, timeout_s: float) -> http.client.HTTPConnection:
    """Open a connection to the host of a URL, through the shell's proxy where it has one for it.

    Raises:
        OSError: it cannot be reached, or its certificate is not trusted.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    # Browsers resolve every name under localhost to this machine; Python does not everywhere.
    local = host == "localhost" or host.endswith(".localhost") or host.startswith("127.")
    if local:
        connection = _open("127.0.0.1", parts.port, parts.scheme, timeout_s)
    else:
        proxy = get_environ_proxies(url, no_proxy=None).get(parts.scheme, "")
        connection = _through(proxy, url, timeout_s) if proxy else _open(
            host, parts.port, parts.scheme, timeout_s
        )  # fmt: skip
    connection.connect()
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _open(host: str, port: int | None, scheme: str, timeout_s: float) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=timeout_s, context=_trust())
    return http.client.HTTPConnection(host, port, timeout=timeout_s)


def _through(proxy: str, url: str, timeout_s: float) -> http.client.HTTPConnection:
    there, parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}"), urlsplit(url)
    connection = _open(there.hostname or "", there.port or 80, parts.scheme, timeout_s)
    headers = {}
    if there.username:
        pair = f"{unquote(there.username)}:{unquote(there.password or '')}"
        headers["Proxy-Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    connection.set_tunnel(parts.hostname or "", parts.port, headers)
    return connection


def _trust() -> ssl.SSLContext:
    """Trust whom boto3 trusts: AWS_CA_BUNDLE, REQUESTS_CA_BUNDLE, or the usual authorities."""
    named = os.environ.get("AWS_CA_BUNDLE") or os.environ.get("REQUESTS_CA_BUNDLE")
    bundle = named or DEFAULT_CA_BUNDLE_PATH
    if Path(bundle).is_dir():
        return ssl.create_default_context(capath=bundle)
    return ssl.create_default_context(cafile=bundle)
