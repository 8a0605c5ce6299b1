"""The engine: takes committed writes, ships their images, and lets the later stamp win.

It is stepped from outside. `commit` hands it a write, `deliver` lets it decide what has arrived
by now, `next_due_ms` says when to come back. Storage is not its business: what it accepted, the
caller applies, in the order given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from helpers.localcloud.engine.faults import Faults
from helpers.localcloud.engine.filling import Filling
from helpers.localcloud.engine.image import Item, ItemImage, Key, Version, concurrent
from helpers.localcloud.engine.journal import Journal
from helpers.localcloud.engine.lag import LagModel, Random
from helpers.localcloud.engine.link import Flight, LinkFullError, ReplicationLink
from helpers.localcloud.engine.stamp import Clock, HybridClock, wins

Table = Hashable


@dataclass(frozen=True, slots=True)
class Commit:
    """A write that was taken: its image, and the flights that carry it, by target Region."""

    image: ItemImage
    flights: Mapping[str, Flight]


@dataclass(frozen=True, slots=True)
class Arrival:
    """An image that reached a replica.

    Attributes:
        image: what arrived.
        source, region: where it comes from, and where it is now.
        sequence: of its flight on that link.
        accepted: whether it is to be stored; otherwise a later image stands there.
        conflict: whether the image and the one it met had not seen each other.
        lag_ms: from the commit at the source to the arrival here.
    """

    image: ItemImage
    source: str
    region: str
    sequence: int
    accepted: bool
    conflict: bool
    lag_ms: float


class Engine:
    """Replicates tables between Regions, asynchronously, last writer wins.

    Args:
        lag: the lag of every link that has no model of its own.
        random: where lags and duplications are drawn from; seed it to repeat a run.
        link_capacity: how many images each link may hold undelivered.
        coalesce: let a later image of an item take the place of one that is still under way, as
            global tables may.
        clock: makes the clock of a Region.
    """

    def __init__(
        self,
        lag: LagModel,
        random: Random,
        *,
        journal: Journal | None = None,
        link_capacity: int = 100_000,
        coalesce: bool = False,
        clock: Callable[[str], Clock] = HybridClock,
    ) -> None:
        self.lag = lag
        self.link_lags: dict[tuple[str, str], LagModel] = {}
        self.table_lags: dict[Table, LagModel] = {}
        self.faults = Faults()
        self.journal = journal or Journal()
        self.lost_updates: Counter[Table] = Counter()
        self._random = random
        self.link_capacity = link_capacity
        self.coalesce = coalesce
        self._clocks: dict[str, Clock] = {}
        self._make_clock = clock
        self._replicas: dict[Table, dict[str, dict[Key, Version]]] = {}
        self._links: dict[tuple[str, str], ReplicationLink] = {}
        self._fillings: dict[Table, dict[str, Filling]] = {}

    # -- who replicates what -------------------------------------------------------------

    def regions(self, table: Table) -> list[str]:
        """List the Regions that hold a replica of a table, in the order they joined."""
        return list(self._replicas.get(table, {}))

    def tables(self) -> list[Table]:
        """List the tables the engine replicates."""
        return list(self._replicas)

    def versions(self, table: Table, region: str) -> Mapping[Key, Version]:
        """Return the version of every item of a replica, deleted ones included."""
        return self._replicas[table][region]

    def join(self, table: Table, region: str, versions: Mapping[Key, Version]) -> None:
        """Add a replica that already holds items of these versions."""
        self._replicas.setdefault(table, {})[region] = dict(versions)
        if versions:
            self._clock(region).observe(max(version.stamp for version in versions.values()))

    def adopt(self, table: Table, region: str, keys: Iterable[Key], now_ms: float) -> None:
        """Make the first replica out of a table that has these items already, or go on with it.

        What has been written since it was begun has a version, and keeps that.
        """
        clock = self._clock(region)
        stamp = clock.stamp(self.faults.wall_us(region, now_ms))
        version = Version(stamp, {region: stamp})
        held = self._replicas.setdefault(table, {}).setdefault(region, {})
        for key in keys:
            held.setdefault(key, version)

    def fill(self, table: Table, region: str) -> Filling:
        """Begin to fill a new replica from all there are; it joins with `filled`."""
        filling = Filling(self._replicas[table])
        self._fillings.setdefault(table, {})[region] = filling
        return filling

    def filled(self, table: Table, region: str) -> None:
        """Add a replica that has taken all there is to take.

        Raises:
            RuntimeError: there is more.
        """
        if not self._fillings[table][region].done:
            raise RuntimeError(f"{region} has not taken all items of {table} yet.")
        filling = self._fillings[table].pop(region)
        if not self._fillings[table]:
            del self._fillings[table]
        self._replicas[table][region] = filling.versions
        if filling.latest is not None:
            self._clock(region).observe(filling.latest)

    def resume(self, source: str, target: str, flight: Flight) -> None:
        """Take back what was on a link before a restart."""
        self._link(source, target).resume(flight)

    def leave(self, table: Table, region: str) -> None:
        """Remove a replica, or one that is being filled.

        What was under way to it is dropped, what it sent still arrives.
        """
        replicas = self._replicas.get(table, {})
        replicas.pop(region, None)
        self._fillings.get(table, {}).pop(region, None)
        for link in self._links.values():
            if link.target == region:
                link.take(table)
        if not replicas:
            self._replicas.pop(table, None)

    # -- the life of one write -----------------------------------------------------------

    def room(self, table: Table, region: str) -> int:
        """Return how many more writes of this table the Region can take before a link is full."""
        targets = [r for r in self.regions(table) if r != region]
        return min(
            (link.capacity - len(link) for link in (self._link(region, t) for t in targets)),
            default=self.link_capacity,
        )

    def commit(
        self, table: Table, region: str, key: Key, item: Item | None, now_ms: float
    ) -> Commit:
        """Stamp a write that a Region has just made, and ship it to every other replica.

        Raises:
            LinkFullError: a link is at its capacity; nothing was changed.
            KeyError: the Region holds no replica of the table.
        """
        replica = self._replicas[table][region]
        if self.room(table, region) < 1:
            raise LinkFullError(f"No room on the links out of {region}; the write was refused.")
        held = replica.get(key)
        clock = self._clock(region)
        if held is not None:
            clock.observe(held.stamp)
        stamp = clock.stamp(self.faults.wall_us(region, now_ms))
        seen = {**(held.seen if held else {}), region: stamp}
        image = ItemImage(table, key, item, Version(stamp, seen), now_ms)
        replica[key] = image.version
        for filling in self._fillings.get(table, {}).values():
            filling.written(key)
        self.journal.note("write", now_ms, region=region, **_describe(image))
        targets = [target for target in self._replicas[table] if target != region]
        return Commit(image, {t: self._ship(image, region, t, now_ms) for t in targets})

    def next_due_ms(self) -> float | None:
        """Return when `deliver` next has something to do, None if nothing can arrive."""
        due = [
            link.next_due_ms
            for link in self._links.values()
            if link.next_due_ms is not None and not self.faults.blocks(link.source, link.target)
        ]
        return min(due, default=None)

    def deliver(self, now_ms: float) -> list[Arrival]:
        """Let everything arrive that is due by now, earliest first, and decide each."""
        arrivals: list[Arrival] = []
        while (link := self._next_link(now_ms)) is not None:
            flight = link.pop()
            if link.target in self._replicas.get(flight.image.table, {}):
                arrivals.append(self._decide(flight, link, now_ms))
        return arrivals

    def catch_up(self, table: Table, region: str, now_ms: float) -> list[Arrival]:
        """Let everything that is under way to a replica arrive now, due or not.

        Strong consistency needs it: the journal that all Regions share has these writes already,
        so neither their lag nor a link that is cut keeps them from a Region that can read it.
        """
        return [
            self._decide(flight, link, now_ms)
            for link in self._links.values()
            if link.target == region
            for flight in link.take(table)
        ]

    def in_flight(self) -> dict[tuple[str, str], int]:
        """Count the undelivered images of every link."""
        return {ends: len(link) for ends, link in self._links.items()}

    def flights(self) -> Iterator[tuple[str, str, Flight]]:
        """Iterate over what is under way: source, target and flight, in no order."""
        for (source, target), link in self._links.items():
            yield from ((source, target, flight) for flight in link.in_flight())

    # -- inner parts ---------------------------------------------------------------------

    def _clock(self, region: str) -> Clock:
        if region not in self._clocks:
            self._clocks[region] = self._make_clock(region)
        return self._clocks[region]

    def _link(self, source: str, target: str) -> ReplicationLink:
        ends = (source, target)
        if ends not in self._links:
            self._links[ends] = ReplicationLink(source, target, self.link_capacity)
        return self._links[ends]

    def _ship(self, image: ItemImage, source: str, target: str, now_ms: float) -> Flight:
        link = self._link(source, target)
        flight = self._put(link, image, now_ms)
        twice = self._random.random() < self.faults.duplicate_probability
        if twice and len(link) < link.capacity:
            self._put(link, image, now_ms)
        self.journal.note(
            "ship", now_ms, source=source, region=target, due_ms=round(flight.due_ms, 3),
            **_describe(image),
        )  # fmt: skip
        return flight

    def _put(self, link: ReplicationLink, image: ItemImage, now_ms: float) -> Flight:
        ends = (link.source, link.target)
        model = self.table_lags.get(image.table) or self.link_lags.get(ends, self.lag)
        lag_ms = model.draw_ms(self._random, *ends)
        lag_ms += self.faults.added_lag_ms.get(ends, 0.0)
        return link.put(image, now_ms + lag_ms, coalesce=self.coalesce)

    def _next_link(self, now_ms: float) -> ReplicationLink | None:
        ready = [
            (link.next_due_ms, ends)
            for ends, link in self._links.items()
            if link.next_due_ms is not None
            and link.next_due_ms <= now_ms
            and not self.faults.blocks(link.source, link.target)
        ]
        return self._links[min(ready)[1]] if ready else None

    def _decide(self, flight: Flight, link: ReplicationLink, now_ms: float) -> Arrival:
        image, region = flight.image, link.target
        replica = self._replicas[image.table][region]
        held = replica.get(image.key)
        self._clock(region).observe(image.version.stamp)
        accepted = held is None or wins(image.version.stamp, held.stamp)
        conflict = held is not None and concurrent(image.version, held)
        arrival = Arrival(
            image, link.source, region, flight.sequence, accepted, conflict,
            now_ms - image.committed_ms,
        )  # fmt: skip
        self._note(arrival, held, now_ms)
        if accepted:
            replica[image.key] = image.version
        return arrival

    def _note(self, arrival: Arrival, held: Version | None, now_ms: float) -> None:
        image = arrival.image
        details = {"source": arrival.source, "region": arrival.region, **_describe(image)}
        lag_ms = round(arrival.lag_ms, 3)
        self.journal.note(
            "apply" if arrival.accepted else "discard", now_ms, lag_ms=lag_ms, **details
        )
        if held is None or not arrival.conflict:
            return
        winner, loser = image.version.stamp, held.stamp
        if not arrival.accepted:
            winner, loser = loser, winner
        # A lost update stands last in the Region that acknowledged it: counted there, it is
        # counted once, however many replicas see the two images meet.
        lost_here = arrival.accepted and loser.region == arrival.region
        self.lost_updates[image.table] += lost_here
        self.journal.note(
            "conflict", now_ms, winner=winner.region, loser=loser.region, lost_here=lost_here,
            **details,
        )  # fmt: skip


def _describe(image: ItemImage) -> dict[str, object]:
    stamp = image.version.stamp
    return {
        "table": image.table,
        "key": image.key,
        "stamp": [stamp.time_us, stamp.counter, stamp.region],
        "deleted": image.item is None,
    }
