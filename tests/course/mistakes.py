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
    "08-alarm-rule": lambda periods, threshold, m, _n: (
        sum((v or 0) > threshold for v in periods) >= m
    ),
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
    # A dictionary where a list is wanted.
    "03-updates": {"Create": {"RegionName": "us-east-2"}},
    # The last of them is not always the greatest, and there may be none.
    "03-is-stale": lambda bookmark, acknowledged: bookmark < acknowledged[-1],
    # SET needs a bookmark to be there.
    "02-expression": "SET Bookmark = Bookmark + :seconds",
    # Not sorted.
    "02-percentile": lambda times_ms, share: times_ms[int(share * len(times_ms)) - 1],
    # Without the types, as Python would write it.
    "01-request": {"TableName": "global-serverless", "Key": {"PK": "user100"}},
    # Sizes are not rounded up.
    "01-read-units": lambda size, consistent: size / 4096 * (1 if consistent else 0.5),
    # The greater number, not the later write.
    "05-winner": lambda one, other: max(one, other, key=lambda image: image[2]),
    # The wrong way round.
    "05-is-lost": lambda gap_ms, lag_ms: gap_ms > lag_ms,
    # Seconds that were merged before are counted again.
    "05-merged": lambda one, other: {region: one[region] + other[region] for region in one},
}
