"""Callers: a viewer's way into one Region, through the deployed API or straight to DynamoDB."""

from __future__ import annotations

from typing import Protocol

from helpers import deploy
from helpers.api import Api
from helpers.experiments.prober import Probe, Prober
from helpers.targets import Target


class Caller(Protocol):
    """Saves positions in one Region; `Prober` is one."""

    region: str

    def write(self, user: str, show: str, bookmark: int) -> Probe:
        """Set a bookmark."""

    def close(self) -> None:
        """Close the connection."""


class ApiCaller:
    """Saves positions through the API, as an app does."""

    def __init__(self, api: Api) -> None:
        self.region = api.region
        self._api = api

    def write(self, user: str, show: str, bookmark: int) -> Probe:
        """Set a bookmark."""
        result = self._api.record(user, show, bookmark)
        done_ms = result.started_ms + result.rtt_ms
        return Probe(result.started_ms, done_ms, result.outcome, result.bookmark, result.message)

    def close(self) -> None:
        """Close the connection."""
        self._api.close()


def call_api(target: Target, region: str) -> Caller:
    """Return a caller of the API that is deployed in a Region.

    Raises:
        ValueError: there is none.
    """
    url = deploy.url(target, region)
    if url is None:
        raise ValueError(f"There is no API in {region}. `workshop prepare {region}` makes one.")
    return ApiCaller(Api(region, url))


def call_table(target: Target, region: str, table: str) -> Caller:
    """Return a caller of a table in a Region."""
    return Prober(target, region, table)
