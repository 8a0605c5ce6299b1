"""CloudWatch's memory: what is a quarter of an hour old becomes one statistic set a minute."""

from __future__ import annotations

import time
from typing import Any

from helpers.localcloud.ministack.seams import check_seams

_FINE_S = 15 * 60
_MINUTE_S = 60
_KEPT_S = 15 * 86_400
SEAMS = {"_evict_old_metrics": [], "_calc_stats": ["points"]}


class Metrics:
    """Takes the place of MiniStack's sweep, which looks at every point at every call."""

    def __init__(self) -> None:
        from ministack.services import cloudwatch  # noqa: PLC0415 - reads its environment

        check_seams(cloudwatch, SEAMS)
        self._watch: Any = cloudwatch
        self._next_s = 0.0
        self._watch._evict_old_metrics = lambda: self.sweep(time.time())  # noqa: SLF001

    def sweep(self, now_s: float) -> None:
        """Once a minute: merge what is older than a quarter of an hour, drop what is too old."""
        if now_s < self._next_s:
            return
        self._next_s = now_s + _MINUTE_S
        metrics = self._watch._metrics  # noqa: SLF001
        for place, points in metrics.all_items():
            kept = self._merged([p for p in points if p["Timestamp"] >= now_s - _KEPT_S], now_s)
            if kept:
                metrics.set_scoped(*place, kept)
            else:
                metrics.pop_scoped(*place, None)

    def _merged(self, points: list[dict[str, Any]], now_s: float) -> list[dict[str, Any]]:
        """Merge the sets of each minute; single values stay, since percentiles need them."""
        old: dict[float, list[dict[str, Any]]] = {}
        kept = []
        for point in points:
            if "_stat" in point and point["Timestamp"] < now_s - _FINE_S:
                old.setdefault(point["Timestamp"] // _MINUTE_S, []).append(point)
            else:
                kept.append(point)
        merged = []
        for same in old.values():
            if len(same) == 1 or not (stats := self._watch._calc_stats(same)):  # noqa: SLF001
                merged += same
                continue
            average = stats.pop("Average")
            merged.append({**same[0], "Value": average, "_stat": stats})
        return merged + kept
