"""Multi-Region strong consistency: which Regions can agree, and which writes collide.

A table with strong consistency has three members. A write counts once a second member has it, so
any two that can talk go on, and one alone does not. Writes are optimistic: they travel first, and
the one that finds its item changed by another Region since it set out is refused.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from helpers.localcloud.engine.faults import Faults
from helpers.localcloud.engine.lag import Random

Key = Hashable


@dataclass(frozen=True)
class Intent:
    """A write on its way: where it set out, what it is to change, and what had been by then."""

    region: str
    keys: tuple[Key, ...]
    since: int


@dataclass(frozen=True)
class TravelLag:
    """An image travels for half a round trip and meets no service delay.

    What is in the shared journal needs no more than to be read. AWS publishes no figure; this is
    the project's model.
    """

    round_trip_ms: Mapping[frozenset[str], float]

    @property
    def name(self) -> str:
        """The model in words; the command line has no name for it."""
        return "half the round trip"

    def draw_ms(self, random: Random, source: str, target: str) -> float:  # noqa: ARG002
        """Return half the round trip."""
        return self.round_trip_ms.get(frozenset((source, target)), 0.0) / 2


class Quorum:
    """The members of one strongly consistent table.

    Args:
        members: Region names, the witness included.
        round_trip_ms: between members, keyed by the unordered pair.
    """

    def __init__(
        self, members: Sequence[str], round_trip_ms: Mapping[frozenset[str], float]
    ) -> None:
        self.members = tuple(members)
        self._round_trip_ms = round_trip_ms
        self._commits = 0
        self._under_way = 0
        self._latest: dict[Key, tuple[int, str]] = {}

    def nearest_ms(self, region: str, faults: Faults) -> float | None:
        """Return the round trip to the nearest other member that can answer, None if none can."""
        reachable = [
            self._round_trip_ms.get(frozenset((region, other)), 0.0)
            for other in self.members
            if other != region
            and not faults.blocks(region, other)
            and not faults.blocks(other, region)
        ]
        return min(reachable, default=None)

    def begin(self, region: str, keys: Iterable[Key]) -> Intent:
        """Send a write on its way; it must `end`, however it ends."""
        self._under_way += 1
        return Intent(region, tuple(keys), self._commits)

    def collides(self, intent: Intent) -> bool:
        """Return whether another Region has changed one of the items since the write set out."""
        for key in intent.keys:
            number, region = self._latest.get(key, (0, intent.region))
            if number > intent.since and region != intent.region:
                return True
        return False

    def commit(self, region: str, key: Key) -> None:
        """Note that an item was changed in a Region."""
        self._commits += 1
        if self._under_way:
            self._latest[key] = (self._commits, region)

    def end(self, _intent: Intent) -> None:
        """Take a write off; what it could have collided with is forgotten with the last one."""
        self._under_way -= 1
        if not self._under_way:
            self._latest.clear()
