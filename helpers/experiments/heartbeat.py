"""A heartbeat: a canary is written in one Region and read in another, and its age is published.

Two alarms stand beside it, with one threshold: one on the canary's age, one on ReplicationLatency.
Both are made for the run and deleted at its end; a metric cannot be deleted, it ages out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import pandas as pd

from helpers import ownership, tables
from helpers.experiments.agenda import Agenda
from helpers.experiments.prober import Prober, now_ms, require
from helpers.targets import Target

LATENCY, AGE = ownership.ALARMS
# More than the 99.9th percentile of the default lag and a beat together, so that calm is never bad:
# the canary that a reader finds is older than its lag by up to a beat.
THRESHOLD_S = 5.0
LANE = "heartbeat"

_METRIC = "CanaryAge"
_PERIOD_S = 60
# Nearly every first canary has arrived by then.
_FIRST_AGE_S = 2.5
# A beat that comes a little early still looks.
_EARLY_MS = 50.0


@dataclass(frozen=True)
class Pace:
    """How long an alarm takes here.

    Attributes:
        period_s: one of its periods.
        late_s: how long after the end of a period it may be judged, and that be seen.
        beat_s: time between two canaries, much shorter than a period and than the threshold.
        look_s: time between two looks at the alarms.
    """

    period_s: float
    late_s: float
    beat_s: float
    look_s: float

    @classmethod
    def of(cls, target: Target) -> Pace:
        """Ask the target."""
        late_s, beat_s, look_s = (2.5, 0.5, 0.5) if target.name == "local" else (60.0, 1.0, 5.0)
        return cls(target.alarm_period_s(_PERIOD_S), late_s, beat_s, look_s)

    @property
    def to_ok_s(self) -> float:
        """How long it takes until there is data, and a new alarm has judged a whole period."""
        return _FIRST_AGE_S + 2 * self.period_s + self.late_s

    @property
    def to_alarm_s(self) -> float:
        """How long a canary has to be missing to be sure of the alarm."""
        return THRESHOLD_S + self.beat_s + 2 * self.period_s + self.late_s

    @property
    def to_end_s(self) -> float:
        """How long it takes until an alarm has seen a whole good period again."""
        return 3 * self.period_s + self.late_s


class Heartbeat:
    """The canary, its metric and the alarms of one run, on one agenda, in a lane of its own.

    Args:
        target: where.
        writer: writes the canary, and holds ReplicationLatency and its alarm.
        reader: reads it, publishes its age, and holds that alarm.
        start_ms: when the run began, on the process's clock.
        until_ms: when it may end; it goes on while the alarm lasts, for some periods at most.
    """

    def __init__(
        self, target: Target, writer: str, reader: str, start_ms: float, until_ms: float
    ) -> None:
        self._target, self._writer, self._reader = target, writer, reader
        self._start_ms, self._until_ms = start_ms, until_ms
        self._pace = Pace.of(target)
        self._user = f"canary-{round(start_ms)}"
        self._writing, self._reading = Prober(target, writer), Prober(target, reader)
        self._states: dict[str, str] = {}
        self._table = {"Name": "TableName", "Value": tables.name(target)}
        self._replica = {"Name": "ReceivingRegion", "Value": reader}
        source = {"Name": "SourceRegion", "Value": writer}
        self._dimensions = [self._table, source, self._replica]
        self._ages: list[tuple[float, float]] = []
        self._looks: list[tuple[float, str, str]] = []
        self._held = False
        self._looked_ms = -math.inf

    def __enter__(self) -> Self:
        for suffix in (LATENCY, AGE):
            self._require_ours(suffix)
        self._put(LATENCY, "AWS/DynamoDB", "ReplicationLatency", [self._table, self._replica], 1000)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for suffix in self._states:
            self._client(suffix).delete_alarms(AlarmNames=[self._name(suffix)])
        self._writing.delete(self._user, "show")
        self._writing.close()
        self._reading.close()

    def begin(self, agenda: Agenda) -> None:
        """Start to beat and look."""
        self._agenda = agenda
        agenda.at(now_ms(), self._beat, LANE)

    def hold(self, *, held: bool) -> None:
        """Write no canary for a while, or write it again: to whoever reads, that is an outage."""
        self._held = held

    def ages(self) -> pd.DataFrame:
        """Return what was published: `t_s`, `age_s`."""
        return pd.DataFrame(self._ages, columns=["t_s", "age_s"])

    def alarms(self) -> pd.DataFrame:
        """Return what was seen of the alarms: `t_s`, `alarm`, `state`, one row per look."""
        return pd.DataFrame(self._looks, columns=["t_s", "alarm", "state"])

    def _beat(self, intended_ms: float) -> None:
        """Write the canary, with the time; read it elsewhere; publish its age; look."""
        since_ms = now_ms() - self._start_ms
        if not self._held:
            require(self._writing.write(self._user, "show", round(since_ms)))
        found = require(self._reading.read(self._user, "show"))
        t_s = (found.done_ms - self._start_ms) / 1000
        if found.bookmark is not None:
            age_s = t_s - found.bookmark / 1000
            self._publish(age_s)
            self._ages.append((t_s, age_s))
            # Put before there is a whole period with data, it would go into ALARM for that silence.
            if AGE not in self._states and t_s > self._ages[0][0] + self._pace.period_s:
                app = ownership.app_name(self._target)
                self._put(AGE, app, _METRIC, self._dimensions, 1)
        if now_ms() - self._looked_ms >= self._pace.look_s * 1000 - _EARLY_MS:
            self._looked_ms = now_ms()
            for suffix in self._states:
                self._look(suffix)
        next_ms = max(intended_ms + self._pace.beat_s * 1000, now_ms())
        patience_ms = self._pace.to_end_s * 1000 if self._states.get(AGE) == "ALARM" else 0.0
        if next_ms < self._until_ms + patience_ms:
            self._agenda.at(next_ms, self._beat, LANE)

    def _publish(self, age_s: float) -> None:
        datum = {"MetricName": _METRIC, "Dimensions": self._dimensions, "Unit": "Seconds"}
        self._client(AGE).put_metric_data(
            Namespace=ownership.app_name(self._target), MetricData=[{**datum, "Value": age_s}]
        )

    def _look(self, suffix: str) -> None:
        answer = self._client(suffix).describe_alarms(AlarmNames=[self._name(suffix)])
        (alarm,) = answer["MetricAlarms"]
        self._states[suffix] = alarm["StateValue"]
        t_s = (now_ms() - self._start_ms) / 1000
        self._looks.append((t_s, suffix, alarm["StateValue"]))

    def _put(
        self, suffix: str, namespace: str, metric: str, dimensions: list[dict[str, str]], unit: int
    ) -> None:
        self._client(suffix).put_metric_alarm(
            AlarmName=self._name(suffix), Namespace=namespace, MetricName=metric,
            Dimensions=dimensions, Statistic="Maximum", Period=_PERIOD_S, EvaluationPeriods=1,
            Threshold=THRESHOLD_S * unit, ComparisonOperator="GreaterThanThreshold",
            TreatMissingData="breaching", Tags=ownership.tags(self._target),
        )  # fmt: skip
        self._states[suffix] = ""

    def _require_ours(self, suffix: str) -> None:
        """Refuse to overwrite an alarm that nothing proves ours."""
        region = self._writer if suffix == LATENCY else self._reader
        for thing in ownership.alarms(self._target, region):
            if thing.name == self._name(suffix) and not thing.proof:
                raise tables.NotOursError(
                    f"There is an alarm {thing.name} in {region}, and its tags do not say that it "
                    "is yours. For another name: export WORKSHOP_PREFIX=ada- (for example)."
                )

    def _name(self, suffix: str) -> str:
        return f"{ownership.app_name(self._target)}-{suffix}"

    def _client(self, suffix: str) -> Any:
        region = self._writer if suffix == LATENCY else self._reader
        return self._target.client("cloudwatch", region)
