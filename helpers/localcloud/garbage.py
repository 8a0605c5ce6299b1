"""When Python looks through all its objects for garbage: not while anybody waits for an answer.

Such a look takes a fifth of a second where tables hold a hundred thousand items, and stops all
Regions. Young garbage is found as ever; what is old is looked through when nobody asks.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable

# Nobody has asked for so long.
_QUIET_S = 2.0
# Looks at what is young since the last look at all: so many are worth another, and with so many it
# does not wait any longer.
_WORTH_IT, _ENOUGH = 20, 20_000
# What Python has otherwise.
_YOUNG, _MIDDLE = 700, 10


def leave_the_old_alone() -> None:
    """Look at young objects only, and never again at those that are there by now."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, 1_000_000)


async def tidy_when_quiet(last_asked_s: Callable[[], float]) -> None:
    """Look through everything when nobody asks, for as long as the cloud runs.

    Args:
        last_asked_s: tells when a request was last begun or answered, on the monotonic clock.
    """
    while True:
        await asyncio.sleep(_QUIET_S / 2)
        looked = gc.get_count()[2]
        quiet = time.monotonic() - last_asked_s() > _QUIET_S
        if looked > _ENOUGH or (quiet and looked > _WORTH_IT):
            gc.collect()
