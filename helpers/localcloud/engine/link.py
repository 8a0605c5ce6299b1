"""A link: the images on their way from one Region to another."""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from helpers.localcloud.engine.image import ItemImage, Key


class LinkFullError(RuntimeError):
    """The link holds as many undelivered images as it may; the write was not taken."""


@dataclass(slots=True)
class Flight:
    """One image under way.

    Attributes:
        due_ms: when it arrives, unless something blocks the link.
        sequence: its place among those due at the same moment.
        image: what travels; a later image of the item takes its place where a link coalesces.
    """

    due_ms: float
    sequence: int
    image: ItemImage

    def __lt__(self, other: Flight) -> bool:
        return (self.due_ms, self.sequence) < (other.due_ms, other.sequence)


class ReplicationLink:
    """Carries images one way; two images of one item never overtake each other.

    Images of different items do, as their lags differ (the developer guide promises order for
    each item only).

    Attributes:
        source, target: Region names.
        capacity: how many images may be undelivered; beyond it writes are refused, none is lost.
    """

    def __init__(self, source: str, target: str, capacity: int) -> None:
        self.source = source
        self.target = target
        self.capacity = capacity
        self._heap: list[Flight] = []
        self._last: dict[tuple[Hashable, Key], Flight] = {}
        self._sequence = 0

    def __len__(self) -> int:
        return len(self._heap)

    @property
    def next_due_ms(self) -> float | None:
        """When the next image is due, or None if there is none."""
        return self._heap[0].due_ms if self._heap else None

    def put(self, image: ItemImage, due_ms: float, *, coalesce: bool = False) -> Flight:
        """Take an image along; it is due no earlier than the one of its item before it.

        Args:
            image: what travels.
            due_ms: when it would arrive if it travelled alone.
            coalesce: take the place of an undelivered image of the same item, and its due time,
                so that an item that is always being written still arrives.

        Raises:
            LinkFullError: the link is at its capacity.
        """
        item = (image.table, image.key)
        last = self._last.get(item)
        if last is not None and coalesce:
            last.image = image
            return last
        if len(self._heap) >= self.capacity:
            raise LinkFullError(
                f"The link {self.source} -> {self.target} holds {len(self._heap)} undelivered "
                "images, its capacity. Resume the link or bring its Regions online, then retry."
            )
        if last is not None:
            due_ms = max(due_ms, last.due_ms)
        self._sequence += 1
        flight = Flight(due_ms, self._sequence, image)
        self._last[item] = flight
        heapq.heappush(self._heap, flight)
        return flight

    def resume(self, flight: Flight) -> None:
        """Take back what was under way before a restart, in the order it had set out."""
        self._sequence = max(self._sequence, flight.sequence)
        self._last[flight.image.table, flight.image.key] = flight
        heapq.heappush(self._heap, flight)

    def pop(self) -> Flight:
        """Take off what is due first."""
        flight = heapq.heappop(self._heap)
        item = (flight.image.table, flight.image.key)
        if self._last.get(item) is flight:
            del self._last[item]
        return flight

    def take(self, table: Hashable) -> list[Flight]:
        """Take off everything of a table, due or not, in the order it was to arrive."""
        taken = sorted(flight for flight in self._heap if flight.image.table == table)
        self._heap = [flight for flight in self._heap if flight.image.table != table]
        heapq.heapify(self._heap)
        self._last = {k: v for k, v in self._last.items() if k[0] != table}
        return taken

    def in_flight(self) -> Iterator[Flight]:
        """Iterate over what is undelivered, in no order."""
        return iter(self._heap)
