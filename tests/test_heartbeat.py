"""The heartbeat's pace: its own time between two canaries never looks like a fault."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from helpers import planning
from helpers.experiments.heartbeat import THRESHOLD_S, Pace
from helpers.targets import Target
from tests.conftest import AWAY, HOME


@pytest.mark.parametrize("name", ["local", "aws"])
@pytest.mark.parametrize("period_s", [2.0, 60.0])
def test_a_canary_in_time_is_younger_than_the_threshold(name: str, period_s: float) -> None:
    """The one that a reader finds is as old as its lag and up to one beat; each period has some."""
    target = SimpleNamespace(name=name, alarm_period_s=lambda _asked_s: period_s)
    pace = Pace.of(cast("Target", target))
    lag_s = np.quantile(planning.draw_lags_ms("aws", HOME, AWAY), 0.999) / 1000
    assert lag_s + pace.beat_s < THRESHOLD_S
    assert 2 * pace.beat_s <= period_s
