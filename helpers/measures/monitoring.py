"""When an alarm rang, and when one with another rule would have."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from helpers.measures.columns import require


def alarm_times(alarms: pd.DataFrame, since_s: float) -> pd.DataFrame:
    """Return when each alarm was first seen to ring after a moment, and to have ended.

    Args:
        alarms: one row a look: `t_s`, `alarm`, `state`.
        since_s: what rang before is a false alarm, and counted as one.

    Returns:
        One row an alarm: `alarm`, `rang_s`, `ended_s` (NaN where it did not), `after_s` (from
        `since_s` to `rang_s`), `false_alarms`.
    """
    require(alarms, "t_s", "alarm", "state")
    rows = []
    for name, looks in alarms.groupby("alarm"):
        ringing = looks["state"] == "ALARM"
        began = looks[ringing & ~ringing.shift(fill_value=False)]["t_s"]
        rang_s = began[began >= since_s].min()
        ended_s = looks[~ringing & (looks["t_s"] > rang_s)]["t_s"].min()
        rows.append((name, rang_s, ended_s, rang_s - since_s, int((began < since_s).sum())))
    columns = ["alarm", "rang_s", "ended_s", "after_s", "false_alarms"]
    return pd.DataFrame(rows, columns=columns)


def alarm_states(
    values: pd.DataFrame,
    rule: Callable[[list[float | None]], bool],
    end_s: float,
    *,
    period_s: float,
) -> pd.DataFrame:
    """Return what an alarm with this rule would have been, at the end of each period.

    Args:
        values: `t_s`, `value`; the highest value of a period is the period's.
        rule: gets the periods so far, oldest first, None for one without data; True rings.
        end_s: end of the run.
        period_s: length of a period.

    Returns:
        One row a whole period: `t_s` (its end, when it is judged), `value` (NaN without data),
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
