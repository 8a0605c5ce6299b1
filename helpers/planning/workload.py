"""What viewers do in one play of a film: where they watch, when they save, when they look back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from helpers.planning.draws import Draws

NEVER = int(np.iinfo(np.int64).max) // 16
_LEAST_SAVE_S = 0.1


@dataclass(frozen=True)
class Workload:
    """How a service is used. Rates are assumptions: put in those of your own service.

    Attributes:
        save_every_s: between two saves of a player's position.
        play_s: how long a viewer watches one film.
        moves_per_h: how often a viewer goes on in another Region, each hour of watching: on another
            device, in another network, after a failover.
        shared: share of the plays in which a second device watches the same film under the same
            user, in a Region of its own; both save.
        jitter: by how much of `save_every_s` a save is early or late at most: timers of players are
            not in step, and two devices that were would always, or never, be in each other's way.
        home: whether every save goes to the viewer's home Region, whatever Region serves the
            pages.

    Raises:
        ValueError: a value is out of its range; the message names it.
    """

    save_every_s: float = 10.0
    play_s: float = 1800.0
    moves_per_h: float = 0.1
    shared: float = 0.01
    jitter: float = 0.1
    home: bool = False

    def __post_init__(self) -> None:
        if not _LEAST_SAVE_S <= self.save_every_s <= self.play_s:
            raise ValueError(
                f"save_every_s={self.save_every_s:g} must lie between 0.1 s and the length of a "
                f"play, {self.play_s:g} s."
            )
        if not 0 <= self.shared <= 1:
            raise ValueError(f"shared={self.shared:g} is a share; it must lie between 0 and 1.")
        if not 0 <= self.jitter < 0.5:  # noqa: PLR2004 - beyond it saves would change places
            raise ValueError(f"jitter={self.jitter:g} is a share; it must lie between 0 and 0.5.")
        if not 0 <= self.moves_per_h <= 3600:  # noqa: PLR2004 - once a second is no viewer
            raise ValueError(f"moves_per_h={self.moves_per_h:g} must lie between 0 and 3600.")

    @property
    def saves(self) -> int:
        """Saves of one device in a whole play."""
        return int(self.play_s / self.save_every_s)


@dataclass(frozen=True)
class Plays:
    """Plays in which more than one Region may be involved; all times in whole ms.

    Attributes:
        write_ms, write_region: one row per play, one column per save, in time order; NEVER and 0
            where there is none.
        read_ms, read_region: the same for the reads with which a device takes up a bookmark.
    """

    write_ms: np.ndarray
    write_region: np.ndarray
    read_ms: np.ndarray
    read_region: np.ndarray


def draw_involved(
    workload: Workload, draws: Draws, regions: int
) -> tuple[Draws, np.ndarray, np.ndarray]:
    """Draw in which plays more than one Region may be involved.

    A play that stays in one Region, on one device, meets neither a stale read nor a conflict: only
    the others need to be followed.

    Returns:
        The plays to be followed, and for each how often its first device moves, whether a second
        one joins.
    """
    if regions == 1 or workload.home:
        nothing = np.zeros(0, dtype=np.int64)
        return Draws(draws.seed, nothing), nothing, nothing.astype(bool)
    mean = workload.moves_per_h * workload.play_s / 3600
    reached = stats.poisson.cdf(np.arange(int(mean + 12 * mean**0.5 + 20)), mean)
    moves = np.searchsorted(reached, draws.uniform("moves"))
    shared = draws.uniform("shared") < workload.shared
    followed = (moves > 0) | shared
    return draws.of(followed), moves[followed], shared[followed]


def draw_plays(
    workload: Workload, draws: Draws, moves: np.ndarray, shared: np.ndarray, regions: int
) -> Plays:
    """Draw when and where the devices of these plays save and read.

    The first device saves at even, the second at odd ms, so that no two stamps of a play are equal.
    """
    first = _device(workload, draws, moves, np.zeros(len(moves)), regions)
    # The second device joins at any moment of the play, stays where it is, and reads as it joins.
    joined_s = np.where(shared, draws.uniform("joined") * workload.play_s, np.inf)
    second = _device(workload, draws, np.zeros_like(moves), joined_s, regions, odd=1)
    write_ms = np.concatenate([first.write_ms, second.write_ms], axis=1)
    write_region = np.concatenate([first.write_region, second.write_region], axis=1)
    order = np.argsort(write_ms, axis=1, kind="stable")
    return Plays(
        np.take_along_axis(write_ms, order, axis=1),
        np.take_along_axis(write_region, order, axis=1),
        np.concatenate([first.read_ms, _whole_ms(joined_s)[:, None]], axis=1),
        np.concatenate([first.read_region, second.write_region[:, :1]], axis=1),
    )


def _device(
    workload: Workload,
    draws: Draws,
    moves: np.ndarray,
    joined_s: np.ndarray,
    regions: int,
    odd: int = 0,
) -> Plays:
    """Draw what one device of each play does."""
    most = max(1, int(moves.max(initial=0)))
    name = f"device {odd} "
    moved_s = draws.uniform(name + "moved", most) * workload.play_s
    moved_s[np.arange(most) >= moves[:, None]] = np.inf
    moved_s.sort(axis=1)
    # Each move goes to one of the other Regions, whichever.
    others = max(1, regions - 1)
    steps = 1 + (draws.uniform(name + "steps", most) * others).astype(np.int64)
    start = (draws.uniform(name + "start", 1) * regions).astype(np.int64)
    visited = np.concatenate([start, start + np.cumsum(steps, axis=1)], axis=1) % regions
    phase = draws.uniform(name + "phase", 1)
    early = workload.jitter * (2 * draws.uniform(name + "jitter", workload.saves) - 1)
    # The first save is no earlier than the play.
    number = np.maximum(0, phase + np.arange(workload.saves) + early)
    saved_s = workload.save_every_s * number
    stay = (saved_s[:, :, None] >= moved_s[:, None, :]).sum(axis=2)
    region = np.take_along_axis(visited, stay, axis=1)
    inside = (saved_s < workload.play_s) & (saved_s >= joined_s[:, None])
    saved_ms = np.where(inside, (saved_s * 500).astype(np.int64) * 2 + odd, NEVER)
    return Plays(saved_ms, region, _whole_ms(moved_s), visited[:, 1:])


def _whole_ms(time_s: np.ndarray) -> np.ndarray:
    """Turn s into whole ms, and what is infinite into NEVER."""
    known = np.isfinite(time_s)
    return np.where(known, np.where(known, time_s, 0) * 1000, NEVER).astype(np.int64)
