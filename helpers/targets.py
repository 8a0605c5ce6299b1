"""Targets: the same boto3 clients on real AWS and on the local cloud."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import boto3
from botocore.config import Config

from helpers.localcloud import daemon
from helpers.localcloud.addresses import api_path, api_url
from helpers.settings import Settings

# What the local cloud takes where it is free.
DEFAULT_PORT = daemon.DEFAULT_PORT
_LOCAL_CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
# A probe that retries in silence would report one slow success for a failure and a success.
_CONFIG = Config(connect_timeout=3, read_timeout=15, retries={"total_max_attempts": 1})


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

    def client(self, service: str, region: str) -> Any:
        """Return a boto3 client of a service in a Region."""

    def api_url(self, api_id: str, region: str) -> str:
        """Word the URL of a deployed API."""

    def website_url(self, bucket: str, region: str) -> str:
        """Word the address at which a browser finds the objects of a public bucket."""

    def api_path(self, url: str) -> str:
        """Word the path of a deployed API for a browser that reaches one host only."""

    def environment(self, region: str) -> dict[str, str]:
        """Return the environment in which a command reaches this target."""

    def describe(self) -> dict[str, str]:
        """Say what a chart or an export tells of its target."""

    def seen_from(self, place: str) -> AbstractContextManager[dict[str, float]]:
        """Work for a while as if from a place: its round trip to each Region, in ms."""

    def reads_behind(self) -> AbstractContextManager[None]:
        """Work for a while where eventually consistent reads in a Region may be behind."""

    def set_outage(self, region: str, *, dark: bool) -> None:
        """Take what a viewer reaches of a Region away, or give it back."""

    def set_pause(self, source: str, region: str, *, paused: bool) -> None:
        """Hold what one direction of replication carries, or let it go."""

    def replication(self) -> Replication:
        """Look at what is under way between Regions now."""

    def true_lags_ms(self, source: str, region: str, last: int) -> list[float]:
        """Tell the lags of the last writes from one Region to another, where they are known."""


class _Clients:
    """Makes each boto3 client once: making one costs tens of milliseconds."""

    def __init__(self, session: boto3.Session, endpoint: str | None) -> None:
        self._session = session
        self._endpoint = endpoint
        # AWS means AWS, also in a terminal where AWS_ENDPOINT_URL still names a local cloud.
        self._config = _CONFIG.merge(Config(ignore_configured_endpoint_urls=endpoint is None))
        self._made: dict[tuple[str, str], Any] = {}

    def get(self, service: str, region: str) -> Any:
        if (service, region) not in self._made:
            self._made[service, region] = self._session.client(
                service, region_name=region, endpoint_url=self._endpoint, config=self._config
            )
        return self._made[service, region]


class LocalTarget:
    """The local cloud on this machine."""

    name = "local"

    def __init__(self, cloud: daemon.RunningCloud, settings: Settings) -> None:
        self.cloud = cloud
        self.settings = settings
        self._clients = _Clients(boto3.Session(**_LOCAL_CREDENTIALS), cloud.endpoint)

    def client(self, service: str, region: str) -> Any:
        """Return a boto3 client of a service in a Region."""
        return self._clients.get(service, region)

    def api_url(self, api_id: str, region: str) -> str:
        """Word the URL of a deployed API."""
        return api_url(api_id, region, self.cloud.port)

    def website_url(self, bucket: str, region: str) -> str:  # noqa: ARG002
        """Word the address at which a browser finds the objects of a public bucket."""
        return f"http://localhost:{self.cloud.port}/{bucket}/"

    def api_path(self, url: str) -> str:
        """Word the path of a deployed API for a browser that reaches one host only.

        Its Region, else in the host's name, stands behind the #.
        """
        return api_path(url)

    def environment(self, region: str) -> dict[str, str]:
        """Return the environment in which a command reaches this target."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        return {
            **kept,
            "AWS_ENDPOINT_URL": self.cloud.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": region,
        }

    def describe(self) -> dict[str, str]:
        """Say what a chart or an export tells of its target."""
        status = self.cloud.get("status")
        told = {"target": self.name, "lag_model": status["lag"], "cloud_seed": str(status["seed"])}
        return told | ({"place": status["place"]} if status["place"] else {})

    @contextmanager
    def seen_from(self, place: str) -> Iterator[dict[str, float]]:
        """Work for a while as if from a place: its round trip to each Region, in ms.

        Args:
            place: a city such as berlin, or a Region; `workshop place` lists them.

        Raises:
            CloudError: the place is not known.
        """
        before = self.cloud.get("status")["place"]
        round_trip_ms: dict[str, float] = self.cloud.post("place", {"place": place})[
            "round_trip_ms"
        ]
        try:
            yield round_trip_ms
        finally:
            self.cloud.post("place", {"place": before})

    @contextmanager
    def reads_behind(self) -> Iterator[None]:
        """Have a third of the eventually consistent reads meet a copy that is 5 ms behind.

        The figures are a model of this project; AWS publishes none.
        """
        before = self.cloud.get("status")["reads"]
        self.cloud.post("reads", {"reads": "lagging:0.33,5"})
        try:
            yield
        finally:
            self.cloud.post("reads", {"reads": before})

    def set_outage(self, region: str, *, dark: bool) -> None:
        """Take a whole Region offline, replication included, or bring it back."""
        self.cloud.post(f"regions/{region}", {"state": "offline" if dark else "online"})

    def set_pause(self, source: str, region: str, *, paused: bool) -> None:
        """Hold what one direction of replication carries, or let it go."""
        self.cloud.post(f"links/{source}/{region}", {"state": "paused" if paused else "running"})

    def replication(self) -> Replication:
        """Look at what is under way between Regions now."""
        status = self.cloud.get("status")
        links = {(link["from"], link["to"]): link for link in status["links"]}
        return Replication(
            {name: region["state"] for name, region in status["regions"].items()},
            {ends: link["in_flight"] for ends, link in links.items()},
            {ends for ends, link in links.items() if link["state"] == "paused"},
            max((table["lost_updates"] for table in status["tables"]), default=0),
        )

    def true_lags_ms(self, source: str, region: str, last: int) -> list[float]:
        """Tell the lags of the last writes that arrived, deletes left out, from the journal."""
        known: list[float] = []
        since = 0
        while events := self.cloud.get("events", since=since, limit=5000)["events"]:
            since = events[-1]["sequence"]
            known += [
                event["lag_ms"]
                for event in events
                if event["kind"] == "apply" and not event["deleted"]
                and (event["source"], event["region"]) == (source, region)
            ]  # fmt: skip
        return known[-last:]

    def __repr__(self) -> str:
        return f"the local cloud at {self.cloud.endpoint}, lag {self.describe()['lag_model']}"


