"""Outage: steady viewers write through their Region while it goes dark, and comes back."""

from __future__ import annotations

import math
import secrets
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pandas as pd

from helpers import tables
from helpers.experiments.agenda import CancelledError
from helpers.experiments.callers import Caller, call_api, call_table
from helpers.experiments.prober import Probe, Prober, insist, now_ms
from helpers.experiments.settle import settle
from helpers.outcomes import Outcome
from helpers.progress import Progress
from helpers.targets import Target

FAILS_OVER, STAYS = "fails over", "stays"
_SETTLED_MS = 20_000.0
_LOOK_EVERY_S = 0.02


@dataclass(frozen=True)
class OutageObservations:
    """What an outage experiment saw; every time is in ms since the first viewer began.

    Attributes:
        calls: one row per call of a viewer: `client`, `kind` (fails over; stays), `region`,
            `intended_ms`, `start_ms`, `end_ms`, `rtt_ms`, `outcome`, `bookmark`.
        writes: one row per acknowledged write: `write`, `key`, `region`, `ack_ms`, `unseen_ms`
            (start of the last read in the other Region that showed neither it nor a later one, its
            acknowledgement if there was none after that), `visible_ms` (end of the first read that
            did; inf if none did). What the viewer saved elsewhere meanwhile shows nothing of it.
        final: one row per item: `key`, and what each Region held once both agreed, in s.
        outage_start_ms, outage_end_ms: when the Region was told to go, and to come back.
        failover_ms: when the first viewer had a success elsewhere; inf if none had.
        failovers: the same for each viewer that failed over and had one.
        settings: what was asked.
    """

    calls: pd.DataFrame
    writes: pd.DataFrame
    final: pd.DataFrame
    outage_start_ms: float
    outage_end_ms: float
    failover_ms: float
    failovers: dict[str, float]
    settings: dict[str, Any]


