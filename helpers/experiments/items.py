"""The items of an experiment: one a trial, of a viewer made for this run."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import partial

from helpers.experiments.agenda import Agenda
from helpers.experiments.prober import Prober, now_ms, require

# Longer than anything AWS calls usual; what is not seen until then is kept as not seen.
GIVE_UP_MS = 30_000.0
_LOOK_EVERY_MS = 50.0


class TrialItems:
    """Places, names and removes the items of one run.

    The viewer's name is drawn anew for every run: an image that an earlier run left under way must
    not be taken for one of this run.
    """

    def __init__(self, kind: str, trials: int) -> None:
        self.user = f"{kind}-{secrets.token_hex(4)}"
        self.trials = trials

    def show(self, trial: int) -> str:
        """Name the item of a trial."""
        return f"trial-{trial:05d}"

    def place(
        self, writing: Prober, reading: Prober, bookmark: int, cancelled: Callable[[], bool]
    ) -> None:
        """Write the first version of every item and wait until the other Region has them all.

        Raises:
            ValueError: a call failed, or the other Region did not receive an item in time.
            CancelledError: `cancelled` said so.
        """
        for trial in range(self.trials):
            require(writing.write(self.user, self.show(trial), bookmark))
        agenda = Agenda(cancelled)
        deadline_ms = now_ms() + GIVE_UP_MS

        def look(trial: int, intended_ms: float) -> None:
            if require(reading.read(self.user, self.show(trial))).bookmark is not None:
                return
            if intended_ms > deadline_ms:
                raise ValueError(
                    f"{reading.region} has not received an item from {writing.region} within "
                    f"{GIVE_UP_MS / 1000:.0f} s. Is there a replica, and does its link run?"
                )
            agenda.at(intended_ms + _LOOK_EVERY_MS, partial(look, trial))

        for trial in range(self.trials):
            agenda.at(now_ms(), partial(look, trial))
        agenda.run()

    def remove(self, prober: Prober) -> None:
        """Delete the items; a failure leaves some behind, which harms nothing."""
        for trial in range(self.trials):
            prober.delete(self.user, self.show(trial))
