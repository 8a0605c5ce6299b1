"""The one way to wait until Regions agree: what they hold alike, and what stays unknown."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from helpers.experiments.agenda import CancelledError
from helpers.experiments.prober import Prober, now_ms
from helpers.outcomes import Outcome

_LOOK_EVERY_S = 0.5


@dataclass(frozen=True)
class Settled:
    """What every Region held of one viewer's items when they agreed, or at the deadline.

    Attributes:
        alike: bookmarks by item that all hold.
        apart: items in which they still differed, or that were not looked at: unknown.
        held: what each held, by its Region.
    """

    alike: Mapping[str, int]
    apart: frozenset[str]
    held: Mapping[str, Mapping[str, int]]


def settle(
    probers: Sequence[Prober],
    user: str,
    within_ms: float,
    *,
    looks: int = 7,
    every_s: float = _LOOK_EVERY_S,
    complete: Callable[[Mapping[str, int]], bool] = lambda _held: True,
    cancelled: Callable[[], bool] = lambda: False,
) -> Settled:
    """Look until all Regions hold the same for so many looks, or the deadline.

    Looks are strongly consistent, each in its own Region. A look that was lost is no look: it is
    made again, and never passes for an empty Region.

    Args:
        probers: one a Region.
        user: whose items.
        within_ms: how long at most.
        looks: how many that agree, one after the other, end it.
        every_s: between two looks.
        complete: tells from what is held alike whether it can be the end.

    Raises:
        CancelledError: `cancelled` said so.
    """
    deadline_ms, same = now_ms() + within_ms, 0
    held: dict[str, Mapping[str, int]] = {}
    before: list[dict[str, int]] = []
    while True:
        seen = [prober.bookmarks(user, consistent=True) for prober in probers]
        if all(probe.outcome == Outcome.OK for probe, _ in seen):
            found = [items for _, items in seen]
            held = {p.region: items for p, items in zip(probers, found, strict=True)}
            agreed = all(items == found[0] for items in found) and complete(found[0])
            same = same + 1 if agreed and (looks == 1 or found == before) else 0
            before = found
        else:
            same = 0
        if same >= max(1, looks - 1) or now_ms() > deadline_ms:
            return _settled(held)
        if cancelled():
            raise CancelledError
        time.sleep(every_s)


def _settled(held: Mapping[str, Mapping[str, int]]) -> Settled:
    found = list(held.values())
    names = {name for items in found for name in items}
    apart = {n for n in names if any(items.get(n) != found[0].get(n) for items in found)}
    alike = {n: found[0][n] for n in names - apart}
    return Settled(alike, frozenset(apart), held)