def run_outage(
    target: Target,
    dark: str,
    other: str,
    *,
    viewers: int = 6,
    staying: int = 3,
    every_ms: float = 400.0,
    calm_s: float = 4.0,
    dark_s: float = 5.0,
    after_s: float = 4.0,
    through_api: bool = True,
    table: str | None = None,
    consistent: bool = False,
    progress: Progress = lambda _done, _of: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> OutageObservations:
    """Let viewers save their position through `dark`, take it away, and give it back.

    Each viewer plays a show of its own and saves every `every_ms`, open-loop. Those that fail over
    try the same save in the other Region as soon as one does not succeed, and stay there; the
    others go on as if nothing were wrong. Both Regions' APIs are warm, as those of a service in use
    are.

    Args:
        dark: the Region that goes dark.
        other: the Region that goes on, where a reader looks for every write all the time.
        viewers: how many fail over; `staying`: how many do not.
        consistent: look in the other Region with strong consistency.
        through_api: save through the deployed API, as an app does; else straight in DynamoDB.
        progress: called with seconds done and seconds in all.

    Raises:
        ValueError: a Region has no API, or a call failed before the outage.
        CancelledError: `cancelled` said so; the Region is back online.
    """
    table = table or tables.name(target)
    kinds = [FAILS_OVER] * viewers + [STAYS] * staying
    call = partial(call_api, target) if through_api else partial(call_table, target, table=table)
    crowd = [
        _Viewer(f"viewer-{number:02}", kind, [call(dark), call(other)])
        for number, kind in enumerate(kinds)
    ]
    total_s = calm_s + dark_s + after_s
    show: Callable[[float], None] = lambda done_s: progress(round(done_s), round(total_s))  # noqa: E731
    eyes = (Prober(target, dark, table), Prober(target, other, table))
    scene = _Scene(crowd, Prober(target, other, table), every_ms, consistent, cancelled)
    try:
        scene.start(total_s)
        scene.wait(calm_s, show)
        scene.require_calm()
        outage_start_ms = scene.now_ms()
        target.set_outage(dark, dark=True)
        scene.wait(calm_s + dark_s, show)
        outage_end_ms = scene.now_ms()
        target.set_outage(dark, dark=False)
        scene.wait(total_s, show)
        scene.join()
        final = _settle(scene.user, [viewer.name for viewer in crowd], eyes)
        show(total_s)
    finally:
        target.set_outage(dark, dark=False)
        scene.stop()
        for viewer in crowd:
            eyes[1].delete(scene.user, viewer.name)
            viewer.close()
        for eye in eyes:
            eye.close()
    settings = {
        "dark": dark, "other": other, "viewers": viewers, "staying": staying,
        "every_ms": every_ms, "calm_s": calm_s, "dark_s": dark_s, "after_s": after_s,
        "through_api": through_api, "table": table, "consistent": consistent,
    }  # fmt: skip
    calls = pd.DataFrame(scene.calls).sort_values("intended_ms", ignore_index=True)
    elsewhere = calls[(calls["region"] == other) & (calls["outcome"] == "ok")]
    failovers = {str(k): float(v) for k, v in elsewhere.groupby("client")["end_ms"].min().items()}
    failover_ms = min(failovers.values(), default=math.inf)
    return OutageObservations(
        calls, scene.writes(), final, outage_start_ms, outage_end_ms, failover_ms, failovers,
        settings,
    )  # fmt: skip


def together(found: Sequence[OutageObservations]) -> OutageObservations:
    """Put several outages on one clock, as if all had begun when the first did.

    Each table gets a column `outage`, from 1; viewers and items of the later ones get its number.

    Args:
        found: one or more, of the same settings.
    """
    first, calls, writes, final = found[0], [], [], []
    failovers: dict[str, float] = {}
    for number, seen in enumerate(found, start=1):
        shift_ms = first.outage_start_ms - seen.outage_start_ms
        mark = "" if number == 1 else f" #{number}"
        called = seen.calls.assign(client=seen.calls["client"] + mark, outage=number)
        called[["intended_ms", "start_ms", "end_ms"]] += shift_ms
        calls.append(called)
        written = seen.writes.assign(outage=number)
        written[["write", "key"]] += mark
        written[["ack_ms", "unseen_ms", "visible_ms"]] += shift_ms
        writes.append(written)
        final.append(seen.final.assign(key=seen.final["key"] + mark, outage=number))
        failovers |= {f"{name}{mark}": ms + shift_ms for name, ms in seen.failovers.items()}
    lasted_ms = [seen.outage_end_ms - seen.outage_start_ms for seen in found]
    return replace(
        first, calls=pd.concat(calls, ignore_index=True),
        writes=pd.concat(writes, ignore_index=True), final=pd.concat(final, ignore_index=True),
        outage_end_ms=first.outage_start_ms + statistics.median(lasted_ms),
        failover_ms=min(failovers.values(), default=math.inf), failovers=failovers,
    )  # fmt: skip


class _Viewer:
    """One viewer with a show of its own, whose position only grows."""

    def __init__(self, name: str, kind: str, callers: list[Caller]) -> None:
        self.name = name
        self.kind = kind
        self._callers = callers
        self._place = 0
        self._position = 0

    def save(self, user: str) -> Iterator[tuple[str, int, Probe]]:
        """Save the next position; one that fails over tries again in the other Region at once."""
        self._position += 1
        while True:
            caller = self._callers[self._place]
            probe = caller.write(user, self.name, self._position)
            yield caller.region, self._position, probe
            if probe.outcome == "ok" or self.kind == STAYS or self._place > 0:
                return
            self._place = 1

    def warm(self, user: str) -> None:
        """Make a first save in each Region: cold starts are another experiment's business."""
        for caller in self._callers:
            insist(partial(caller.write, user, self.name, 0))

    def close(self) -> None:
        for caller in self._callers:
            caller.close()


class _Scene:
    """Viewers, each in a thread of its own: one that hangs must not hold up the others."""

    def __init__(
        self,
        viewers: list[_Viewer],
        eye: Prober,
        every_ms: float,
        consistent: bool,
        cancelled: Callable[[], bool],
    ) -> None:
        self.calls: list[dict[str, Any]] = []
        self.user = f"outage-{secrets.token_hex(4)}"
        self._acknowledged: list[tuple[str, str, int, float]] = []
        self._looks: list[tuple[float, float, dict[str, int]]] = []
        self._viewers = viewers
        self._eye = eye
        self._every_ms = every_ms
        self._consistent = consistent
        self._cancelled = cancelled
        self._stopped = threading.Event()
        self._origin_ms = 0.0
        self._playing: list[threading.Thread] = []
        self._looking = threading.Thread(target=self._look, name="outage-reader")

    def now_ms(self) -> float:
        return now_ms() - self._origin_ms

    def start(self, length_s: float) -> None:
        with ThreadPoolExecutor(len(self._viewers)) as pool:
            list(pool.map(lambda viewer: viewer.warm(self.user), self._viewers))
        self._origin_ms = now_ms()
        for number, viewer in enumerate(self._viewers):
            first_ms = number * self._every_ms / len(self._viewers)
            play = partial(self._play, viewer, first_ms, length_s * 1000)
            self._playing.append(threading.Thread(target=play, name=f"outage-{viewer.name}"))
        for thread in (self._looking, *self._playing):
            thread.start()

    def wait(self, until_s: float, progress: Callable[[float], None]) -> None:
        while (left_s := until_s - self.now_ms() / 1000) > 0:
            if self._cancelled():
                raise CancelledError
            progress(self.now_ms() / 1000)
            time.sleep(min(left_s, 0.2))

    def require_calm(self) -> None:
        """Refuse to measure an outage of what did not work before."""
        wrong = [call for call in self.calls if call["outcome"] != "ok"]
        if wrong or not self.calls:
            seen = "none was made"
            if wrong:
                seen = f"one to {wrong[0]['region']} ended {wrong[0]['outcome']}"
            raise ValueError(
                f"Before the outage every call has to succeed, but {seen}. Are table, replica and "
                "APIs there? `workshop prepare REGION...` creates them."
            )

    def stop(self) -> None:
        """Let everything end that runs; it can be called twice."""
        self._stopped.set()
        for thread in (self._looking, *self._playing):
            if thread.ident is not None:
                thread.join()
        self._eye.close()

    def join(self) -> None:
        """Wait until the viewers have done all they meant to."""
        for thread in self._playing:
            thread.join()

    def _play(self, viewer: _Viewer, first_ms: float, length_ms: float) -> None:
        intended_ms = first_ms
        while intended_ms < length_ms and not self._stopped.is_set():
            self._stopped.wait(max(0.0, intended_ms - self.now_ms()) / 1000)
            for region, position, probe in viewer.save(self.user):
                self._note(viewer, intended_ms, region, position, probe)
            intended_ms += self._every_ms

    def _note(
        self, viewer: _Viewer, intended_ms: float, region: str, position: int, probe: Probe
    ) -> None:
        end_ms = probe.done_ms - self._origin_ms
        self.calls.append(
            {
                "client": viewer.name,
                "kind": viewer.kind,
                "region": region,
                "intended_ms": intended_ms,
                "start_ms": probe.started_ms - self._origin_ms,
                "end_ms": end_ms,
                "rtt_ms": probe.rtt_ms,
                "outcome": probe.outcome,
                "bookmark": position,
            }
        )
        if probe.outcome == "ok":
            self._acknowledged.append((viewer.name, region, position, end_ms))

    def _look(self) -> None:
        while not self._stopped.wait(_LOOK_EVERY_S):
            probe, found = self._eye.bookmarks(self.user, consistent=self._consistent)
            if probe.outcome == "ok":
                started_ms, done_ms = (
                    t - self._origin_ms for t in (probe.started_ms, probe.done_ms)
                )
                self._looks.append((started_ms, done_ms, found))

    def writes(self) -> pd.DataFrame:
        """Join what was acknowledged with the looks at the other Region around its visibility."""
        rows = []
        # What a viewer saved elsewhere says nothing of what the dark Region had acknowledged.
        elsewhere = {
            (call["client"], call["bookmark"])
            for call in self.calls
            if call["region"] == self._eye.region and call["outcome"] != Outcome.FAILED
        }
        for key, region, position, ack_ms in sorted(self._acknowledged, key=lambda w: w[3]):
            shown = [
                (held := found.get(key, -1)) >= position
                and (region == self._eye.region or (key, held) not in elsewhere)
                for _, _, found in self._looks
            ]
            first = shown.index(True) if True in shown else len(shown)
            before_ms = max(
                (start for start, _, found in self._looks[:first] if found.get(key, -1) < position),
                default=ack_ms,
            )
            rows.append(
                {
                    "write": f"{key} {position} s",
                    "key": key,
                    "region": region,
                    "ack_ms": ack_ms,
                    "unseen_ms": max(ack_ms, before_ms),
                    "visible_ms": self._looks[first][1] if first < len(shown) else math.inf,
                }
            )
        return pd.DataFrame(rows)


def _settle(user: str, keys: list[str], probers: tuple[Prober, Prober]) -> pd.DataFrame:
    """Wait until both Regions hold the same, and return what each holds."""
    held = settle(probers, user, _SETTLED_MS, looks=1, every_s=0.1).held
    columns = {region: [has.get(key) for key in keys] for region, has in held.items()}
    return pd.DataFrame({"key": keys, **columns})
