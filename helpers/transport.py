"""The one HTTP transport of probes and API client: a pool of connections, and no second attempt."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from weakref import WeakKeyDictionary

import urllib3
from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_environ_proxies
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ProxyError

_TIMEOUT_S = 10.0
# Servers close what idles (the local cloud after 120 s, a load balancer of AWS after 60 s), and
# some path between forgets it in silence. What idled half as long as the strictest is opened anew.
_IDLE_S = 25.0
_MOST_CONNECTIONS = 128


@dataclass(frozen=True)
class Exchange:
    """One request and what came back.

    Attributes:
        started_ms, done_ms: on this process's monotonic clock; a new connection counts.
        status: of HTTP, 0 without an answer.
        sent: whether any of the request may have left this process.
        lost: why there is no answer, in words; "" if there is one.
    """

    started_ms: float
    done_ms: float
    status: int
    headers: Mapping[str, str]
    body: bytes
    sent: bool = True
    lost: str = ""


def now_ms() -> float:
    """Return the time on this process's monotonic clock, in ms."""
    return time.perf_counter() * 1000


class Transport:
    """Sends requests to one server; any number of threads may use it at once.

    Args:
        url: whose scheme, host and port name the server. Names under localhost mean this machine,
            which no proxy stands before.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        host = parts.hostname or ""
        # Browsers resolve every name under localhost to this machine; Python does not everywhere.
        here = host.endswith(".localhost")
        address = "127.0.0.1" if here else f"[{host}]" if ":" in host else host
        self._netloc = parts.netloc
        self._base = f"{parts.scheme}://{address}" + (f":{parts.port}" if parts.port else "")
        self._pools = _manager(self._base, local=here or _is_loopback(host))

    def send(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> Exchange:
        """Send one request, once, and wait for its answer; an error of the network is told."""
        started_ms = now_ms()
        try:
            answer = self._pools.request(
                method,
                f"{self._base}{path}",
                headers={"Host": self._netloc, **headers},
                body=body,
                retries=False,
                redirect=False,
                timeout=_TIMEOUT_S,
            )
        except (HTTPError, OSError) as lost:
            never_left = isinstance(lost, NewConnectionError | ConnectTimeoutError | ProxyError)
            why = f"{type(lost).__name__}: {lost}"
            return Exchange(started_ms, now_ms(), 0, {}, b"", sent=not never_left, lost=why)
        return Exchange(started_ms, now_ms(), answer.status, answer.headers, answer.data)

    def close(self) -> None:
        """Close what idles; the next request opens a connection again."""
        self._pools.clear()


_idle_since_s: WeakKeyDictionary[Any, float] = WeakKeyDictionary()


class _Fresh(urllib3.HTTPConnectionPool):
    """Opens a connection anew that has idled too long."""

    def _get_conn(self, timeout: float | None = None) -> Any:
        connection = super()._get_conn(timeout)
        since_s = _idle_since_s.get(connection)
        if since_s is not None and time.monotonic() - since_s > _IDLE_S:
            connection.close()
        return connection

    def _put_conn(self, conn: Any) -> None:
        if conn is not None:
            _idle_since_s[conn] = time.monotonic()
        super()._put_conn(conn)


class _FreshHttps(_Fresh, urllib3.HTTPSConnectionPool):
    pass


def _manager(base: str, *, local: bool) -> urllib3.PoolManager:
    if local:
        manager = urllib3.PoolManager(maxsize=_MOST_CONNECTIONS)
    elif proxy := get_environ_proxies(base, no_proxy=None).get(urlsplit(base).scheme):
        there = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        who = f"{unquote(there.username)}:{unquote(there.password or '')}" if there.username else ""
        manager = urllib3.ProxyManager(
            f"{there.scheme}://{there.hostname}:{there.port or 80}",
            maxsize=_MOST_CONNECTIONS,
            proxy_headers=urllib3.make_headers(proxy_basic_auth=who) if who else None,
            **_trust(),
        )
    else:
        manager = urllib3.PoolManager(maxsize=_MOST_CONNECTIONS, **_trust())
    manager.pool_classes_by_scheme = {"http": _Fresh, "https": _FreshHttps}
    return manager


def _trust() -> dict[str, Any]:
    """Trust whom boto3 trusts: AWS_CA_BUNDLE, REQUESTS_CA_BUNDLE, or the usual authorities."""
    named = os.environ.get("AWS_CA_BUNDLE") or os.environ.get("REQUESTS_CA_BUNDLE")
    bundle = named or DEFAULT_CA_BUNDLE_PATH
    kind = "ca_cert_dir" if Path(bundle).is_dir() else "ca_certs"
    return {"cert_reqs": "CERT_REQUIRED", kind: bundle}


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
