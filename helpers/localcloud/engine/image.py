"""What travels between replicas, and what a replica remembers of each item."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from helpers.localcloud.engine.stamp import Stamp

Key = Hashable
Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Version:
    """Which write an item stands at, and which writes that one had seen.

    Attributes:
        stamp: of the write.
        seen: per Region, the last stamp of this item that the write had overwritten, its own
            included. One write had seen another if its entry for the other's Region is as late.
    """

    stamp: Stamp
    seen: Mapping[str, Stamp]

    def has_seen(self, other: Version) -> bool:
        """Return whether this write was made with knowledge of the other."""
        known = self.seen.get(other.stamp.region)
        return known is not None and known >= other.stamp


@dataclass(frozen=True, slots=True)
class ItemImage:
    """A whole item as one write left it; `item` is None for a delete (a tombstone travels)."""

    table: Hashable
    key: Key
    item: Item | None
    version: Version
    committed_ms: float


def concurrent(one: Version, other: Version) -> bool:
    """Return whether neither write had seen the other: a conflict."""
    return not one.has_seen(other) and not other.has_seen(one)
