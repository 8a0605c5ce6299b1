"""When an alarm began, and when one with another rule would have."""

from __future__ import annotations

import math

import pandas as pd

from helpers.measures import alarm_states, alarm_times


def test_the_first_alarm_after_a_moment_counts_and_earlier_ones_are_false() -> None:
    """And the end is the first look after it that saw no alarm."""
    states = ["OK", "ALARM", "OK", "OK", "ALARM", "ALARM", "OK", "ALARM"]
    looks = pd.DataFrame({"t_s": range(8), "alarm": "a", "state": states})
    silent = pd.DataFrame({"t_s": range(8), "alarm": "b", "state": "OK"})
    times = alarm_times(pd.concat([looks, silent]), since_s=3).set_index("alarm")
    assert times.loc["a"].to_dict() == {
        "began_s": 4, "ended_s": 6, "after_s": 1, "false_alarms": 1,
    }  # fmt: skip
    assert math.isnan(times.loc["b", "began_s"])
    assert math.isnan(times.loc["b", "ended_s"])


def test_an_alarm_that_is_on_already_is_on_at_the_moment() -> None:
    """A false alarm that has not ended notices at once, and still counts as false."""
    looks = pd.DataFrame(
        {"t_s": range(4), "alarm": "a", "state": ["ALARM", "ALARM", "OK", "ALARM"]}
    )
    assert alarm_times(looks, since_s=1).iloc[0].to_dict() == {
        "alarm": "a", "began_s": 1, "ended_s": 2, "after_s": 0, "false_alarms": 1,
    }  # fmt: skip


def test_a_rule_gets_each_period_when_it_ends_and_none_for_silence() -> None:
    """Whole periods only, the highest value of each, and a state at its end."""
    values = pd.DataFrame({"t_s": [0.1, 0.9, 2.5], "value": [1.0, 3.0, 9.0]})
    given: list[list[float | None]] = []

    def rule(so_far: list[float | None]) -> bool:
        given.append(so_far)
        return so_far[-1] is None

    states = alarm_states(values, rule, 3.9, period_s=1)
    assert given == [[3.0], [3.0, None], [3.0, None, 9.0]]
    assert list(states["t_s"]) == [1, 2, 3]
    assert list(states["state"]) == ["OK", "ALARM", "OK"]
