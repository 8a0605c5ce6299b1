"""When an alarm went into ALARM, and when one with another rule would have."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from helpers.measures.columns import require


def alarm_times(alarms: pd.DataFrame, since_s: float) -> pd.DataFrame:
    """Return when each alarm was first seen in ALARM after a moment, and when it had left it.

    Args:
        alarms: one row per look: `t_s`, `alarm`, `state`.
        since_s: an ALARM that began earlier counts as a false alarm.

    Returns:
        One row per alarm: `alarm`, `began_s`, `ended_s` (NaN where it did not), `after_s` (from
        `since_s` to `began_s`), `false_alarms`.
    """
    require(alarms, "t_s", "alarm", "state")
    rows = []
    for name, looks in alarms.groupby("alarm"):
        in_alarm = looks["state"] == "ALARM"
        starts_s = looks[in_alarm & ~in_alarm.shift(fill_value=False)]["t_s"]
        # One that was in ALARM before and still is counts from the moment itself.
        began_s = looks[in_alarm & (looks["t_s"] >= since_s)]["t_s"].min()
        ended_s = looks[~in_alarm & (looks["t_s"] > began_s)]["t_s"].min()
        early = int((starts_s < since_s).sum())
        rows.append((name, began_s, ended_s, began_s - since_s, early))
    columns = ["alarm", "began_s", "ended_s", "after_s", "false_alarms"]
    return pd.DataFrame(rows, columns=columns)


def alarm_states(
    values: pd.DataFrame,
    rule: Callable[[list[float | None]], bool],
    end_s: float,
    *,
    period_s: float,
) -> pd.DataFrame:
    """Return the state of an alarm with this rule at the end of each period.

    Args:
        values: `t_s`, `value`; the highest value of a period is the period's.
        rule: gets the periods so far, oldest first, None for one without data; True is ALARM.
        end_s: end of the run.
        period_s: length of a period.

    Returns:
        One row per whole period: `t_s` (its end, when it is judged), `value` (NaN without data),
        `state` (OK or ALARM).
    """
    require(values, "t_s", "value")
    index = np.floor(values["t_s"] / period_s).astype(int)
    highest = values.assign(index=index).groupby("index")["value"].max()
    so_far: list[float | None] = []
    rows = []
    for number in range(int(end_s / period_s)):
        value = highest.get(number)
        so_far.append(None if value is None else float(value))
        state = "ALARM" if rule(list(so_far)) else "OK"
        rows.append(((number + 1) * period_s, np.nan if value is None else value, state))
    return pd.DataFrame(rows, columns=["t_s", "value", "state"])
