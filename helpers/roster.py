"""Who of a class has passed which checkpoint, looked up in each learner's own account."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import pandas as pd

from helpers import checks
from helpers.checks import Checkpoints
from helpers.targets import LocalTarget, Target

_AT_ONCE = 4
# What can be seen from outside, in the order of the notebooks: name, and what looks.
_CHECKPOINTS: Mapping[str, Callable[[Target, str, str], Checkpoints]] = {
    "1 table": lambda target, home, _: checks.table(target, home),
    "2 API": lambda target, home, _: checks.api(target, home),
    "3 replica": checks.replica,
    "3 second API": lambda target, _, second: checks.api(target, second),
    "4 same items": lambda target, home, second: checks.same_items(
        target, [home, second], within_s=0
    ),
}


def roster(targets: Mapping[str, LocalTarget]) -> pd.DataFrame:
    """Look at every learner's account, a few at a time.

    Returns:
        A row for each learner, and for each checkpoint "passed", or "-" where it does not hold now.
    """
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        rows = list(pool.map(_row, targets.values()))
    return pd.DataFrame(rows, index=pd.Index(targets, name="learner")).reset_index()


def _row(target: Target) -> dict[str, str]:
    home, second, *_ = target.regions
    row: dict[str, str] = {}
    for name, look in _CHECKPOINTS.items():
        # Each of them rests on the table: without it nothing else is asked.
        possible = name == "1 table" or row["1 table"] == "passed"
        row[name] = "passed" if possible and _holds(look, target, home, second) else "-"
    return row


def _holds(
    look: Callable[[Target, str, str], Checkpoints], target: Target, home: str, second: str
) -> bool:
    try:
        return look(target, home, second).passed
    except target.client("dynamodb", home).exceptions.ResourceNotFoundException:
        return False
