"""How fast to ask: chosen from the round trip measured first, and compared with what came of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

from helpers.experiments.prober import Probe, insist
from helpers.measures.brackets import visible_between
from helpers.transport import now_ms

_FIRST_READS, _BURST = 7, 32
# An open loop must stay well below what the target can do, or it measures its own queue.
_SHARE = 0.3
_USUAL_SPACING_MS = 120.0
# A bracket is a round trip and a polling interval wide: with this it is less than two of them.
_ROUND_TRIPS = 1.3
# Below this nothing that is between Regions is misjudged.
_MUCH_MS = 100.0


@dataclass(frozen=True)
class Pace:
    """What a run asks for.

    Attributes:
        poll_ms: between two reads of one item; spacing_ms: between two trials.
        rtt_ms: round trip of a read, the median, measured before.
        reads_per_s: how many reads a second the target answers, measured before.
    """

    poll_ms: float
    spacing_ms: float
    rtt_ms: float
    reads_per_s: float


class NotKeptError(ValueError):
    """A run did not keep its pace, and its answer would mislead; `slower` is what to try next."""

    def __init__(self, words: str, slower: Pace) -> None:
        super().__init__(words)
        self.slower = slower


def choose(
    look: Callable[[], Probe],
    lasts_ms: float,
    *,
    poll_ms: float | None,
    spacing_ms: float | None,
    share: float = 1.0,
) -> Pace:
    """Measure the round trip and what the reader's Region can answer, and choose what is not set.

    Args:
        look: reads as the run will.
        lasts_ms: how long an item is read, roughly.
        poll_ms, spacing_ms: as asked by the caller, None to choose.
        share: of what the Region can answer that this run may use.
    """
    reads = [insist(look) for _ in range(_FIRST_READS)]
    rtt_ms = median(read.rtt_ms for read in reads[1:])
    with ThreadPoolExecutor(_BURST) as pool:
        for last in (False, True):  # The first burst opens the connections.
            started_ms = now_ms()
            list(pool.map(lambda _: look(), range(_BURST)))
            took_ms = now_ms() - started_ms if last else 0.0
    reads_per_s = 1000 * _BURST / max(took_ms - rtt_ms, _BURST * 0.2)
    usable = reads_per_s * _SHARE * share
    lasts_ms += rtt_ms
    if poll_ms is None:
        affordable_ms = lasts_ms * 1000 / (_USUAL_SPACING_MS * usable)
        finest_ms = max(20.0, _ROUND_TRIPS * rtt_ms)
        poll_ms = round(max(finest_ms, min(affordable_ms, max(100.0, lasts_ms / 10))))
    if spacing_ms is None:
        spacing_ms = round(max(40.0, lasts_ms * 1000 / (poll_ms * usable)))
    return Pace(poll_ms, spacing_ms, round(rtt_ms, 2), round(reads_per_s))


def achieved(rows: Sequence[dict[str, Any]], pace: Pace) -> dict[str, Any]:
    """Compare what was asked with what came of it.

    Args:
        rows: reads as `run_staleness` words them.

    Returns:
        `achieved_poll_ms` (median between two reads of an item), `bracket_ms` (median between the
        last stale read's start and the first fresh one's end), `late_ms_p50`, `late_ms_p99` (of
        the starts of reads, after the time they were meant for), `note` (what is wrong with it and
        what to change, "" if nothing is).

    Raises:
        NotKeptError: the brackets are wider than what they bracket, or reads began far too late.
    """
    reads = pd.DataFrame(rows)
    answered = reads[reads["outcome"] == "ok"]
    ends = visible_between(answered, answered["fresh"].astype(bool))
    seen = ends[np.isfinite(ends["hi_ms"])]
    gaps_ms = answered.sort_values("t_ms").groupby(["trial", "write_region"])["t_ms"].diff()
    late_ms = (reads["t_ms"] - reads["intended_ms"]).clip(lower=0.0)
    kept = {
        "achieved_poll_ms": _rounded(gaps_ms.median()),
        # A write that the very first read shows has no bracket that more reads could narrow.
        "bracket_ms": _rounded((seen["hi_ms"] - seen["lo_ms"]).median()),
        "late_ms_p50": _rounded(late_ms.median()),
        "late_ms_p99": _rounded(late_ms.quantile(0.99)),
    }
    middles_ms = (seen["hi_ms"] + seen["lo_ms"].fillna(0.0).clip(lower=0.0)) / 2
    return kept | {"note": _note(kept, pace, _rounded(middles_ms.median()) or 0.0)}


def _rounded(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 1)


def _note(seen: dict[str, Any], pace: Pace, lag_ms: float) -> str:
    width_ms, late_ms = seen["bracket_ms"] or 0.0, seen["late_ms_p50"] or 0.0
    wide, late = width_ms > 2 * pace.poll_ms, late_ms > pace.poll_ms / 2
    if not wide and not late:
        return ""
    asked = (
        f"asked to read each item every {pace.poll_ms:g} ms, a lag is known to within "
        f"{width_ms:.0f} ms at the median and reads began {late_ms:.0f} ms late (round trip "
        f"{pace.rtt_ms:.0f} ms)"
    )
    better = max(2 * pace.poll_ms, _ROUND_TRIPS * pace.rtt_ms)
    too_late = late_ms > max(2 * pace.poll_ms, lag_ms / 2, _MUCH_MS)
    if too_late or (wide and width_ms > max(lag_ms, _MUCH_MS)):
        slower = replace(pace, poll_ms=round(better), spacing_ms=2 * pace.spacing_ms)
        raise NotKeptError(
            f"This run cannot tell the lag, which is about {lag_ms:.0f} ms: {asked}. Ask for less "
            f"at once: poll_ms={slower.poll_ms:.0f} or spacing_ms={slower.spacing_ms:.0f}. "
            "Or leave both out, and the run chooses them; or stop other programs on this machine.",
            slower,
        )
    return f"Coarser than asked: {asked}. Set poll_ms={better:.0f}, or leave it out."
