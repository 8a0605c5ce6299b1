"""The one place that makes boto3 clients."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

import boto3
from botocore.config import Config

# A control call that AWS throttles, or that is lost, is sent again: nobody measures it.
_CONTROL = Config(
    connect_timeout=3, read_timeout=15, retries={"mode": "standard", "total_max_attempts": 4}
)
# A probe that retries in silence would report one slow success for a failure and a success.
_PROBE = Config(connect_timeout=3, read_timeout=15, retries={"total_max_attempts": 1})


class Clients:
    """Makes each boto3 client once: making one costs tens of milliseconds.

    Args:
        session: makes the session when the first client is asked for, and may raise.
        endpoint: of a local cloud; None is AWS, whatever endpoint is configured.
    """

    def __init__(self, session: Callable[[], boto3.Session], endpoint: str | None) -> None:
        self._make_session = session
        self._endpoint = endpoint
        self._session: boto3.Session | None = None
        self._made: dict[tuple[str, str, bool], Any] = {}
        # boto3's sessions are not made for several threads at once; its clients are.
        self._lock = threading.Lock()

    def control(self, service: str, region: str) -> Any:
        """Return the client of a service in a Region, which sends again what was lost."""
        return self._get(service, region, probe=False)

    def probe(self, service: str, region: str) -> Any:
        """Return the client of a service in a Region that sends every call once."""
        return self._get(service, region, probe=True)

    def _get(self, service: str, region: str, *, probe: bool) -> Any:
        with self._lock:
            if (service, region, probe) not in self._made:
                self._session = self._session or self._make_session()
                self._made[service, region, probe] = self._session.client(
                    service,
                    region_name=region,
                    endpoint_url=self._endpoint,
                    config=(_PROBE if probe else _CONTROL).merge(Config(**self._way())),
                )
            return self._made[service, region, probe]

    def _way(self) -> Mapping[str, Any]:
        """No proxy stands before loopback; and AWS means AWS, also where an endpoint is set."""
        return {"proxies": {}} if self._endpoint else {"ignore_configured_endpoint_urls": True}
