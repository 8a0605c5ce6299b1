"""Stamps: the order in which the writes of all Regions stand."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Stamp(NamedTuple):
    """When and where a write was committed, as a hybrid logical clock tells it.

    Stamps compare as tuples: time, then counter, then the Region's name. AWS does not publish
    how it breaks a tie; the greater Region name is this project's choice.

    Attributes:
        time_us: microseconds since the epoch on the Region's clock, never less than a stamp it saw.
        counter: tells apart what falls into one microsecond.
        region: where the write was committed.
    """

    time_us: int
    counter: int
    region: str


def wins(challenger: Stamp, holder: Stamp) -> bool:
    """Return whether `challenger` replaces `holder`: last writer wins, an equal stamp does not."""
    return challenger > holder


class Clock(Protocol):
    """What the engine needs of the clock of one Region."""

    def stamp(self, wall_us: int) -> Stamp:
        """Give the stamp of a write that the Region commits now."""

    def observe(self, seen: Stamp) -> None:
        """Take note of a stamp from elsewhere."""


class WallClock:
    """A clock that heeds its own Region only; to be compared with, no cloud runs on it.

    A Region whose clock is ahead wins over later writes elsewhere, also over those that were made
    with its own write in sight: the replicas then differ for good.
    """

    def __init__(self, region: str) -> None:
        self.region = region
        self._last = Stamp(0, 0, region)

    def stamp(self, wall_us: int) -> Stamp:
        """Give the stamp of a write that the Region commits now."""
        counter = self._last.counter + 1 if wall_us == self._last.time_us else 0
        self._last = Stamp(wall_us, counter, self.region)
        return self._last

    def observe(self, seen: Stamp) -> None:
        """Take no note of it."""


class HybridClock:
    """The clock of one Region: follows its wall clock, and never gives a stamp twice.

    After Kulkarni et al., "Logical Physical Clocks", OPODIS 2014. A wall clock that is skewed,
    coarse or set back can delay the physical part, but stamps of one Region only grow.
    """

    def __init__(self, region: str) -> None:
        self.region = region
        self._time_us = 0
        self._counter = 0

    def stamp(self, wall_us: int) -> Stamp:
        """Give the stamp of a write that the Region commits now."""
        if wall_us > self._time_us:
            self._time_us, self._counter = wall_us, 0
        else:
            self._counter += 1
        return Stamp(self._time_us, self._counter, self.region)

    def observe(self, seen: Stamp) -> None:
        """Take note of a stamp from elsewhere, so that whatever overwrites it is later."""
        latest = max((self._time_us, self._counter), (seen.time_us, seen.counter))
        self._time_us, self._counter = latest
