"""What a table of observations must have to be measured."""

from __future__ import annotations

import pandas as pd


def require(table: pd.DataFrame, *columns: str) -> None:
    """Refuse a table that cannot be measured, saying what it lacks."""
    missing = [column for column in columns if column not in table]
    if missing:
        raise ValueError(f"Expected the columns {list(columns)}; {missing} are not there.")
    if table.empty:
        raise ValueError("There are no observations to measure. Run the experiment first.")
