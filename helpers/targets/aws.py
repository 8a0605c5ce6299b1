"""Real AWS as a target."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from helpers import aws_outages
from helpers.settings import Settings
from helpers.targets.base import Replication
from helpers.targets.clients import Clients
from helpers.targets.environment import aws_environment, aws_session


class AwsTarget:
    """Real AWS, with the learner's own credentials."""

    name = "aws"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.regions = settings.regions
        self._clients = Clients(aws_session, None)

    def client(self, service: str, region: str) -> Any:
        """Return a boto3 client of a service in a Region."""
        return self._clients.control(service, region)

    def probe(self, service: str, region: str) -> Any:
        """Return a boto3 client that sends every call once, for what is measured."""
        return self._clients.probe(service, region)

    def api_url(self, api_id: str, region: str) -> str:
        """Return the URL of a deployed API."""
        return f"https://{api_id}.execute-api.{region}.amazonaws.com/api/"

    def website_url(self, bucket: str, region: str) -> str:
        """Return the address at which a browser finds the objects of a public bucket."""
        return f"https://{bucket}.s3.{region}.amazonaws.com/"

    def api_path(self, url: str) -> str:
        """Return the URL itself: on AWS every browser reaches it."""
        return url

    def page_token(self) -> str:
        """Return "": no page looks into AWS."""
        return ""

    def page_ticket(self) -> str:
        """Return "": no page looks into AWS."""
        return ""

    def environment(self, region: str) -> dict[str, str]:
        """Return the environment in which a command reaches this target."""
        return aws_environment(region)

    def terminal(self, region: str) -> dict[str, str]:
        """Return the environment of a terminal that stays open on this target."""
        return aws_environment(region)

    def describe(self) -> dict[str, str]:
        """Describe what a chart or an export says about its target."""
        return {"target": self.name, "lag_model": ""}

    def unusual(self) -> list[str]:
        """Name the outages that were not ended; one whose time has come is ended."""
        return aws_outages.describe(self, self.regions)

    def offline(self) -> set[str]:
        """Name no Region: AWS says of none that it is offline."""
        return set()

    @contextmanager
    def seen_from(self, place: str) -> Iterator[dict[str, float]]:
        """State that on AWS nobody can be moved; calls take as long as they take from here."""
        print(f"On AWS nobody can move you to {place}: these are your own round trips.")
        yield {}

    @contextmanager
    def reads_behind(self) -> Iterator[None]:
        """Change nothing: on AWS reads are as they are."""
        yield

    def skewed(self, region: str, ahead_ms: float) -> AbstractContextManager[None]:
        """State that nobody can do this.

        Raises:
            RuntimeError: always.
        """
        raise RuntimeError(
            f"Nobody can set the clock of {region} {ahead_ms:g} ms ahead: it is AWS's own."
        )

    def set_outage(self, region: str, *, dark: bool) -> None:
        """Make the functions in a Region that are ours take no calls, for half an hour, or again.

        API Gateway then answers with an error. This is what a class can do to a Region of AWS; the
        table and its replication go on, so nothing is missing elsewhere afterwards.
        """
        act = aws_outages.begin if dark else aws_outages.end
        act(self, region)

    def set_pause(self, source: str, region: str, *, paused: bool) -> None:
        """State that only AWS's Fault Injection Service can do this, and go on."""
        if paused:
            print(
                f"On AWS the Fault Injection Service pauses replication from {source} to {region} "
                "(aws:dynamodb:global-table-pause-replication); the workshop does not."
            )

    def replication(self) -> Replication:
        """State that AWS does not show this.

        Raises:
            RuntimeError: always.
        """
        raise RuntimeError(
            "AWS does not show what is under way between Regions; the local cloud does."
        )

    def true_lags_ms(self, source: str, region: str, last: int) -> list[float]:  # noqa: ARG002
        """Return none: on AWS the lag of a write is known to nobody but AWS."""
        return []

    def alarm_period_s(self, period_s: float) -> float:
        """Return what was asked for."""
        return period_s

    def __repr__(self) -> str:
        return "AWS, with your credentials: what you create there costs money until notebook 10"
