"""The one place that makes boto3 clients."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.config import Config

# A probe that retries in silence would report one slow success for a failure and a success.
_CONFIG = Config(connect_timeout=3, read_timeout=15, retries={"total_max_attempts": 1})


class Clients:
    """Makes each boto3 client once: making one costs tens of milliseconds."""

    def __init__(self, session: boto3.Session, endpoint: str | None) -> None:
        self._session = session
        self._endpoint = endpoint
        # AWS means AWS, also in a terminal where AWS_ENDPOINT_URL still names a local cloud.
        self._config = _CONFIG.merge(Config(ignore_configured_endpoint_urls=endpoint is None))
        self._made: dict[tuple[str, str], Any] = {}

    def get(self, service: str, region: str) -> Any:
        """Return the client of a service in a Region."""
        if (service, region) not in self._made:
            self._made[service, region] = self._session.client(
                service, region_name=region, endpoint_url=self._endpoint, config=self._config
            )
        return self._made[service, region]
