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
    # Moves at the first lost save, which may be bad luck.
    "06-next-region": lambda here, other, lost: other if lost else here,
    # Repeats whatever did not succeed: adds twice, and takes viewers back.
    "06-send-again": lambda outcome, _adds, _overtaken: outcome != "ok",
    # Waits for all, not for two of three.
    "07-strong-write-ms": lambda round_trip_ms: max(round_trip_ms.values()),
    # Takes any later write for one that the read had to see.
    "07-is-stale": lambda _start_ms, seen, writes: any(start > seen[1] for start, _ in writes),
    # Silence is good news, and all periods count.
    "08-rings": lambda periods, threshold, m, _n: sum((v or 0) > threshold for v in periods) >= m,
    # As if the first bad period were always over at once.
    "08-unnoticed-s": lambda threshold_s, period_s, m: threshold_s + (m - 1) * period_s,
    # All viewers, not those of the lost Region.
    "09-behind": lambda viewers, _regions, every_s, lag_s: viewers / every_s * lag_s,
    # Pays for the call in every Region.
    "09-bill-usd": lambda saves_m, here, others: (
        saves_m * sum(one["call"] + one["write"] for one in [here, *others])
    ),
    # In the order in which they were made.
    "10-order": lambda copied_from: sorted(copied_from, reverse=True),
    # A like name is enough.
    "10-is-mine": lambda tags, app: any(app in pair["Value"] for pair in tags),
}
