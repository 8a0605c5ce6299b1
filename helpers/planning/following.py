"""Follow a batch of plays, from save to save, and count what they met."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from helpers.planning import lockstep
from helpers.planning.draws import Draws
from helpers.planning.lags import Lags
from helpers.planning.workload import NEVER, Workload, draw_involved, draw_plays

MEASURES = ("stale_reads", "conflicts", "lost_updates")
Tally = Mapping[str, int]
# For each measure how many there were in each play of a batch, (plays,).
ByPlay = dict[str, np.ndarray]

_CHUNK = 2_000


def follow(
    workload: Workload, names: list[str], lags: Lags, seed: int, span: tuple[int, int]
) -> tuple[Tally, ByPlay]:
    """Follow the plays from one number to before another.

    Returns:
        Saves, moves, and for each measure its sum over plays, the sum of squares, and in how many
        plays there were any, and the most in one; and the measures play by play.
    """
    draws = Draws(seed, np.arange(*span))
    by_play = {name: np.zeros(len(draws), dtype=np.int64) for name in MEASURES}
    followed, moves, shared = draw_involved(workload, draws, len(names))
    saved, moved = (len(draws) - len(followed)) * workload.saves, 0
    for first in range(0, len(followed), _CHUNK):
        chosen = np.zeros(len(followed), dtype=bool)
        chosen[first : first + _CHUNK] = True
        part = followed.of(chosen)
        plays = draw_plays(workload, part, moves[chosen], shared[chosen], len(names))
        uniform = part.uniform("lag", plays.write_ms.shape[1], len(names))
        seen = lockstep.run(plays, lags.draw_ms(uniform, names, plays.write_region))
        saved += int((plays.write_ms < NEVER).sum())
        moved += int((plays.read_ms < NEVER).sum())
        place = part.plays - span[0]
        by_play["stale_reads"][place] = seen.stale.sum(axis=1)
        by_play["conflicts"][place] = seen.conflicted.sum(axis=1)
        by_play["lost_updates"][place] = seen.lost.sum(axis=1)
    tally = {"writes": saved, "moves": moved}
    for name, counts in by_play.items():
        tally |= {
            name: int(counts.sum()),
            f"{name}_squares": int((counts**2).sum()),
            f"{name}_plays": int((counts > 0).sum()),
            f"{name}_most": int(counts.max(initial=0)),
        }
    return tally, by_play


def add(tally: dict[str, int], counted: Tally) -> None:
    """Add what one batch counted to what others have; of the most in one play the greatest."""
    for name, count in counted.items():
        before = tally.get(name, 0)
        tally[name] = max(before, count) if name.endswith("_most") else before + count
