"""CloudWatch's alarms on a timer, in place of MiniStack's, which look when data is put.

MiniStack evaluates an alarm only when data or an alarm is put, over whatever dimensions, and knows
no missing data: an alarm about silence never rings.
"""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Mapping
from typing import Any

from helpers.localcloud.alarm_rule import AlarmRule, lasting_s
from helpers.localcloud.ministack.seams import check_seams

# Data of a period may be published a little after its end.
_GRACE_S = 1.5
_LOOK_EVERY_S = 0.5
# Name -> parameters, of every internal function that is called or replaced.
SEAMS = {
    "_evaluate_alarm": ["alarm"],
    "_evaluate_all_alarms": [],
    "_dims_key": ["dims"],
    "_calc_stats": ["points"],
    "_stat_value": ["stats", "stat_name", "points"],
    "_record_history": [
        "alarm_name", "old_state", "new_state", "reason", "alarm_type", "reason_data",
    ],
    "_dispatch_alarm_actions": ["alarm", "old_state", "new_state", "reason"],
    "_evaluate_parent_alarms": ["child", "seen"],
}  # fmt: skip


class Alarms:
    """Evaluates every alarm of every account and Region at the end of each of its periods.

    Args:
        timescale: how much of AWS's time a period takes; 1 is AWS's own.
    """

    def __init__(self, timescale: float) -> None:
        from ministack.core import responses  # noqa: PLC0415 - reads its environment at import
        from ministack.services import cloudwatch  # noqa: PLC0415

        check_seams(cloudwatch, SEAMS)
        self._cloudwatch: Any = cloudwatch
        self._responses = responses
        self._timescale = timescale
        self._evaluated: dict[str, float] = {}
        cloudwatch._evaluate_alarm = cloudwatch._evaluate_all_alarms = lambda *_: None  # noqa: SLF001

    async def watch(self) -> None:
        """Evaluate alarms for as long as the cloud runs."""
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            self.evaluate(time.time())

    def evaluate(self, now_s: float) -> None:
        """Evaluate each alarm whose period has ended since the last time."""
        standing = list(self._cloudwatch._alarms.all_items())  # noqa: SLF001
        arns = {alarm["AlarmArn"] for _, alarm in standing}
        # An alarm that is deleted and put again is a new one.
        self._evaluated = {arn: at_s for arn, at_s in self._evaluated.items() if arn in arns}
        for (account, region, _name), alarm in standing:
            period_s = lasting_s(float(alarm.get("Period", 60)), self._timescale)
            end_s = math.floor((now_s - _GRACE_S) / period_s) * period_s
            rule = AlarmRule.of(alarm)
            # The first period that counts is one that began after the alarm was put.
            last_s = self._evaluated.setdefault(alarm["AlarmArn"], end_s)
            if rule is None or end_s <= last_s:
                continue
            self._evaluated[alarm["AlarmArn"]] = end_s
            with self._responses.request_scope(account, region):
                values = self._values(alarm, end_s, period_s, rule.looks_at)
                self._move(alarm, rule.judge(values, alarm["StateValue"]), values[-1])

    def _values(
        self, alarm: Mapping[str, Any], end_s: float, period_s: float, count: int
    ) -> list[float | None]:
        """Return the alarm's statistic for each of its latest whole periods, oldest first."""
        watch = self._cloudwatch
        dimensions = alarm.get("Dimensions") or {}
        if not isinstance(dimensions, Mapping):
            dimensions = {d["Name"]: d["Value"] for d in dimensions}
        key = (alarm["Namespace"], alarm["MetricName"], watch._dims_key(dimensions))  # noqa: SLF001
        begin_s = end_s - count * period_s
        periods: list[list[Any]] = [[] for _ in range(count)]
        for point in watch._metrics.get(key) or []:  # noqa: SLF001
            if begin_s <= point["Timestamp"] < end_s:
                periods[int((point["Timestamp"] - begin_s) / period_s)].append(point)
        name = alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average"
        return [
            watch._stat_value(watch._calc_stats(points), name, points) if points else None  # noqa: SLF001
            for points in periods
        ]

    def _move(self, alarm: dict[str, Any], state: str, value: float | None) -> None:
        """Take an alarm to a state, with its history and its actions."""
        before = alarm["StateValue"]
        if state == before:
            return
        seen = "no data" if value is None else f"the latest value is {value:g}"
        reason = (
            f"Threshold Crossed: {seen}; threshold {alarm.get('Threshold')} "
            f"({alarm.get('ComparisonOperator')})."
        )
        alarm["StateValue"], alarm["StateReason"] = state, reason
        alarm["StateReasonData"] = json.dumps({"version": "1.0", "threshold": alarm["Threshold"]})
        alarm["StateUpdatedTimestamp"] = int(time.time())
        watch = self._cloudwatch
        watch._record_history(alarm["AlarmName"], before, state, reason)  # noqa: SLF001
        watch._dispatch_alarm_actions(alarm, before, state, reason)  # noqa: SLF001
        watch._evaluate_parent_alarms(alarm)  # noqa: SLF001
