"""What is known of one bookmark's versions: which came later, which is stale, which is lost.

The rule, the same in `web/js/versions.js` (tests run both on the same cases):

- A version is later than another if it was built on it, if its Region showed it after the other, or
  if it was written after the other was known. (Clocks of Regions agree to less than a round trip.)
- A read is *stale* if a version later than the one it shows was known before the read began.
- An update is *lost* where a Region that had it shows a version that was not built on it.
- What cannot be told is not marked. A value without a version is told by its number alone.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Update:
    """An acknowledged write of ours: where, by how much in s, and its answer's time in ms."""

    version: str
    region: str
    delta_s: int
    started_ms: float
    acked_ms: float


@dataclass
class _Shown:
    version: str
    first_ended_ms: float
    last_started_ms: float


@dataclass(frozen=True)
class Reading:
    """What a read means: whether it is stale, by another, and which updates are lost by it."""

    stale: bool
    other: bool
    lost: list[Update]


class Versions:
    """The versions of one bookmark that calls have shown, in the order in which they are told."""

    def __init__(self) -> None:
        self._built_on: dict[str, str] = {}
        self._ours: dict[str, Update] = {}
        self._known_ms: dict[str, float] = {}
        self._shown: dict[str, list[_Shown]] = {}
        self._reported: set[str] = set()
        self._bare: dict[int, str] = {}

    def wrote(self, update: Update, replaced: str | None, value_s: int) -> list[Update]:
        """Take note of a write's answer; return the updates that it shows to be lost."""
        began, ended = update.started_ms, update.acked_ms
        base = replaced or self._name(update.region, value_s - update.delta_s, began)
        lost = self._lost(update.region, base, began)
        self._show(update.region, base, began, ended)
        self._built_on[update.version] = base
        self._ours[update.version] = update
        self._show(update.region, update.version, began, ended)
        return lost

    def read(
        self, region: str, version: str | None, replaced: str | None, value_s: int,
        started_ms: float, ended_ms: float,
    ) -> Reading:  # fmt: skip
        """Judge what a read shows, then take note of it."""
        name = version or self._name(region, value_s, started_ms)
        if version and replaced:
            self._built_on.setdefault(name, replaced)
        lost = self._lost(region, name, started_ms)
        stale = self._later_known(name, started_ms)
        ours = self._ours
        other = bool(ours) and name not in ours and not any(name in self._chain(v) for v in ours)
        self._show(region, name, started_ms, ended_ms)
        return Reading(stale, other, lost)

    def latest(self, before_ms: float) -> Update | None:
        """Return the update of ours that was acknowledged last before a time."""
        known = [update for update in self._ours.values() if update.acked_ms <= before_ms]
        return max(known, key=lambda update: update.acked_ms, default=None)

    def _name(self, region: str, value_s: int, at_ms: float) -> str:
        """Name a value that has no version: anew where its Region was further already."""
        name = self._bare.setdefault(value_s, f"={value_s}")
        if any(name in self._chain(had)[1:] for had in self._had(region, at_ms)):
            name = self._bare[value_s] = f"{name}'"
        return name

    def _show(self, region: str, version: str, started_ms: float, ended_ms: float) -> None:
        self._known_ms[version] = min(ended_ms, self._known_ms.get(version, ended_ms))
        shown = self._shown.setdefault(region, [])
        for seen in shown:
            if seen.version == version:
                seen.first_ended_ms = min(seen.first_ended_ms, ended_ms)
                seen.last_started_ms = max(seen.last_started_ms, started_ms)
                return
        shown.append(_Shown(version, ended_ms, started_ms))

    def _had(self, region: str, before_ms: float) -> list[str]:
        shown = self._shown.get(region, [])
        return [seen.version for seen in shown if seen.first_ended_ms <= before_ms]

    def _chain(self, version: str) -> list[str]:
        """List a version and those it was built on, as far back as is known."""
        chain, at = [version], self._built_on.get(version)
        while at is not None:
            chain.append(at)
            at = self._built_on.get(at)
        return chain

    def _lost(self, region: str, shown: str, at_ms: float) -> list[Update]:
        kept, lost = set(self._chain(shown)), []
        had = {version for seen in self._had(region, at_ms) for version in self._chain(seen)}
        for version, update in self._ours.items():
            if version not in had or version in kept or version in self._reported:
                continue
            before = self._chain(version)
            # Both go back to one version, and part there: certainly not built on one another.
            if shown not in before and not kept.isdisjoint(before):
                lost.append(update)
                self._reported.add(version)
        return lost

    def _later_known(self, version: str, before_ms: float) -> bool:
        seen, waiting = {version}, [version]
        while waiting:
            at = waiting.pop()
            for later in self._successors(at) - seen:
                if self._known_ms.get(later, before_ms + 1) <= before_ms:
                    return True
                seen.add(later)
                waiting.append(later)
        return False

    def _successors(self, version: str) -> set[str]:
        later = {child for child, base in self._built_on.items() if base == version}
        known_ms = self._known_ms.get(version)
        if known_ms is not None:
            later |= {v for v, update in self._ours.items() if known_ms <= update.started_ms}
        for shown in self._shown.values():
            own = next((seen for seen in shown if seen.version == version), None)
            if own:
                later |= {s.version for s in shown if own.first_ended_ms <= s.last_started_ms}
        return later - {version}
