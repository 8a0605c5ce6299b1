"""The engine's rules in numpy: thousands of items, each a play, stepped side by side.

The engine follows one image after the other; a million viewers would take it hours. Items do not
influence each other, so here the first event of every item is done at once, then the second, and so
on. The rules are the engine's, and a test holds both against each other, write by write.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from helpers.planning.workload import NEVER, Plays

# What comes first within one ms. The engine lets everything arrive that is due before it takes
# what is done now: so first arrivals, in the order of their source's name, then reads, then the
# write, and last the images of that very write whose lag is 0, as none arrives before it is made.
_ORDERS = 16
_READ, _WRITE, _AT_ONCE = range(_ORDERS - 3, _ORDERS)


@dataclass(frozen=True)
class Outcome:
    """What became of each write and read.

    Attributes:
        lost: writes that were acknowledged and overwritten by one that had not seen them, in the
            Region that acknowledged them; one row per play, one column per write.
        conflicted: writes whose image met, somewhere, one where neither had seen the other.
        stale: reads that did not show the latest acknowledged write of their item.
        last: the write that every Region shows in the end, -1 for none; one column per Region.
    """

    lost: np.ndarray
    conflicted: np.ndarray
    stale: np.ndarray
    last: np.ndarray


@dataclass(frozen=True)
class _Events:
    """Events of every play in the order in which they happen, one column per event.

    `kind` is _WRITE, _READ or anything else for an arrival; `number` is the write's or read's
    column; `due` false where there is no event.
    """

    kind: np.ndarray
    number: np.ndarray
    region: np.ndarray
    due: np.ndarray


def arrivals(plays: Plays, lags_ms: np.ndarray) -> np.ndarray:
    """Return when each image arrives in each Region: no image overtakes an earlier one of its link.

    Args:
        lags_ms: whole ms; one row per play, one column per write, one layer per receiving Region.

    Returns:
        ms in the same shape; NEVER in the write's own Region.
    """
    regions = lags_ms.shape[2]
    alone: np.ndarray = np.minimum(plays.write_ms[:, :, None] + lags_ms, NEVER)
    arrived: np.ndarray = np.full_like(alone, NEVER)
    for source in range(regions):
        own = (plays.write_region == source) & (plays.write_ms < NEVER)
        queued = np.where(own[:, :, None], alone, 0)
        np.maximum.accumulate(queued, axis=1, out=queued)
        arrived[own] = queued[own]
        arrived[:, :, source][own] = NEVER
    return arrived


def run(plays: Plays, lags_ms: np.ndarray) -> Outcome:
    """Do everything that happens in these plays, and tell what became of it.

    Args:
        lags_ms: whole ms; one row per play, one column per write, one layer per receiving Region.
            The Regions are in the order of their names, as the engine breaks ties by them.

    Raises:
        ValueError: two writes of one play fall into one ms: their stamps would be equal.
    """
    count, writes, regions = lags_ms.shape
    if ((np.diff(plays.write_ms, axis=1) <= 0) & (plays.write_ms[:, 1:] < NEVER)).any():
        raise ValueError("The writes of a play must stand in order, each in a ms of its own.")
    events = _in_order(plays, arrivals(plays, lags_ms))
    every = np.arange(count)
    held = np.full((count, regions), -1, dtype=np.int32)
    # The last write of each Region that a write had overwritten, itself included; one more row
    # stands for the item as it was before, which everybody has seen.
    seen = np.full((count, writes + 1, regions), -1, dtype=np.int32)
    origin = np.concatenate([plays.write_region, np.zeros((count, 1), np.int64)], axis=1)
    latest = np.full(count, -1, dtype=np.int32)
    lost = np.zeros((count, writes + 1), dtype=bool)
    conflicted = np.zeros((count, writes + 1), dtype=bool)
    stale = np.zeros_like(plays.read_ms, dtype=bool)
    for column in range(events.kind.shape[1]):
        rows = every[events.due[:, column]]
        if not len(rows):
            break
        kind, number = events.kind[rows, column], events.number[rows, column]
        region = events.region[rows, column]
        reads, commits = kind == _READ, kind == _WRITE
        row = rows[reads]
        stale[row, number[reads]] = held[row, region[reads]] != latest[row]
        row, write, here = rows[commits], number[commits], region[commits]
        seen[row, write] = seen[row, held[row, here]]
        seen[row, write, here] = held[row, here] = latest[row] = write
        arriving = ~(reads | commits)
        row, write, here = rows[arriving], number[arriving], region[arriving]
        met = held[row, here]
        clash = (met >= 0) & (seen[row, write, origin[row, met]] < met)
        clash &= seen[row, met, origin[row, write]] < write
        conflicted[row[clash], write[clash]] = True
        accepted = write > met
        gone = clash & accepted & (origin[row, met] == here)
        lost[row[gone], met[gone]] = True
        held[row[accepted], here[accepted]] = write[accepted]
    return Outcome(lost[:, :writes], conflicted[:, :writes], stale, held)


def _in_order(plays: Plays, arrived_ms: np.ndarray) -> _Events:
    count, writes, regions = arrived_ms.shape
    reads = plays.read_ms.shape[1]
    times = [plays.write_ms, plays.read_ms, arrived_ms.reshape(count, -1)]
    columns = np.arange(writes), np.arange(reads), np.repeat(np.arange(writes), regions)
    source = np.repeat(plays.write_region, regions, axis=1)
    at_once = times[2] == np.repeat(plays.write_ms, regions, axis=1)
    arriving = np.where(at_once, _AT_ONCE, source)
    kinds = [np.full_like(times[0], _WRITE), np.full_like(times[1], _READ), arriving]
    heard = np.broadcast_to(np.tile(np.arange(regions), writes), arriving.shape)
    places = [plays.write_region, plays.read_region, heard]
    time, kind = np.concatenate(times, axis=1), np.concatenate(kinds, axis=1)
    order = np.argsort(np.minimum(time, NEVER) * _ORDERS + kind, axis=1, kind="stable")
    order = order[:, : int((time < NEVER).sum(axis=1).max(initial=0))]
    number = np.broadcast_to(np.concatenate(columns), time.shape)
    return _Events(
        np.take_along_axis(kind, order, axis=1),
        np.take_along_axis(number, order, axis=1),
        np.take_along_axis(np.concatenate(places, axis=1), order, axis=1),
        np.take_along_axis(time, order, axis=1) < NEVER,
    )
