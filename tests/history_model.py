"""A model of one bookmark under last writer wins with lag, and the truth about what calls show."""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass, field
from typing import Any

REGIONS = ("us-west-2", "us-east-2", "eu-west-1")
Stamp = tuple[float, int]


@dataclass(frozen=True)
class Written:
    """A version: when it was committed, what it was built on, and its value."""

    name: str | None
    stamp: Stamp
    base: Written | None
    value: int
    ours: bool = False

    def chain(self) -> list[Written]:
        """List it and what it was built on."""
        return [self, *(self.base.chain() if self.base else [])]


@dataclass
class Model:
    """Replicas that keep the later stamp; images arrive when their lag is over.

    Args:
        seed: decides everything.
        overlap: whether calls are made while others are under way.
        others: the share of writes that are another's, or whose end is unknown.
    """

    seed: int
    overlap: bool = False
    others: float = 0.0
    steps: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        first = Written(None, (0.0, 0), None, 0)
        self._held = dict.fromkeys(REGIONS, first)
        self._arrivals: list[tuple[float, int, str, Written]] = []
        self._count = 0
        self._had: dict[str, list[tuple[float, Written]]] = {region: [] for region in REGIONS}
        self._known: list[tuple[float, Written]] = []
        self._reported: set[str | None] = set()
        self._gone = False

    def play(self, calls: int) -> list[dict[str, Any]]:
        """Make calls at random; each step says what was answered, and what is true of it.

        `truth` is the mark that an observer who knows everything gives; `stale` and `gone` tell
        whether it is, and whether an update is gone that its Region had, reported or not.
        """
        at_ms = 1.0
        pending: list[tuple[float, dict[str, Any]]] = []
        for _ in range(calls):
            rtt_ms = self._random.uniform(2, 60)
            commit_ms = at_ms + rtt_ms * self._random.uniform(0.1, 0.9)
            region = self._random.choice(REGIONS)
            self._deliver(commit_ms)
            step = self._call(region, at_ms, rtt_ms, commit_ms)
            if step:
                pending.append((at_ms + rtt_ms, step))
            if self.overlap:
                # The next is made after this was committed, so that the model need not go back.
                at_ms = commit_ms + self._random.uniform(0.1, 40)
            else:
                at_ms += rtt_ms + self._random.choice((0.5, 20, 300))
        self.steps = [step for _, step in sorted(pending, key=lambda each: each[0])]
        return self.steps

    def _call(self, region: str, at_ms: float, rtt_ms: float, commit_ms: float) -> dict | None:
        ours = self._random.random() >= self.others
        delta = self._random.choice((1, -1, 15, -15)) if self._random.random() < 0.45 else 0
        step = {"region": region, "operation": "get-item", "delta": delta, "show": "show1",
                "started_ms": at_ms, "rtt_ms": rtt_ms}  # fmt: skip
        if not delta:
            return step | self._read(region, at_ms, at_ms + rtt_ms)
        before = self._held[region]
        answer = step | {"operation": ">>" if delta > 0 else "<<"}
        lost = self._lost(region, before, at_ms) if ours else []
        made = self._write(region, commit_ms, delta, ours=ours)
        if not ours:
            answer |= {"outcome": "unknown", "version": None, "replaced": None, "bookmark": None}
            return (
                answer | {"truth": "UNKNOWN", "stale": False, "gone": False}
                if self._random.random() < 0.5
                else None
            )
        for seen in (before, made):
            self._note(region, seen, at_ms + rtt_ms)
        answer |= {"version": made.name, "replaced": before.name, "bookmark": made.value}
        return answer | {"truth": "LOST UPDATE" if lost else "", "stale": False, "gone": self._gone}

    def _write(self, region: str, at_ms: float, delta: int, *, ours: bool) -> Written:
        self._count += 1
        base = self._held[region]
        stamp = (at_ms, self._count)
        made = Written(f"{region}/{self._count}", stamp, base, base.value + delta, ours)
        self._held[region] = made
        for other in REGIONS:
            if other != region:
                due = at_ms + self._random.choice((5, 150, 800)) * self._random.uniform(0.5, 1.5)
                heapq.heappush(self._arrivals, (due, self._count, other, made))
        return made

    def _deliver(self, until_ms: float) -> None:
        while self._arrivals and self._arrivals[0][0] <= until_ms:
            _, _, region, made = heapq.heappop(self._arrivals)
            if made.stamp > self._held[region].stamp:
                self._held[region] = made

    def _read(self, region: str, at_ms: float, ended_ms: float) -> dict[str, Any]:
        shown = self._held[region]
        lost = self._lost(region, shown, at_ms)
        later = any(
            known.stamp > shown.stamp for known_ms, known in self._known if known_ms <= at_ms
        )
        self._note(region, shown, ended_ms)
        return {
            "version": shown.name,
            "replaced": shown.base.name if shown.base else None,
            "bookmark": shown.value,
            "truth": "LOST UPDATE" if lost else "STALE READ" if later else "",
            "stale": later,
            "gone": self._gone,
        }

    def _note(self, region: str, seen: Written, ended_ms: float) -> None:
        self._had[region].append((ended_ms, seen))
        self._known.append((ended_ms, seen))

    def _lost(self, region: str, shown: Written, at_ms: float) -> list[Written]:
        """Our updates that a Region had, as far as it had shown, and has no more."""
        had = {w for known_ms, seen in self._had[region] if known_ms <= at_ms
               for w in seen.chain() if w.ours}  # fmt: skip
        gone = had - set(shown.chain())
        self._gone = bool(gone)
        lost = [w for w in gone if w.name not in self._reported]
        self._reported |= {w.name for w in lost}
        return lost
