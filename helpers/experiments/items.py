"""The items of an experiment: one a trial, of a viewer made for this run."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from statistics import median
from typing import Any

from helpers.experiments.agenda import CancelledError
from helpers.experiments.prober import Probe, Prober, insist, require
from helpers.outcomes import Outcome
from helpers.transport import now_ms

# Longer than anything AWS calls usual; what is not seen until then is kept as not seen.
GIVE_UP_MS = 30_000.0
_PLACED_WITHIN_MS = 120_000.0
_LOOK_EVERY_MS = 50.0
_AT_ONCE = 8


class TrialItems:
    """Places, names and removes the items of one run.

    The viewer's name is drawn anew for every run: an image that an earlier run left under way must
    not be taken for one of this run.
    """

    def __init__(self, kind: str, trials: int) -> None:
        self._kind = kind
        self.trials = trials
        self.renew()

    def renew(self) -> None:
        """Draw another viewer, for another run."""
        self.user = f"{self._kind}-{secrets.token_hex(4)}"

    def show(self, trial: int) -> str:
        """Name the item of a trial."""
        return f"trial-{trial:05d}"

    def shows(self) -> list[str]:
        """Name all items."""
        return [self.show(trial) for trial in range(self.trials)]

    def change(self, prober: Prober, trial: int) -> Probe:
        """Make the write of a trial that is to be seen elsewhere."""
        return prober.write(self.user, self.show(trial), 1)

    def look(self, prober: Prober, trial: int, *, consistent: bool) -> tuple[Probe, dict[str, Any]]:
        """Read a trial; tell in columns what was shown, `fresh` if all of it."""
        read = prober.read(self.user, self.show(trial), consistent=consistent)
        return read, {"fresh": read.bookmark == 1}

    @contextmanager
    def placed(
        self, writing: Prober, reading: Prober, bookmark: int, cancelled: Callable[[], bool]
    ) -> Iterator[float]:
        """Lay out the items for one run, as `place` does; afterwards remove them and renew."""
        try:
            yield self.place(writing, reading, bookmark, cancelled)
        finally:
            self.remove(writing)
            self.renew()

    def place(
        self, writing: Prober, reading: Prober, bookmark: int, cancelled: Callable[[], bool]
    ) -> float:
        """Write the first version of every item and wait until the other Region has them all.

        Returns:
            How long an item took to be there, in ms, the median, roughly: one query looks for all.

        Raises:
            ValueError: a call failed, or the other Region did not receive an item in time.
            CancelledError: `cancelled` said so.
        """
        shows = self.shows()
        written_ms: dict[str, float] = {}

        def write(show: str) -> None:
            if not cancelled():
                written_ms[show] = insist(partial(writing.write, self.user, show, bookmark)).done_ms

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(write, shows))
        took_ms: dict[str, float] = {}
        deadline_ms = now_ms() + _PLACED_WITHIN_MS
        while len(took_ms) < len(shows):
            if cancelled():
                raise CancelledError
            probe, found = reading.bookmarks(self.user)
            if probe.outcome != Outcome.UNKNOWN:  # a lost look is made again
                require(probe)
            for show in found.keys() - took_ms.keys():
                took_ms[show] = max(0.0, probe.done_ms - written_ms[show])
            if now_ms() > deadline_ms:
                raise ValueError(
                    f"{reading.region} has not received an item from {writing.region} within "
                    f"{_PLACED_WITHIN_MS / 1000:.0f} s. Is there a replica, and does its link run?"
                )
            time.sleep(_LOOK_EVERY_MS / 1000)
        return median(took_ms.values())

    def remove(self, prober: Prober) -> None:
        """Delete the items; a failure leaves some behind, which harms nothing."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for show in self.shows():
                pool.submit(prober.delete, self.user, show)


class PairItems(TrialItems):
    """Two items a trial, which one transaction writes."""

    def shows(self) -> list[str]:
        """Name all items."""
        return [show for trial in range(self.trials) for show in self.pair(trial)]

    def pair(self, trial: int) -> tuple[str, str]:
        """Name the two items of a trial."""
        return f"{self.show(trial)} a", f"{self.show(trial)} b"

    def change(self, prober: Prober, trial: int) -> Probe:
        """Write both by one transaction."""
        return prober.write_together(self.user, self.pair(trial), 1)

    def look(self, prober: Prober, trial: int, *, consistent: bool) -> tuple[Probe, dict[str, Any]]:
        """Read both by one call."""
        read, found = prober.read_together(self.user, self.pair(trial), consistent=consistent)
        one, other = (found.get(show) == 1 for show in self.pair(trial))
        return read, {"fresh": one and other, "first": one, "second": other}
