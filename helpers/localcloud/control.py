"""/_cloud/...: outages, links, lag and events, for panels, tests and the command line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from helpers.localcloud.door.addresses import api_url
from helpers.localcloud.door.answers import json_answer
from helpers.localcloud.driver import Driver
from helpers.localcloud.engine.journal import Event
from helpers.localcloud.engine.lag import parse_lag
from helpers.localcloud.engine.lagging_copy import parse_reads
from helpers.localcloud.kept.keeper import Keeper
from helpers.localcloud.ministack.emulator import Emulator, TableId
from helpers.localcloud.ministack.in_process import Answer
from helpers.localcloud.round_trips import PLACES, REGIONS

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_ROUTES = (
    "GET /_cloud/status, GET /_cloud/events, POST /_cloud/regions/REGION, "
    "POST /_cloud/links/FROM/TO, POST /_cloud/lag, POST /_cloud/place, POST /_cloud/reads"
)


@dataclass(frozen=True)
class About:
    """What stays the same for as long as a local cloud runs; part of its status."""

    port: int
    pid: int
    seed: int
    timescale: float
    state_dir: str
    keep: bool
    round_trip_ms: Mapping[frozenset[str], float]


class BadRequestError(Exception):
    """The request cannot be done; the message says what can."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class Control:
    """Answers the control routes, all of which are JSON in and JSON out."""

    def __init__(self, emulator: Emulator, driver: Driver, about: About, keeper: Keeper) -> None:
        self._emulator = emulator
        self._keeper = keeper
        self._driver = driver
        self.about = about
        self._outages: dict[str, str] = {}
        self._place = ""
        self._settings: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "lag": self._set_lag,
            "place": self._set_place,
            "reads": self._set_reads,
        }

    def outage(self, region: str) -> str:
        """Tell how a Region fails now: "refuse", "hang", or "" while it is online."""
        return self._outages.get(region, "")

    def distance_ms(self, region: str) -> float:
        """Tell the round trip from the caller's place to a Region; 0 while no place is chosen."""
        return self.about.round_trip_ms.get(frozenset((self._place, region)), 0.0)

    def handle(
        self, scope: Mapping[str, Any], headers: Mapping[bytes, bytes], body: bytes
    ) -> Answer:
        """Answer one control request."""
        try:
            method, path = scope["method"], scope["path"]
            payload = _read_payload(method, headers, body)
            answer = self._route(method, path, payload, parse_qs(scope["query_string"].decode()))
            # The lag is given at each start; the rest is as it was.
            if method == "POST" and not path.endswith("/lag"):
                self._keeper.setting_changed(path, payload)
            return json_answer(answer)
        except (BadRequestError, ValueError) as wrong:
            status = wrong.status if isinstance(wrong, BadRequestError) else 400
            return json_answer({"message": str(wrong)}, status)

    def restore(self) -> None:
        """Set again what was set before a restart."""
        for path, payload in self._keeper.settings().items():
            self._route("POST", path, payload, {})

    def _route(
        self, method: str, path: str, payload: dict[str, Any], query: dict[str, list[str]]
    ) -> dict[str, Any]:
        match method, path.strip("/").split("/")[1:]:
            case "GET", ["status"]:
                return self.status()
            case "GET", ["events"]:
                since = int(query.get("since", ["0"])[0])
                limit = int(query.get("limit", ["1000"])[0])
                return self._events(since, limit)
            case "POST", ["regions", region]:
                return self._set_region(region, payload)
            case "POST", ["links", source, target]:
                return self._set_link(source, target, payload)
            case "POST", [setting] if setting in self._settings:
                return self._settings[setting](payload)
        raise BadRequestError(f"No such route: {method} {path}. There are: {_ROUTES}.", 404)

    # -- what is -------------------------------------------------------------------------

    def status(self) -> dict[str, Any]:
        """Describe the cloud: Regions, links, tables, deployed APIs."""
        engine, about = self._driver.engine, self.about
        apis = self._emulator.apis()
        tables = self._emulator.tables()
        regions = sorted({a["region"] for a in apis} | {r for _, r in tables} | set(self._outages))
        return {
            "endpoint": f"http://127.0.0.1:{about.port}",
            "port": about.port,
            "pid": about.pid,
            "seed": about.seed,
            "timescale": about.timescale,
            "state_dir": about.state_dir,
            "keep": about.keep,
            "now_ms": round(self._driver.now_ms(), 3),
            "lag": engine.lag.name,
            "place": self._place,
            "reads": self._driver.copy.model.name,
            "regions": {r: {"state": self._state(r)} for r in regions},
            "links": self._links(regions),
            "tables": [
                {
                    "name": table.name,
                    "region": region,
                    "items": len(self._emulator.items(table, region)),
                    "replicas": engine.regions(table),
                    "lost_updates": engine.lost_updates[table],
                }
                for table, region in sorted(tables)
            ],
            "apis": [{**api, "url": api_url(api["id"], api["region"], about.port)} for api in apis],
            "counts": dict(engine.journal.counts),
            "last_event": engine.journal.last_sequence,
        }

    def _links(self, regions: list[str]) -> list[dict[str, Any]]:
        engine = self._driver.engine
        in_flight = engine.in_flight()
        named = engine.faults.paused | set(engine.link_lags) | set(in_flight)
        replicating = {
            (a, b)
            for table in engine.tables()
            for a in engine.regions(table)
            for b in engine.regions(table)
            if a != b
        }
        return [
            {
                "from": source,
                "to": target,
                "state": "paused" if (source, target) in engine.faults.paused else "running",
                "lag": engine.link_lags.get((source, target), engine.lag).name,
                "in_flight": in_flight.get((source, target), 0),
            }
            for source, target in sorted(named | replicating)
            if source in regions or (source, target) in named
        ]

    def _state(self, region: str) -> str:
        return "offline" if region in self._outages else "online"

    def _events(self, since: int, limit: int) -> dict[str, Any]:
        journal = self._driver.engine.journal
        events = [event_json(event) for event in journal.since(since, limit)]
        return {"events": events, "last_event": journal.last_sequence}

    # -- what shall be -------------------------------------------------------------------

    def _set_region(self, region: str, payload: dict[str, Any]) -> dict[str, Any]:
        _check_region(region)
        state, how = payload.get("state"), payload.get("how", "refuse")
        if state not in ("offline", "online") or how not in ("refuse", "hang"):
            raise BadRequestError(
                'Send {"state": "offline"} or {"state": "online"}; offline takes "how": '
                f'"refuse" (the default) or "hang". Got {payload}.'
            )
        engine = self._driver.engine
        if state == "offline":
            self._outages[region] = how
            engine.faults.offline.add(region)
        else:
            self._outages.pop(region, None)
            engine.faults.offline.discard(region)
        engine.journal.note("outage", self._driver.now_ms(), region=region, state=state)
        self._driver.pump()
        return {"region": region, "state": self._state(region)}

    def _set_link(self, source: str, target: str, payload: dict[str, Any]) -> dict[str, Any]:
        _check_region(source)
        _check_region(target)
        engine, ends = self._driver.engine, (source, target)
        state = payload.get("state")
        if source == target or not payload or state not in (None, "paused", "running"):
            raise BadRequestError(
                'Send {"state": "paused"} or {"state": "running"} and/or {"lag": "fixed:400"} for '
                f"a link between two Regions. Got {payload} for {source} -> {target}."
            )
        if "lag" in payload:
            engine.link_lags[ends] = parse_lag(str(payload["lag"]), self.about.round_trip_ms)
        if state == "paused":
            engine.faults.paused.add(ends)
        elif state == "running":
            engine.faults.paused.discard(ends)
        engine.journal.note("link", self._driver.now_ms(), source=source, region=target, **payload)
        self._driver.pump()
        lag = engine.link_lags.get(ends, engine.lag).name
        now = "paused" if ends in engine.faults.paused else "running"
        return {"from": source, "to": target, "state": now, "lag": lag}

    def _set_lag(self, payload: dict[str, Any]) -> dict[str, Any]:
        engine = self._driver.engine
        engine.lag = parse_lag(str(payload.get("lag", "")), self.about.round_trip_ms)
        engine.link_lags.clear()
        engine.journal.note("lag", self._driver.now_ms(), lag=engine.lag.name)
        return {"lag": engine.lag.name}

    def _set_place(self, payload: dict[str, Any]) -> dict[str, Any]:
        place = payload.get("place")
        if place not in ("", *PLACES, *REGIONS):
            raise BadRequestError(
                f'{place!r} is no place. Send {{"place": NAME}} with one of: '
                f'{", ".join(PLACES)}; or a Region; or "" to add no distance.'
            )
        self._place = str(place)
        self._driver.engine.journal.note("place", self._driver.now_ms(), place=place)
        trips = {region: self.distance_ms(region) for region in REGIONS}
        return {"place": place, "round_trip_ms": trips}

    def _set_reads(self, payload: dict[str, Any]) -> dict[str, Any]:
        self._driver.copy.model = parse_reads(str(payload.get("reads", "")))
        reads = self._driver.copy.model.name
        self._driver.engine.journal.note("reads", self._driver.now_ms(), reads=reads)
        return {"reads": reads}


def event_json(event: Event) -> dict[str, Any]:
    """Word an event of the journal as JSON has it: a table by its name."""
    table = event.get("table")
    return {**event, "table": table.name} if isinstance(table, TableId) else event


def _check_region(region: str) -> None:
    if not _REGION.fullmatch(region):
        raise BadRequestError(f"{region!r} is not a Region's name, such as us-west-2.")


def _read_payload(method: str, headers: Mapping[bytes, bytes], body: bytes) -> dict[str, Any]:
    if method == "GET":
        return {}
    # A web page cannot send this type to another origin without asking first, and is refused then.
    if not headers.get(b"content-type", b"").lower().startswith(b"application/json"):
        raise BadRequestError("Send JSON, with Content-Type: application/json.", 415)
    try:
        payload = json.loads(body or b"{}")
    except ValueError as wrong:
        raise BadRequestError(f"The body is not JSON: {wrong}.") from wrong
    if not isinstance(payload, dict):
        raise BadRequestError("The body must be a JSON object.")
    return payload
