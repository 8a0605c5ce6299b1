"""Check the planner against the engine: random plays, followed by both, write by write.

`make simulate` does so for a hundred thousand plays: python -m helpers.planning.agreement
"""

from __future__ import annotations

import argparse
import heapq
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from helpers.localcloud.engine.replication import Engine
from helpers.planning import lockstep
from helpers.planning.draws import Draws
from helpers.planning.lags import Lags
from helpers.planning.workload import NEVER, Plays, Workload, draw_involved, draw_plays

NAMES = ("A", "B", "C", "D", "E")
# Lags about as long as the time between two saves meet most; short ones meet in one ms.
LAGS = ("uniform:0,3", "lognormal:700,2300", "uniform:0,9000", "fixed:500", "fixed:0")
BUSY = Workload(save_every_s=2, play_s=20, moves_per_h=900, shared=0.7)
# Saves and moves so dense that several things happen in almost every ms.
DENSE = Workload(save_every_s=0.1, play_s=1.0, moves_per_h=3600, shared=1.0)
_PLAYS = 250


class DisagreementError(AssertionError):
    """Planner and engine do not agree; the message has the seed that shows it again."""


@dataclass
class Fate:
    """What became of one play: numbers of writes and reads, as `lockstep.Outcome` has them."""

    lost: set[int] = field(default_factory=set)
    conflicted: set[int] = field(default_factory=set)
    stale: set[int] = field(default_factory=set)
    last: list[int] = field(default_factory=list)


class _Scripted:
    """A lag model that gives, for each target, the lag it was told."""

    name = "scripted"

    def __init__(self) -> None:
        self.next_ms: dict[str, float] = {}

    def draw_ms(self, _random: object, _source: str, target: str) -> float:
        return self.next_ms[target]


class _NeverTwice:
    """A random source for an engine that duplicates nothing."""

    def random(self) -> float:
        return 1.0

    def uniform(self, a: float, b: float) -> float:
        raise NotImplementedError(f"Nothing draws between {a} and {b} here.")

    def lognormvariate(self, mu: float, sigma: float) -> float:
        raise NotImplementedError(f"Nothing draws a lognormal of {mu}, {sigma} here.")


class _Followed:
    """The engine itself, stepped through one play."""

    def __init__(self, names: Sequence[str]) -> None:
        self.fate = Fate()
        self._names = names
        self._lag = _Scripted()
        self.engine = Engine(self._lag, _NeverTwice())
        for name in names:
            self.engine.join("t", name, {})
        self._number_of: dict[object, int] = {}
        self._latest: object = None

    def deliver(self, now_ms: float) -> None:
        """Let arrive what is due, one at a time, so that what stood there before is known."""
        while (due := self.engine.next_due_ms()) is not None and due <= now_ms:
            before = {r: self.engine.versions("t", r).get("item") for r in self._names}
            for arrival in self.engine.deliver(due):
                met, stamp = before[arrival.region], arrival.image.version.stamp
                if arrival.conflict and met is not None:
                    self.fate.conflicted.add(self._number_of[stamp])
                    if arrival.accepted and met.stamp.region == arrival.region:
                        self.fate.lost.add(self._number_of[met.stamp])
                if arrival.accepted:
                    before[arrival.region] = arrival.image.version

    def read(self, number: int, region: str) -> None:
        held = self.engine.versions("t", region).get("item")
        if (held.stamp if held else None) != self._latest:
            self.fate.stale.add(number)

    def write(self, number: int, region: str, now_ms: float, lags_ms: list[int]) -> None:
        self._lag.next_ms = dict(zip(self._names, lags_ms, strict=True))
        image = self.engine.commit("t", region, "item", {}, now_ms).image
        self._latest = image.version.stamp
        self._number_of[image.version.stamp] = number

    def end(self) -> Fate:
        self.deliver(float("inf"))
        held = [self.engine.versions("t", r).get("item") for r in self._names]
        self.fate.last = [self._number_of[v.stamp] if v else -1 for v in held]
        return self.fate


def follow(plays: Plays, lags_ms: np.ndarray, names: Sequence[str], play: int) -> Fate:
    """Step the engine through one play; within one ms it delivers, then reads, then writes."""
    followed = _Followed(names)
    events = [
        (int(ms), kind, number)
        for kind, times in ((0, plays.read_ms[play]), (1, plays.write_ms[play]))
        for number, ms in enumerate(times)
        if ms < NEVER
    ]
    heapq.heapify(events)
    while events:
        now_ms, kind, number = heapq.heappop(events)
        followed.deliver(now_ms)
        if kind == 0:
            followed.read(number, names[plays.read_region[play, number]])
        else:
            region = names[plays.write_region[play, number]]
            followed.write(number, region, float(now_ms), lags_ms[play, number].tolist())
    fate = followed.end()
    if len(fate.lost) != followed.engine.lost_updates["t"]:
        raise DisagreementError(f"Play {play}: the engine itself counted other lost updates.")
    return fate


def compare(seed: int, plays: int = _PLAYS) -> int:
    """Follow random plays by planner and engine; Regions and lag are drawn from the seed, too.

    Returns:
        How many plays were followed.

    Raises:
        DisagreementError: a play came out differently.
    """
    rng = np.random.default_rng(seed)
    names = NAMES[: rng.integers(2, len(NAMES) + 1)]
    lag, workload = LAGS[rng.integers(len(LAGS))], (BUSY, DENSE)[rng.integers(2)]
    return compare_plays(seed, names, lag, workload, plays)


def compare_plays(seed: int, names: Sequence[str], lag: str, workload: Workload, plays: int) -> int:
    """Follow random plays of one workload by planner and engine, as `compare` does."""
    draws, moves, shared = draw_involved(workload, Draws(seed, np.arange(plays)), len(names))
    drawn = draw_plays(workload, draws, moves, shared, len(names))
    uniform = draws.uniform("lag", drawn.write_ms.shape[1], len(names))
    lags_ms = Lags(lag).draw_ms(uniform, names, drawn.write_region)
    seen = lockstep.run(drawn, lags_ms)
    for play in range(len(moves)):
        lost, conflicted, stale = (
            set(np.flatnonzero(column[play]).tolist())
            for column in (seen.lost, seen.conflicted, seen.stale)
        )
        planned = Fate(lost, conflicted, stale, seen.last[play].tolist())
        real = follow(drawn, lags_ms, names, play)
        if planned != real:
            raise DisagreementError(
                f"Seed {seed}, {len(names)} Regions, {lag}, play {play}: the planner says "
                f"{planned}, the engine {real}."
            )
    return len(moves)


def main(arguments: list[str] | None = None) -> int:
    """Compare seed after seed until so many plays agree; the first that does not ends it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=0, help="the first (default 0)")
    parser.add_argument("--plays", type=int, default=100_000, help="at least (default 100,000)")
    options = parser.parse_args(arguments)
    agreed, seed = 0, options.seed
    while agreed < options.plays:
        try:
            agreed += compare(seed)
        except DisagreementError as broken:
            print(f"\n{broken}", file=sys.stderr)
            return 1
        seed += 1
        print(f"\rplanner and engine agree in {agreed:,} plays", end="", flush=True)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
