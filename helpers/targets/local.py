"""The local cloud as a target."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from helpers.localcloud.alarm_rule import lasting_s
from helpers.localcloud.door.addresses import api_path, api_url
from helpers.localcloud.process import daemon
from helpers.settings import Settings
from helpers.status import unusual
from helpers.targets.base import Replication
from helpers.targets.clients import Clients
from helpers.targets.environment import local_environment, local_session, terminal_environment
from helpers.targets.holding import holding


class LocalTarget:
    """The local cloud on this machine."""

    name = "local"

    def __init__(self, cloud: daemon.RunningCloud, settings: Settings) -> None:
        self.cloud = cloud
        self.settings = settings
        self.regions = settings.regions
        self._clients = Clients(lambda: local_session(cloud), cloud.endpoint)

    def client(self, service: str, region: str) -> Any:
        """Return a boto3 client of a service in a Region."""
        return self._clients.control(service, region)

    def probe(self, service: str, region: str) -> Any:
        """Return a boto3 client that sends every call once, for what is measured."""
        return self._clients.probe(service, region)

    def api_url(self, api_id: str, region: str) -> str:
        """Return the URL of a deployed API."""
        return api_url(api_id, region, self.cloud.port)

    def website_url(self, bucket: str, region: str) -> str:  # noqa: ARG002
        """Return the address at which a browser finds the objects of a public bucket."""
        return f"http://localhost:{self.cloud.port}/{bucket}/"

    def api_path(self, url: str) -> str:
        """Return the path of a deployed API for a browser that reaches one host only.

        Its Region, else in the host's name, stands behind the #.
        """
        return api_path(url)

    def page_token(self) -> str:
        """Return what lets a page look into this cloud and steer it, "" where nothing does.

        It belongs behind the # of an address that a person opens, and in no output or file.
        """
        return self.cloud.keys.token

    def page_ticket(self) -> str:
        """Return what a page may exchange for that token in the next two minutes, "" elsewhere.

        It may stand in an output that is kept: by then it opens nothing.
        """
        return self.cloud.keys.ticket(time.time()) if self.page_token() else ""

    def environment(self, region: str) -> dict[str, str]:
        """Return the environment in which a command reaches this target."""
        return local_environment(self.cloud, region)

    def terminal(self, region: str) -> dict[str, str]:
        """Return the environment of a terminal that stays open on this target."""
        return terminal_environment(self.cloud, region)

    def describe(self) -> dict[str, str]:
        """Describe what a chart or an export says about its target."""
        status = self.cloud.get("status")
        told = {
            "target": self.name, "lag_model": status["lag"], "lag_exactly": status["lag_exactly"],
            "cloud_seed": str(status["seed"]),
        }  # fmt: skip
        return told | ({"place": status["place"]} if status["place"] else {})

    def unusual(self) -> list[str]:
        """Name what was changed and not changed back, with the command that undoes it."""
        return unusual(self.cloud.get("status"), self.settings.lag)

    def offline(self) -> set[str]:
        """Name the Regions that are offline."""
        regions = self.cloud.get("status")["regions"]
        return {name for name, now in regions.items() if now["state"] == "offline"}

    @contextmanager
    def seen_from(self, place: str) -> Iterator[dict[str, float]]:
        """Work for a while as if from a place: its round trip to each Region, in ms.

        Args:
            place: a city such as berlin, or a Region; `workshop place` lists them.

        Raises:
            CloudError: the place is not known.
        """
        held = holding(self.cloud)
        round_trip_ms: dict[str, float] = held.take("place", {"place": place})["round_trip_ms"]
        try:
            yield round_trip_ms
        finally:
            held.give_back("place")

    @contextmanager
    def reads_behind(self) -> Iterator[None]:
        """Make a third of the eventually consistent reads meet a copy that is 5 ms behind.

        The figures are a model of this project; AWS publishes none.
        """
        held = holding(self.cloud)
        held.take("reads", {"reads": "lagging:0.33,5"})
        try:
            yield
        finally:
            held.give_back("reads")

    @contextmanager
    def skewed(self, region: str, ahead_ms: float) -> Iterator[None]:
        """Work for a while with the clock of a Region ahead of the others; as in `set_outage`."""
        held, route = holding(self.cloud), f"clocks/{region}"
        held.take(route, {"ahead_ms": ahead_ms})
        try:
            yield
        finally:
            held.give_back(route)

    def set_outage(self, region: str, *, dark: bool) -> None:
        """Take a whole Region offline, replication included, or bring it back.

        It ends with this process at the latest. What was made by hand stays as it is.
        """
        held, route = holding(self.cloud), f"regions/{region}"
        if dark:
            held.take(route, {"state": "offline"})
        else:
            held.give_back(route)

    def set_pause(self, source: str, region: str, *, paused: bool) -> None:
        """Pause one direction of replication, or resume it; as in `set_outage`."""
        held, route = holding(self.cloud), f"links/{source}/{region}"
        if paused:
            held.take(route, {"state": "paused"})
        else:
            held.give_back(route)

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
        """Return the lags of the last writes that arrived, deletes left out, from the journal."""
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

    def alarm_period_s(self, period_s: float) -> float:
        """Return how long a period of an alarm takes on this cloud's timescale."""
        return lasting_s(period_s, self.cloud.get("status")["timescale"])

    def __repr__(self) -> str:
        who = f" as {self.cloud.learner}" if self.cloud.learner else ""
        return f"the local cloud at {self.cloud.endpoint}{who}, lag {self.describe()['lag_model']}"
