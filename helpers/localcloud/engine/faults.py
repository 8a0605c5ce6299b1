"""The whole fault model: one object that says everything that is wrong at the moment."""

from __future__ import annotations

from dataclasses import dataclass, field

Link = tuple[str, str]


@dataclass
class Faults:
    """What the engine suffers; all of it may change while it runs.

    Attributes:
        offline: Regions that nothing enters or leaves.
        hanging: those of them that leave a caller waiting; the others drop the connection.
        paused: links (source, target) that hold what they carry; one direction each.
        added_lag_ms: extra lag of a link, in ms.
        skew_ms: how far a Region's wall clock is ahead (or behind, if negative), in ms.
        clock_step_ms: resolution of every wall clock; 0 is as fine as it comes.
        duplicate_probability: how often a link delivers an image twice.
    """

    offline: set[str] = field(default_factory=set)
    hanging: set[str] = field(default_factory=set)
    paused: set[Link] = field(default_factory=set)
    added_lag_ms: dict[Link, float] = field(default_factory=dict)
    skew_ms: dict[str, float] = field(default_factory=dict)
    clock_step_ms: float = 0.0
    duplicate_probability: float = 0.0

    def blocks(self, source: str, target: str) -> bool:
        """Return whether nothing passes from `source` to `target` now."""
        return source in self.offline or target in self.offline or (source, target) in self.paused

    def wall_us(self, region: str, now_ms: float) -> int:
        """Return what the wall clock of a Region shows, in microseconds since the epoch."""
        shown_ms = now_ms + self.skew_ms.get(region, 0.0)
        if self.clock_step_ms:
            shown_ms -= shown_ms % self.clock_step_ms
        return int(shown_ms * 1000)