class AwsTarget:
    """Real AWS, with the learner's own credentials."""

    name = "aws"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._clients = _Clients(boto3.Session(), None)

    def client(self, service: str, region: str) -> Any:
        """Return a boto3 client of a service in a Region."""
        return self._clients.get(service, region)

    def api_url(self, api_id: str, region: str) -> str:
        """Word the URL of a deployed API."""
        return f"https://{api_id}.execute-api.{region}.amazonaws.com/api/"

    def website_url(self, bucket: str, region: str) -> str:
        """Word the address at which a browser finds the objects of a public bucket."""
        return f"https://{bucket}.s3.{region}.amazonaws.com/"

    def api_path(self, url: str) -> str:
        """Return the URL itself: on AWS every browser reaches it."""
        return url

    def environment(self, region: str) -> dict[str, str]:
        """Return the environment in which a command reaches this target."""
        kept = {k: v for k, v in os.environ.items() if k != "AWS_ENDPOINT_URL"}
        return {**kept, "AWS_DEFAULT_REGION": region}

    def describe(self) -> dict[str, str]:
        """Say what a chart or an export tells of its target."""
        return {"target": self.name, "lag_model": ""}

    @contextmanager
    def seen_from(self, place: str) -> Iterator[dict[str, float]]:
        """Say that on AWS nobody can be moved; calls take as long as they take from here."""
        print(f"On AWS you are where you are, not in {place}: these are your own round trips.")
        yield {}

    @contextmanager
    def reads_behind(self) -> Iterator[None]:
        """Change nothing: on AWS reads are as they are."""
        yield

    def set_outage(self, region: str, *, dark: bool) -> None:
        """Have the API's function in a Region run not at all, or as before.

        API Gateway then answers with an error. This is what a class can do to a Region of AWS; the
        table and its replication go on, so nothing is missing elsewhere afterwards.
        """
        client = self.client("lambda", region)
        for page in client.get_paginator("list_functions").paginate():
            for function in page["Functions"]:
                name = function["FunctionName"]
                if name.startswith("global-serverless-") and dark:
                    client.put_function_concurrency(
                        FunctionName=name, ReservedConcurrentExecutions=0
                    )
                elif name.startswith("global-serverless-"):
                    client.delete_function_concurrency(FunctionName=name)

    def set_pause(self, source: str, region: str, *, paused: bool) -> None:
        """Say that only AWS's Fault Injection Service can do this, and go on."""
        if paused:
            print(
                f"On AWS the Fault Injection Service pauses replication from {source} to {region} "
                "(aws:dynamodb:global-table-pause-replication); the workshop does not."
            )

    def replication(self) -> Replication:
        """Say that AWS does not show this.

        Raises:
            RuntimeError: always.
        """
        raise RuntimeError(
            "AWS shows nobody what is under way between Regions; the local cloud does."
        )

    def true_lags_ms(self, source: str, region: str, last: int) -> list[float]:  # noqa: ARG002
        """Tell none: on AWS the lag of a write is known to nobody but AWS."""
        return []

    def __repr__(self) -> str:
        return "AWS, with your credentials: what you create there costs money until notebook 10"


def connect(**arguments: Any) -> LocalTarget | AwsTarget:
    """Connect to the target, starting the local cloud if it does not run yet.

    Args:
        arguments: any of `Settings`, such as `target="aws"` or `lag="fixed:400"`.

    Raises:
        ValueError: a setting cannot be used.
        CloudError: the local cloud does not start.
    """
    settings = Settings.read(**arguments)
    if settings.target == "aws":
        return AwsTarget(settings)
    cloud = daemon.start(
        settings.state_dir,
        settings.port,
        lag=settings.lag,
        seed=settings.seed,
        timescale=settings.timescale,
        keep=settings.keep,
    )
    return LocalTarget(cloud, settings)
