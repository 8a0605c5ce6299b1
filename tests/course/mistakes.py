"""A wrong answer to each exercise, of the kind that learners give."""

from __future__ import annotations

from typing import Any

MISTAKES: dict[str, Any] = {
    # The share that is visible, not the one that is not.
    "04-share-unseen": lambda lags_ms, t_ms: sum(x <= t_ms for x in lags_ms) / len(lags_ms),
    # Twice the writes for half the width.
    "04-writes-needed": lambda n, k: n * k,
    # Always right, and always the long way.
    "04-read-own-write": lambda _remembered, _nearby, home: home(),
}
