"""Whether an alarm rings: CloudWatch's rule for M of N whole periods, and for missing data.

Source: the CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data", and
PutMetricAlarm in the API reference for metrics in AWS/DynamoDB, which always ignore it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

OK, ALARM, INSUFFICIENT = "OK", "ALARM", "INSUFFICIENT_DATA"
# AWS looks back further than the periods it evaluates, by how much it does not say; its guide's
# examples look at five for three.
_LOOK_BACK = 2
_ALWAYS_IGNORED = "AWS/DynamoDB"
_SHORTEST_S = 2.0
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


def lasting_s(period_s: float, timescale: float) -> float:
    """Return how long a period that is asked for takes here; below 2 s none is evaluated."""
    return max(period_s * timescale, _SHORTEST_S)


@dataclass(frozen=True)
class AlarmRule:
    """When an alarm rings.

    Attributes:
        breaches: whether a value is a bad one.
        periods: how many of the latest are evaluated (N).
        to_alarm: how many of them have to be bad (M).
        missing: what a period without data counts as: missing, ignore, breaching, notBreaching.
    """

    breaches: Callable[[float], bool]
    periods: int
    to_alarm: int
    missing: str

    @classmethod
    def of(cls, alarm: Mapping[str, Any]) -> AlarmRule | None:
        """Read the rule of an alarm's description; None for a comparison with a band."""
        compare = _COMPARE.get(alarm.get("ComparisonOperator", ""))
        if compare is None:
            return None
        threshold = float(alarm.get("Threshold", 0))
        periods = int(alarm.get("EvaluationPeriods", 1))
        ignored = alarm.get("Namespace") == _ALWAYS_IGNORED
        return cls(
            lambda value: compare(value, threshold),
            periods,
            int(alarm.get("DatapointsToAlarm") or periods),
            "ignore" if ignored else str(alarm.get("TreatMissingData") or "missing"),
        )

    @property
    def looks_at(self) -> int:
        """How many whole periods to look at."""
        return self.periods + _LOOK_BACK

    def judge(self, values: Sequence[float | None], state: str) -> str:
        """Return the state that follows from the latest whole periods.

        Args:
            values: one a period, oldest first; None where there was no data.
            state: the alarm's state so far.
        """
        real = [self.breaches(value) for value in values if value is not None]
        if len(real) >= self.periods:
            return ALARM if sum(real[-self.periods :]) >= self.to_alarm else OK
        bad, filled = sum(real), self.periods - len(real)
        if self.missing == "breaching":
            return ALARM if bad + filled >= self.to_alarm else OK
        if self.missing == "notBreaching" or bad >= self.to_alarm:
            return ALARM if bad >= self.to_alarm else OK
        if all(real):
            # Nothing says that it is well: AWS keeps the state, or takes the few for all.
            unknown = ALARM if real else INSUFFICIENT
            return state if self.missing == "ignore" else unknown
        return OK
