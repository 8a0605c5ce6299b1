"""Alarms ring as CloudWatch's do: whole periods, M of N, exact dimensions, and missing data."""

from __future__ import annotations

import time
import uuid

import pytest

from helpers.localcloud.alarm_rule import AlarmRule
from helpers.targets import LocalTarget
from tests.conftest import HOME

CONFIGURED = {"ComparisonOperator": "GreaterThanThreshold", "Threshold": 1, "EvaluationPeriods": 3}
KEPT = "state so far"


def judged(picture: str, missing: str, *, to_alarm: int) -> str:
    """Judge five periods drawn as in AWS's guide: X is bad, 0 is good, - is no data."""
    values = {"X": 2.0, "0": 0.0, "-": None}
    rule = AlarmRule.of({**CONFIGURED, "DatapointsToAlarm": to_alarm, "TreatMissingData": missing})
    assert rule is not None
    assert rule.looks_at == 5
    return rule.judge([values[sign] for sign in picture.replace(" ", "")], KEPT)


NONE, OK, RING = "INSUFFICIENT_DATA", "OK", "ALARM"


@pytest.mark.parametrize(
    ("picture", "to_alarm", "expected"),
    [  # missing, ignore, breaching, notBreaching: the tables of AWS's guide
        ("0 - X - X", 3, (OK, OK, OK, OK)),
        ("0 - - - -", 3, (OK, OK, OK, OK)),
        ("- - - - -", 3, (NONE, KEPT, RING, OK)),
        ("0 X X - X", 3, (RING, RING, RING, RING)),
        ("- - X - -", 3, (RING, KEPT, RING, OK)),
        ("0 - X - X", 2, (RING, RING, RING, RING)),
        ("0 0 X 0 X", 2, (RING, RING, RING, RING)),
        ("0 - X - -", 2, (OK, OK, RING, OK)),
        ("- - - - 0", 2, (OK, OK, RING, OK)),
        ("- - - X -", 2, (RING, KEPT, RING, OK)),
    ],
)
def test_missing_data_is_treated_as_the_guide_says(
    picture: str, to_alarm: int, expected: tuple[str, ...]
) -> None:
    """Each line of the guide's tables for three of three and two of three."""
    ways = ("missing", "ignore", "breaching", "notBreaching")
    assert tuple(judged(picture, way, to_alarm=to_alarm) for way in ways) == expected


def test_a_metric_of_dynamodb_always_ignores_missing_data() -> None:
    """Whatever the alarm says: silence changes nothing."""
    for way in ("missing", "breaching", "notBreaching"):
        rule = AlarmRule.of({**CONFIGURED, "Namespace": "AWS/DynamoDB", "TreatMissingData": way})
        assert rule is not None
        assert rule.judge([None] * 5, OK) == OK


class Metric:
    """A metric of one test's own, with an alarm on it."""

    def __init__(self, target: LocalTarget) -> None:
        self.client = target.client("cloudwatch", HOME)
        self.name = f"Age-{uuid.uuid4().hex[:8]}"

    def put(self, value: float, canary: str = "east") -> None:
        dimensions = [{"Name": "Canary", "Value": canary}]
        datum = {"MetricName": self.name, "Value": value, "Dimensions": dimensions}
        self.client.put_metric_data(Namespace="Workshop", MetricData=[datum])

    def alarm(self, **how: object) -> None:
        self.client.put_metric_alarm(
            AlarmName=self.name, Namespace="Workshop", MetricName=self.name, Statistic="Maximum",
            Dimensions=[{"Name": "Canary", "Value": "east"}], Period=60, EvaluationPeriods=1,
            Threshold=5, ComparisonOperator="GreaterThanThreshold", **how,
        )  # fmt: skip

    def state(self) -> str:
        (alarm,) = self.client.describe_alarms(AlarmNames=[self.name])["MetricAlarms"]
        return alarm["StateValue"]

    def reaches(self, state: str, value: float | None, canary: str = "east") -> bool:
        """Put a value again and again, or nothing, until the alarm is in a state."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if value is not None:
                self.put(value, canary)
            if self.state() == state:
                return True
            time.sleep(0.2)
        return False


def test_an_alarm_rings_and_ends_and_hears_silence(target: LocalTarget) -> None:
    """Bad data rings, good data ends it, and silence rings where missing data is breaching."""
    metric = Metric(target)
    metric.alarm(TreatMissingData="breaching")
    assert metric.reaches("ALARM", 9)
    assert metric.reaches("OK", 1)
    assert metric.reaches("ALARM", None)


def test_an_alarm_counts_its_own_dimensions_only(target: LocalTarget) -> None:
    """Data of the same name and other dimensions are another metric."""
    metric = Metric(target)
    metric.alarm()
    assert metric.reaches("OK", 1)
    for _ in range(20):
        metric.put(1)
        metric.put(99, canary="west")
        time.sleep(0.1)
        assert metric.state() == "OK"
