"""Remedies for conflicts, measured alike: two viewers change one bookmark at the same moment."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from helpers.experiments.agenda import CancelledError
from helpers.experiments.prober import Probe, Prober, insist, now_ms
from helpers.experiments.settle import settle
from helpers.outcomes import Outcome
from helpers.progress import Progress
from helpers.targets import Target

FIRST_S, SECOND_S = 15, 30
_SETTLE_MS = 20_000.0
_PLACED_WITHIN_MS = 120_000.0
_MOST_ATTEMPTS = 5

# Takes a prober, a user, the item's name and the seconds to add; returns the call that counts.
Change = Callable[[Prober, str, str, int], Probe]


@dataclass(frozen=True)
class Remedy:
    """How a bookmark is written, and read.

    Attributes:
        name: in words.
        change: makes a viewer's change in a Region.
        kept: tells from all items of a trial, by name, whether both changes are in them.
        home: whether every viewer writes in the first Region, wherever they are.
    """

    name: str
    change: Change
    kept: Callable[[Mapping[str, int]], bool]
    home: bool = False


def _add(prober: Prober, user: str, show: str, seconds: int) -> Probe:
    return prober.add(user, show, seconds)


def _set(prober: Prober, user: str, show: str, seconds: int) -> Probe:
    return prober.write(user, show, seconds)


def _delete_or_add(prober: Prober, user: str, show: str, seconds: int) -> Probe:
    """Let one viewer take the bookmark away while the other one moves it.

    Either the bookmark is gone in the end, or the delete was for nothing.
    """
    if seconds == SECOND_S:
        return prober.delete(user, show)
    return prober.add(user, show, seconds)


def _add_to_own(prober: Prober, user: str, show: str, seconds: int) -> Probe:
    return prober.add(user, f"{show} {prober.region}", seconds)


def _append(prober: Prober, user: str, show: str, seconds: int) -> Probe:
    return prober.write(user, f"{show} {secrets.token_hex(6)}", seconds)


def _replace(prober: Prober, user: str, show: str, seconds: int) -> Probe:
    """Read, then write on the condition of what was read; again, if that has changed."""
    for _ in range(_MOST_ATTEMPTS):
        seen = insist(partial(prober.read, user, show, consistent=True)).bookmark
        probe = prober.replace(user, show, seen, (seen or 0) + seconds)
        if "ConditionalCheckFailed" not in probe.message:
            return probe
    return probe


def _sum(items: Mapping[str, int]) -> bool:
    return sum(items.values()) == FIRST_S + SECOND_S


REMEDIES = (
    Remedy("counter (ADD)", _add, _sum),
    Remedy("last position (SET)", _set, _sum),
    Remedy("delete, against an update", _delete_or_add, lambda items: not items),
    Remedy("conditional write", _replace, _sum),
    Remedy("one home Region per user", _add, _sum, home=True),
    Remedy("one item per Region, merged", _add_to_own, _sum),
    Remedy("append-only events, folded", _append, _sum),
)


def run_remedies(
    target: Target,
    first: str,
    second: str,
    *,
    trials: int = 20,
    rows: list[dict[str, Any]] | None = None,
    progress: Progress = lambda _done, _of: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> pd.DataFrame:
    """Make a viewer in each Region change one bookmark at once, by every remedy in turn.

    The first adds 15 s, the second 30 s; each remedy reads in its own way whether both are there
    once the Regions agree. A viewer whose home is elsewhere pays the way: on the local cloud it is
    added for that call, as if from the second Region.

    Args:
        rows: where to put the rows, as they come; until the Regions agree each outcome is unknown.

    Returns:
        One row per trial: `remedy`, `trial`, `lost` (whether a change that was acknowledged is not
        there), `write_ms` (of the second viewer, whose way may be long), `outcome` (unknown where
        the Regions did not agree before the deadline).

    Raises:
        ValueError: the two Regions are one.
        CancelledError: `cancelled` said so.
    """
    if first == second or trials < 1:
        raise ValueError("Give two different Regions and at least one trial.")
    rows = [] if rows is None else rows
    user, done = f"remedies-{secrets.token_hex(4)}", []
    shows = [f"{place}-{trial:03}" for place in range(len(REMEDIES)) for trial in range(trials)]
    with ExitStack() as stack, ThreadPoolExecutor(2) as pool:
        pair = [stack.enter_context(Prober(target, region)) for region in (first, second)]
        stack.callback(_remove, pair[0], user)
        # Both Regions know every bookmark, at 0 s: there is something to delete, and to read.
        for show in shows:
            insist(partial(pair[0].write, user, show, 0))
        began_ms = now_ms()
        placed = settle(
            pair, user, _PLACED_WITHIN_MS, looks=1, complete=lambda held: len(held) == len(shows),
            cancelled=cancelled,
        )  # fmt: skip
        if len(placed.alike) < len(shows):
            raise ValueError(
                f"{second} has not received every bookmark from {first} within "
                f"{_PLACED_WITHIN_MS / 1000:.0f} s. Is there a replica, and does its link run?"
            )
        # Twice the time it just took: a change that is under way longer is not lost yet.
        settle_ms = max(_SETTLE_MS, 2 * (now_ms() - began_ms))
        for place, remedy in enumerate(REMEDIES):
            away = stack.enter_context(ExitStack())
            if remedy.home:
                away.enter_context(target.seen_from(second))
            for trial in range(trials):
                if cancelled():
                    raise CancelledError
                show = f"{place}-{trial:03}"
                writers = [pair[0], pair[0] if remedy.home else pair[1]]
                calls = [
                    partial(remedy.change, prober, user, show, seconds)
                    for prober, seconds in zip(writers, (FIRST_S, SECOND_S), strict=True)
                ]
                one, other = _together(pool, calls, trial, remedy.home)
                row = {
                    "remedy": remedy.name, "trial": trial, "lost": False,
                    "write_ms": other.rtt_ms, "outcome": Outcome.UNKNOWN,
                }  # fmt: skip
                rows.append(row)
                done.append((row, remedy, show, Outcome.worst(one.outcome, other.outcome)))
                progress(len(done), trials * len(REMEDIES))
            away.close()
        settled = settle(pair, user, settle_ms, cancelled=cancelled)
    apart = {name.partition(" ")[0] for name in settled.apart}
    for row, remedy, show, outcome in done:
        if show in apart or not settled.held:
            continue
        items = {n: value for n, value in settled.alike.items() if n.partition(" ")[0] == show}
        row |= {"outcome": outcome, "lost": outcome == Outcome.OK and not remedy.kept(items)}
    return pd.DataFrame(rows)


def _together(
    pool: ThreadPoolExecutor, calls: Sequence[Callable[[], Probe]], trial: int, home: bool
) -> list[Probe]:
    """Make both calls at once; which of them is a moment earlier changes from trial to trial."""
    if home:
        # Both use the one connection to the home Region: they take turns.
        return [call() for call in calls]
    order = (0, 1) if trial % 2 == 0 else (1, 0)
    jobs = {place: pool.submit(calls[place]) for place in order}
    return [jobs[0].result(), jobs[1].result()]


def _remove(prober: Prober, user: str) -> None:
    for show in prober.bookmarks(user)[1]:
        prober.delete(user, show)
