"""/_cloud/...: outages, links, lag and events, for panels, tests and the command line."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from helpers.localcloud.control_requests import (
    ROUTES,
    BadRequestError,
    Change,
    read_age,
    read_change,
    read_payload,
    read_window,
)
from helpers.localcloud.door.addresses import api_url
from helpers.localcloud.door.answers import json_answer
from helpers.localcloud.driver import Driver
from helpers.localcloud.engine.journal import Event
from helpers.localcloud.engine.lag import parse_lag, short_name
from helpers.localcloud.engine.lagging_copy import parse_reads
from helpers.localcloud.kept.keeper import Keeper
from helpers.localcloud.leases import Leases
from helpers.localcloud.ministack.emulator import Emulator, TableId
from helpers.localcloud.ministack.in_process import Answer
from helpers.localcloud.round_trips import REGIONS


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


class Control:
    """Answers the control routes, all of which are JSON in and JSON out."""

    def __init__(
        self,
        emulator: Emulator,
        driver: Driver,
        about: About,
        keeper: Keeper,
        age: Callable[[float], None],
    ) -> None:
        self._age = age
        self._emulator = emulator
        self._keeper = keeper
        self._driver = driver
        self.about = about
        self._leases = Leases()
        self._timer: asyncio.TimerHandle | None = None
        self._place = ""
        self._first_lag = driver.engine.lag.name
        self._effects: dict[str, Callable[..., None]] = {
            "outage": self._outage,
            "pause": self._pause,
            "lag": self._lag,
            "place": self._distance,
            "reads": self._reads,
            "clock": self._clock,
        }

    def outage(self, region: str) -> str:
        """Return how a Region fails now: "refuse", "hang", or "" while it is online."""
        faults = self._driver.engine.faults
        if region not in faults.offline:
            return ""
        return "hang" if region in faults.hanging else "refuse"

    def distance_ms(self, region: str) -> float:
        """Return the round trip from the caller's place to a Region; 0 while no place is chosen."""
        return self.about.round_trip_ms.get(frozenset((self._place, region)), 0.0)

    def handle(
        self, scope: Mapping[str, Any], headers: Mapping[bytes, bytes], body: bytes
    ) -> Answer:
        """Answer one control request."""
        try:
            method, path = scope["method"], scope["path"]
            payload = read_payload(method, headers, body)
            query = parse_qs(scope["query_string"].decode())
            return json_answer(self._route(method, path, payload, query))
        except (BadRequestError, ValueError) as wrong:
            status = wrong.status if isinstance(wrong, BadRequestError) else 400
            return json_answer({"message": str(wrong)}, status)

    def restore(self) -> None:
        """Set again what was set before a restart; the lag is given at each start."""
        for path, payload in self._keeper.settings_of_old().items():
            parts = path.strip("/").split("/")[1:]
            with _left_out(path):
                change = read_change(parts, payload, self.about.round_trip_ms)
                self._take_effect(self._leases.set_by_hand(change.values if change else {}))
        kept = self._keeper.settings()
        for name in sorted(self._leases.restore(kept, self._driver.now_ms())):
            with _left_out(name):
                self._take_effect({name})

    def _route(
        self, method: str, path: str, payload: dict[str, Any], query: dict[str, list[str]]
    ) -> dict[str, Any]:
        parts = path.strip("/").split("/")[1:]
        match method, parts:
            case "GET", ["status"]:
                return self.status()
            case "GET", ["events"]:
                return self._events(*read_window(query))
            case "POST", ["age"]:
                hours = read_age(payload)
                self._age(hours)
                self._note("age", hours=hours)
                return {"hours": hours}
            case "POST", _:
                change = read_change(parts, payload, self.about.round_trip_ms)
                if change is not None:
                    return self._change(parts, change)
        raise BadRequestError(f"No such route: {method} {path}. There are: {ROUTES}.", 404)

    # -- what is -------------------------------------------------------------------------

    def status(self) -> dict[str, Any]:
        """Describe the cloud: Regions, links, tables, deployed APIs."""
        engine, about = self._driver.engine, self.about
        apis = self._emulator.apis()
        tables = self._emulator.tables()
        dark = engine.faults.offline
        skewed = set(engine.faults.skew_ms)
        regions = sorted({a["region"] for a in apis} | {r for _, r in tables} | dark | skewed)
        return {
            "endpoint": f"http://127.0.0.1:{about.port}",
            "port": about.port,
            "pid": about.pid,
            "seed": about.seed,
            "timescale": about.timescale,
            "state_dir": about.state_dir,
            "keep": about.keep,
            "now_ms": round(self._driver.now_ms(), 3),
            "lag": short_name(engine.lag.name),
            "lag_exactly": engine.lag.name,
            "started_lag": short_name(self._first_lag),
            "place": self._place,
            "reads": self._driver.copy.model.name,
            "regions": {r: self._region(r) for r in regions},
            "links": self._links(regions),
            "leases": [
                {"setting": name, "value": _told(value), **self._ends(name)}
                for name, value in self._leases.held()
            ],
            "tables": [
                {
                    "name": table.name,
                    "region": region,
                    "items": self._emulator.count(table, region),
                    # A table of the same name elsewhere may be none of them.
                    "replicas": members if region in members else [],
                    "lost_updates": engine.lost_updates[table] if region in members else 0,
                }
                for table, region in sorted(tables)
                for members in [engine.regions(table)]
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
            self._link(source, target, in_flight.get((source, target), 0))
            for source, target in sorted(named | replicating)
            if source in regions or (source, target) in named
        ]

    def _link(self, source: str, target: str, in_flight: int) -> dict[str, Any]:
        engine, ends = self._driver.engine, (source, target)
        return {
            "from": source,
            "to": target,
            "state": "paused" if ends in engine.faults.paused else "running",
            "lag": short_name(engine.link_lags.get(ends, engine.lag).name),
            "in_flight": in_flight,
            **self._ends(f"lag {source} {target}"),
            **self._ends(f"pause {source} {target}"),
        }

    def _region(self, region: str) -> dict[str, Any]:
        how = self.outage(region)
        told: dict[str, Any] = {"state": "offline", "how": how} if how else {"state": "online"}
        told |= self._ends(f"outage {region}")
        ahead_ms = self._driver.engine.faults.skew_ms.get(region)
        if ahead_ms is None:
            return told
        return self._ends(f"clock {region}") | told | {"ahead_ms": ahead_ms}

    def _ends(self, name: str) -> dict[str, float]:
        ends_in_s = self._leases.ends_in_s(name, self._driver.now_ms())
        return {} if ends_in_s is None else {"ends_in_s": ends_in_s}

    def _events(self, since: int, limit: int) -> dict[str, Any]:
        journal = self._driver.engine.journal
        events = [event_json(event) for event in journal.since(since, limit)]
        return {"events": events, "last_event": journal.last_sequence}

    # -- what shall be -------------------------------------------------------------------

    def _change(self, parts: list[str], change: Change) -> dict[str, Any]:
        """Do what was read and found to be in order."""
        now_ms = self._driver.now_ms()
        until_ms = now_ms + change.lease_s * 1000
        if not change.owner:
            values = dict(change.values)
            if "lag" in values:
                # Said of all links, it goes for those that had one of their own.
                values |= {f"lag {a} {b}": "" for a, b in self._driver.engine.link_lags}
            concerned = self._leases.set_by_hand(values)
        elif change.values:
            concerned = self._leases.take(change.owner, change.values, until_ms)
        elif change.lease_s:
            concerned = set()
            if not self._leases.renew(change.owner, until_ms):
                raise BadRequestError(f"No lease of {change.owner}: it has ended.", 404)
        else:
            concerned = self._leases.end(change.owner)
        self._take_effect(concerned)
        self._keeper.settings_changed(self._leases.kept())
        return self._answer(parts)

    def _take_effect(self, names: set[str]) -> None:
        """Set settings to what they now should be, and wake up for the next lease that ends."""
        for name in sorted(names):
            kind, *of = name.split()
            self._effects[kind](*of, value=self._leases.value(name))
        if names:
            self._driver.pump()
        self._wake()

    def _wake(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        end_ms = self._leases.next_end_ms()
        if end_ms is not None:
            delay_s = max(0.0, end_ms - self._driver.now_ms()) / 1000
            self._timer = asyncio.get_running_loop().call_later(delay_s, self._expire)

    def _expire(self) -> None:
        ended = self._leases.expire(self._driver.now_ms())
        self._take_effect(ended)
        if ended:
            self._keeper.settings_changed(self._leases.kept())

    def _answer(self, parts: list[str]) -> dict[str, Any]:
        """Describe how that stands which was asked for."""
        engine = self._driver.engine
        match parts:
            case ["regions" | "clocks", region]:
                return {"region": region, **self._region(region)}
            case ["links", source, target]:
                in_flight = engine.in_flight().get((source, target), 0)
                return self._link(source, target, in_flight)
            case ["place"]:
                trips = {region: self.distance_ms(region) for region in REGIONS}
                return {"place": self._place, "round_trip_ms": trips}
            case ["leases", owner]:
                return {"owner": owner}
        now = {"lag": short_name(engine.lag.name), "reads": self._driver.copy.model.name}
        return {parts[0]: now[parts[0]]}

    def _outage(self, region: str, *, value: str | None) -> None:
        faults = self._driver.engine.faults
        faults.offline.discard(region)
        faults.hanging.discard(region)
        if value:
            faults.offline.add(region)
        if value == "hang":
            faults.hanging.add(region)
        self._note("outage", region=region, state="offline" if value else "online")

    def _pause(self, source: str, target: str, *, value: bool | None) -> None:
        paused = self._driver.engine.faults.paused
        (paused.add if value else paused.discard)((source, target))
        state = "paused" if value else "running"
        self._note("link", source=source, region=target, state=state)

    def _lag(self, source: str = "", target: str = "", *, value: str | None) -> None:
        engine, trips = self._driver.engine, self.about.round_trip_ms
        if not source:
            engine.lag = parse_lag(value or self._first_lag, trips)
            self._note("lag", lag=short_name(engine.lag.name))
            return
        engine.link_lags.pop((source, target), None)
        if value:
            engine.link_lags[source, target] = parse_lag(value, trips)
        now = engine.link_lags.get((source, target), engine.lag).name
        self._note("link", source=source, region=target, lag=short_name(now))

    def _clock(self, region: str, *, value: float | None) -> None:
        skew_ms = self._driver.engine.faults.skew_ms
        skew_ms.pop(region, None)
        if value:
            skew_ms[region] = value
        self._note("clock", region=region, ahead_ms=value or 0.0)

    def _distance(self, *, value: str | None) -> None:
        self._place = value or ""
        self._note("place", place=self._place)

    def _reads(self, *, value: str | None) -> None:
        self._driver.copy.model = parse_reads(value or "latest")
        self._note("reads", reads=self._driver.copy.model.name)

    def _note(self, kind: str, **details: object) -> None:
        self._driver.engine.journal.note(kind, self._driver.now_ms(), **details)


def _told(value: Any) -> Any:
    return short_name(value) if isinstance(value, str) else value


@contextmanager
def _left_out(setting: str) -> Iterator[None]:
    """Go on without a setting of another release that is none here, and say so in the log."""
    try:
        yield
    except (BadRequestError, KeyError, TypeError, ValueError) as wrong:
        said = f"The kept setting {setting!r} is not valid here and was left out: {wrong}"
        print(said, file=sys.stderr)


def event_json(event: Event) -> dict[str, Any]:
    """Format an event of the journal as JSON has it: a table by its name."""
    table = event.get("table")
    return {**event, "table": table.name} if isinstance(table, TableId) else event
