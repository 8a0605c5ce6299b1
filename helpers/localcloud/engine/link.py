"""A link: the images on their way from one Region to another."""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Iterator

from helpers.localcloud.engine.image import ItemImage, Key


class LinkFullError(RuntimeError):
    """The link holds as many undelivered images as it may; the write was not taken."""


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
        self._heap: list[tuple[float, int, ItemImage]] = []
        self._last_due_ms: dict[tuple[Hashable, Key], float] = {}
        self._sequence = 0

    def __len__(self) -> int:
        return len(self._heap)

    @property
    def next_due_ms(self) -> float | None:
        """When the next image is due, or None if there is none."""
        return self._heap[0][0] if self._heap else None

    def put(self, image: ItemImage, due_ms: float) -> float:
        """Take an image along and return when it is due: not before an earlier one of its item.

        Raises:
            LinkFullError: the link is at its capacity.
        """
        if len(self._heap) >= self.capacity:
            raise LinkFullError(
                f"The link {self.source} -> {self.target} holds {len(self._heap)} undelivered "
                "images, its capacity. Resume the link or bring its Regions online, then retry."
            )
        item = (image.table, image.key)
        due_ms = max(due_ms, self._last_due_ms.get(item, due_ms))
        self._last_due_ms[item] = due_ms
        self._sequence += 1
        heapq.heappush(self._heap, (due_ms, self._sequence, image))
        return due_ms

    def pop(self) -> ItemImage:
        """Take the image off that is due first."""
        due_ms, _, image = heapq.heappop(self._heap)
        item = (image.table, image.key)
        if self._last_due_ms.get(item) == due_ms:
            del self._last_due_ms[item]
        return image

    def in_flight(self) -> Iterator[ItemImage]:
        """Iterate over what is undelivered, in no order."""
        return (image for _, _, image in self._heap)

    def drop(self, table: Hashable) -> int:
        """Forget the images of a table whose replica is gone; return how many."""
        kept = [entry for entry in self._heap if entry[2].table != table]
        dropped = len(self._heap) - len(kept)
        heapq.heapify(kept)
        self._heap = kept
        self._last_due_ms = {k: v for k, v in self._last_due_ms.items() if k[0] != table}
        return dropped
