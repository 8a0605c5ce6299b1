"""Filling a new replica: what it has to take, a slice at a time, while writes go on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import NamedTuple

from helpers.localcloud.engine.image import Key, Version
from helpers.localcloud.engine.stamp import Stamp, wins


class Taken(NamedTuple):
    """An item that a new replica takes: at which version it stands, and in which Region."""

    key: Key
    region: str
    version: Version


class Filling:
    """The latest version of every item that any replica holds, deleted ones included.

    Copying from one replica only would miss what is still under way to that one. A write that is
    made meanwhile is told by `written`, and its item is taken again; so when nothing is left, the
    new replica stands where every replica would once all has arrived.

    Attributes:
        versions: of what was taken so far.
        latest: the greatest stamp among them, None while there is none.
    """

    def __init__(self, replicas: Mapping[str, Mapping[Key, Version]]) -> None:
        self._replicas = replicas
        self._keys: Iterator[Key] = chain.from_iterable(list(held) for held in replicas.values())
        self._written: dict[Key, None] = {}
        self._more = True
        self.versions: dict[Key, Version] = {}
        self.latest: Stamp | None = None

    @property
    def done(self) -> bool:
        """Whether nothing is left to take now."""
        return not self._more and not self._written

    def written(self, key: Key) -> None:
        """Take an item again: it has been written."""
        self._written[key] = None

    def take(self, count: int) -> list[Taken]:
        """Take up to so many items; fewer, or none, where they were taken at this version."""
        keys = list(islice(self._keys, count))
        if len(keys) < count:
            self._more = False
            keys += list(islice(self._written, count - len(keys)))
        for key in keys:
            self._written.pop(key, None)
        return [taken for key in keys if (taken := self._latest(key)) is not None]

    def _latest(self, key: Key) -> Taken | None:
        best: Taken | None = None
        for region, held in self._replicas.items():
            version = held.get(key)
            if version and (best is None or wins(version.stamp, best.version.stamp)):
                best = Taken(key, region, version)
        if best is None or best.version == self.versions.get(key):
            return None
        self.versions[key] = best.version
        if self.latest is None or wins(best.version.stamp, self.latest):
            self.latest = best.version.stamp
        return best
