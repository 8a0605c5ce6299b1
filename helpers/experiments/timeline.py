"""A bookmark in several Regions against time, while one of them moves it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from contextlib import ExitStack
from functools import partial

import pandas as pd

from helpers.experiments.agenda import Agenda
from helpers.experiments.prober import Probe, Prober, now_ms
from helpers.targets import Target

# Between two writes, between two reads, and how long reads go on after the last write.
_EVERY_MS, _POLL_MS, _TAIL_MS = 1500.0, 25.0, 3000.0


def run_timeline(
    target: Target,
    writer: str,
    regions: Iterable[str],
    *,
    writes: int = 5,
) -> pd.DataFrame:
    """Add 15 s to one bookmark `writes` times in one Region, and read it in all, all the time.

    Returns:
        One row per call: `t_ms` (since the run began: of a write its acknowledgement, of a read its
        end), `region`, `kind` (write or read), `bookmark`, `outcome`.
    """
    user, rows = f"line-{secrets.token_hex(4)}", []
    with ExitStack() as stack:
        probers = {r: stack.enter_context(Prober(target, r)) for r in regions}
        writing = stack.enter_context(Prober(target, writer))
        agenda, start_ms = Agenda(), now_ms() + 50

        def press(_intended_ms: float) -> None:
            written = writing.add(user, "show", 15)
            rows.append(_row(written.done_ms - start_ms, writer, "write", written))

        def look(region: str, _intended_ms: float) -> None:
            read = probers[region].read(user, "show")
            rows.append(_row(read.done_ms - start_ms, region, "read", read))

        for number in range(writes):
            agenda.at(start_ms + number * _EVERY_MS, press)
        until_ms = writes * _EVERY_MS + _TAIL_MS
        for number in range(int(until_ms / _POLL_MS)):
            for region in probers:
                agenda.at(start_ms + number * _POLL_MS, partial(look, region))
        agenda.run()
        writing.delete(user, "show")
    return pd.DataFrame(rows)


def _row(t_ms: float, region: str, kind: str, probe: Probe) -> dict[str, object]:
    return {
        "t_ms": t_ms,
        "region": region,
        "kind": kind,
        # Before the first write reaches a Region there is no item there: that is 0 s.
        "bookmark": probe.bookmark or 0,
        "outcome": probe.outcome,
    }
