"""A deterministic simulation of the engine: `python -m helpers.localcloud.simulation`.

A seed draws a world (Regions, lag, clocks that are coarse, skewed and set back, faults), then
random writes on a virtual clock; then everything heals and the replicas are compared. The same seed
does the same again, so a seed that fails is a failure one can step through.

What the engine is checked against is kept apart from it: every acknowledged write with the write
that it overwrote, as a client with a notebook would have kept them.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from helpers.localcloud.engine.lag import FixedLag, LagModel, LognormalLag, UniformLag
from helpers.localcloud.engine.link import LinkFullError
from helpers.localcloud.engine.replication import Engine
from helpers.localcloud.engine.stamp import Stamp

_TABLE = "simulated"
_NAMES = ("ap-south-1", "eu-west-1", "us-east-1", "us-east-2", "us-west-2")
_OPERATIONS_PER_SEED = 5_000


class DivergenceError(AssertionError):
    """The engine broke a promise; the message has the seed that shows it."""


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """One acknowledged write, as an observer outside the engine remembers it.

    Attributes:
        number: its place among all writes, and the value that it wrote.
        parent: the write that it overwrote in its Region, None if there was none.
        deleted: whether it was a delete.
    """

    number: int
    key: int
    region: str
    stamp: Stamp
    parent: Written | None
    deleted: bool

    def descends_from(self, other: Written) -> bool:
        """Return whether this write was made on top of the other, directly or not."""
        ancestor: Written | None = self
        # Stamps grow along a line of descent, so the search ends at the first earlier one.
        while ancestor is not None and ancestor.stamp >= other.stamp:
            if ancestor is other:
                return True
            ancestor = ancestor.parent
        return False


@dataclass
class World:
    """What one seed draws: the engine with its faults, and how it is driven."""

    seed: int
    rng: random.Random = field(init=False)
    regions: list[str] = field(init=False)
    engine: Engine = field(init=False)
    keys: int = field(init=False)
    mean_gap_ms: float = field(init=False)
    fault_share: float = field(init=False)

    def __post_init__(self) -> None:
        self.rng = rng = random.Random(self.seed)  # noqa: S311 - not secret
        self.regions = rng.sample(_NAMES, rng.randint(2, 5))
        self.engine = Engine(
            _draw_lag(rng),
            rng,
            link_capacity=rng.choice((20, 1_000, 100_000)),
            coalesce=rng.random() < 0.3,  # noqa: PLR2004 - a share of the worlds
        )
        faults = self.engine.faults
        faults.clock_step_ms = rng.choice((0.0, 0.0, 1.0, 15.6, 1_000.0))
        faults.duplicate_probability = rng.choice((0.0, 0.0, 0.05, 0.5))
        faults.skew_ms = {r: rng.choice((0.0, rng.uniform(-5e3, 5e3))) for r in self.regions}
        self.keys = rng.choice((1, 3, 20, 200))
        self.mean_gap_ms = rng.choice((0.1, 5.0, 50.0, 500.0))
        self.fault_share = rng.choice((0.0, 0.005, 0.05))
        for region in self.regions:
            self.engine.join(_TABLE, region, {})


def _draw_lag(rng: random.Random) -> LagModel:
    models = (FixedLag(0), FixedLag(300), UniformLag(0, 2_000), LognormalLag(700, 2_300))
    return rng.choice(models)


class Simulation:
    """Runs one seed; `run` returns what was counted, or raises."""

    def __init__(self, seed: int) -> None:
        self.world = World(seed)
        self.counts: Counter[str] = Counter()
        self._now_ms = 1e12
        self._writes: list[Written] = []
        self._by_stamp: dict[Stamp, Written] = {}
        self._stored: dict[str, dict[int, Written]] = {r: {} for r in self.world.regions}
        self._last_stamp: dict[str, Stamp] = {}
        self._lost: list[Written] = []

    def run(self, operations: int) -> Counter[str]:
        """Do so many operations, heal, and hold the outcome against what was promised.

        Raises:
            DivergenceError: a promise was broken.
        """
        rng = self.world.rng
        for _ in range(operations):
            self._now_ms += rng.expovariate(1 / self.world.mean_gap_ms)
            self._deliver()
            self.counts["operations"] += 1
            if rng.random() < self.world.fault_share:
                self._change_faults()
            else:
                self._write()
        self._heal()
        self._check()
        return self.counts

    # -- what happens --------------------------------------------------------------------

    def _write(self) -> None:
        """Put, delete, or write on a condition, in a Region, as a client does."""
        rng, engine = self.world.rng, self.world.engine
        region, key = rng.choice(self.world.regions), rng.randrange(self.world.keys)
        held = self._stored[region].get(key)
        exists = held is not None and not held.deleted
        what = rng.random()
        deleted = what < 0.2  # noqa: PLR2004 - a fifth of the writes
        if what > 0.7 and exists != (rng.random() < 0.5):  # noqa: PLR2004
            self.counts["condition failed"] += 1
            return
        number = len(self._writes)
        item = None if deleted else {"v": number}
        try:
            image = engine.commit(_TABLE, region, key, item, self._now_ms).image
        except LinkFullError:
            self.counts["refused"] += 1
            return
        written = Written(number, key, region, image.version.stamp, held, deleted)
        self._expect(
            held is None or written.stamp > held.stamp, f"write {number} loses to what it overwrote"
        )
        previous = self._last_stamp.get(region)
        self._expect(previous is None or written.stamp > previous, f"a stamp of {region} fell")
        self._last_stamp[region] = written.stamp
        self._writes.append(written)
        self._by_stamp[written.stamp] = written
        self._stored[region][key] = written
        self.counts["writes"] += 1

    def _deliver(self) -> None:
        for arrival in self.world.engine.deliver(self._now_ms):
            self.counts["arrivals"] += 1
            if not arrival.accepted:
                continue
            incoming = self._by_stamp[arrival.image.version.stamp]
            held = self._stored[arrival.region].get(incoming.key)
            if held and held.region == arrival.region and not incoming.descends_from(held):
                self._lost.append(held)
            self._stored[arrival.region][incoming.key] = incoming

    def _change_faults(self) -> None:
        """Take a Region offline or back, pause or resume a link, move a clock, slow a link."""
        rng, faults = self.world.rng, self.world.engine.faults
        source, target = rng.sample(self.world.regions, 2)
        match rng.randrange(5):
            case 0:
                faults.offline ^= {source}
            case 1:
                faults.paused ^= {(source, target)}
            case 2:
                faults.paused ^= {(source, target), (target, source)}
            case 3:
                faults.skew_ms[source] = rng.uniform(-5e3, 5e3)
            case _:
                faults.added_lag_ms[source, target] = rng.choice((0.0, rng.uniform(0, 3e3)))

    def _heal(self) -> None:
        faults = self.world.engine.faults
        faults.offline.clear()
        faults.paused.clear()
        while (due_ms := self.world.engine.next_due_ms()) is not None:
            self._now_ms = max(self._now_ms, due_ms)
            self._deliver()

    # -- what must be true at the end ----------------------------------------------------

    def _check(self) -> None:
        engine = self.world.engine
        self._expect(not any(engine.in_flight().values()), "something is still under way")
        winners: dict[int, Written] = {}
        for written in self._writes:
            best = winners.get(written.key)
            if best is None or written.stamp > best.stamp:
                winners[written.key] = written
        for region, stored in self._stored.items():
            self._expect(stored == winners, f"{region} does not hold the latest of every item")
            versions = {k: v.stamp for k, v in engine.versions(_TABLE, region).items()}
            self._expect(
                versions == {key: w.stamp for key, w in winners.items()},
                f"the engine's versions in {region} are not those of what is stored there",
            )
        self._check_lost(winners)
        counts = engine.journal.counts
        self._expect(counts["write"] == len(self._writes), "the journal has not every write")
        self._expect(
            counts["apply"] + counts["discard"] == self.counts["arrivals"],
            "the journal has not every arrival",
        )
        events = engine.journal.since(0, 100)
        gaps = any(b["sequence"] - a["sequence"] != 1 for a, b in itertools.pairwise(events))
        self._expect(not gaps, "the journal has gaps")

    def _check_lost(self, winners: dict[int, Written]) -> None:
        """Each write that is not part of what stands at the end is accounted for as lost."""
        counted = self.world.engine.lost_updates[_TABLE]
        self._expect(
            counted == len(self._lost),
            f"{counted} lost updates were counted, {len(self._lost)} were seen",
        )
        explained: set[int] = set()
        for last in (*winners.values(), *self._lost):
            ancestor: Written | None = last
            while ancestor is not None and ancestor.number not in explained:
                explained.add(ancestor.number)
                ancestor = ancestor.parent
        self._expect(len(explained) == len(self._writes), "a write went without being counted")
        self.counts["lost"] += counted

    def _expect(self, holds: bool, broken: str) -> None:
        if not holds:
            raise DivergenceError(
                f"Seed {self.world.seed}: {broken}. Replay it: python -m "
                f"helpers.localcloud.simulation --seed {self.world.seed} --seeds 1"
            )


def simulate(seeds: Sequence[int], operations: int = _OPERATIONS_PER_SEED) -> Counter[str]:
    """Run every seed and add up what was counted.

    Raises:
        DivergenceError: a promise was broken.
    """
    total: Counter[str] = Counter()
    for seed in seeds:
        total += Simulation(seed).run(operations)
    return total


def main(arguments: list[str] | None = None) -> int:
    """Simulate seed after seed, until stopped or as many as asked; keep what fails."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=0, help="the first (default 0)")
    parser.add_argument("--seeds", type=int, help="how many; until stopped without it")
    parser.add_argument("--operations", type=int, default=_OPERATIONS_PER_SEED, help="per seed")
    parser.add_argument("--keep", type=Path, help="file to which a failing seed is added")
    options = parser.parse_args(arguments)
    started, total = time.perf_counter(), Counter[str]()
    count = itertools.count(options.seed)
    seeds = count if options.seeds is None else itertools.islice(count, options.seeds)
    failed = 0
    try:
        for seed in seeds:
            try:
                total += Simulation(seed).run(options.operations)
            except DivergenceError as broken:
                failed += 1
                print(f"\n{broken}", file=sys.stderr)
                _keep(options.keep, seed)
            _show(seed, total, time.perf_counter() - started)
    except KeyboardInterrupt:
        pass
    print()
    return 1 if failed else 0


def _show(seed: int, total: Counter[str], took_s: float) -> None:
    print(
        f"\rseed {seed}: {total['operations']:,} operations, "
        f"{total['operations'] / took_s:,.0f} a second, {total['arrivals']:,} arrivals, "
        f"{total['lost']:,} lost updates",
        end="",
        flush=True,
    )


def _keep(path: Path | None, seed: int) -> None:
    if path is not None:
        with path.open("a", encoding="utf-8") as kept:
            kept.write(f"{seed}\n")


if __name__ == "__main__":
    sys.exit(main())
