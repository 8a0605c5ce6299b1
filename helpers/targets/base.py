"""What every target offers: clients, addresses, environments, and what can be disturbed."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from helpers.settings import Settings


@dataclass(frozen=True)
class Replication:
    """What replication is doing at a moment.

    Attributes:
        states: `online` or `offline`, by Region.
        in_flight: images under way, by source and target Region.
        paused: links that hold what they carry.
        lost_updates: acknowledged writes overwritten by one that had not seen them, so far.
    """

    states: dict[str, str]
    in_flight: dict[tuple[str, str], int]
    paused: set[tuple[str, str]]
    lost_updates: int


class Target(Protocol):
    """Where the workshop runs."""

    name: str
    settings: Settings
    regions: tuple[str, ...]

    def client(self, service: str, region: str) -> Any:
        """Return a boto3 client of a service in a Region; what is lost it sends again."""

    def probe(self, service: str, region: str) -> Any:
        """Return a boto3 client that sends every call once, for what is measured."""

    def api_url(self, api_id: str, region: str) -> str:
        """Return the URL of a deployed API."""

    def website_url(self, bucket: str, region: str) -> str:
        """Return the address at which a browser finds the objects of a public bucket."""

    def api_path(self, url: str) -> str:
        """Return the path of a deployed API for a browser that reaches one host only."""

    def page_token(self) -> str:
        """Return what lets a page look into the cloud and steer it, "" where nothing does."""

    def page_ticket(self) -> str:
        """Return what a page may soon exchange for that token, "" where there is none."""

    def environment(self, region: str) -> dict[str, str]:
        """Return the environment in which a command reaches this target."""

    def terminal(self, region: str) -> dict[str, str]:
        """Return the environment of a terminal that stays open on this target."""

    def describe(self) -> dict[str, str]:
        """Describe what a chart or an export says about its target."""

    def unusual(self) -> list[str]:
        """Name what was changed and not changed back, with the command that undoes it."""

    def offline(self) -> set[str]:
        """Name the Regions that are known to be offline."""

    def seen_from(self, place: str) -> AbstractContextManager[dict[str, float]]:
        """Work for a while as if from a place: its round trip to each Region, in ms."""

    def reads_behind(self) -> AbstractContextManager[None]:
        """Work for a while where eventually consistent reads in a Region may be behind."""

    def skewed(self, region: str, ahead_ms: float) -> AbstractContextManager[None]:
        """Work for a while with the clock of a Region ahead of the others."""

    def set_outage(self, region: str, *, dark: bool) -> None:
        """Take what a viewer reaches of a Region away, or give it back."""

    def set_pause(self, source: str, region: str, *, paused: bool) -> None:
        """Pause one direction of replication, or resume it."""

    def replication(self) -> Replication:
        """Look at what is under way between Regions now."""

    def true_lags_ms(self, source: str, region: str, last: int) -> list[float]:
        """Return the lags of the last writes from one Region to another, where they are known."""

    def alarm_period_s(self, period_s: float) -> float:
        """Return how long a period of an alarm takes that is asked for with `period_s`."""
