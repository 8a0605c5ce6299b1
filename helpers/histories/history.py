"""A history: what clients asked of items, when, and what they were told."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Value = str | int | None
Kind = Literal["write", "read", "conditional"]
Outcome = Literal["ok", "failed", "refused", "unknown"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of one client.

    Attributes:
        kind: write; read; conditional (a write that asks for `expected` first).
        key: the item. Items are independent: a history is linearizable if that of each item is
            (Herlihy and Wing, TOPLAS 12(3), 1990).
        value: what was written or read; None is no item.
        start_ms, end_ms: on one monotonic clock.
        outcome: ok; failed (certainly not done); refused (its condition did not hold, which tells
            something of the item); unknown (perhaps done, at any time after the start).
        region: where it was asked, for whoever reads the verdict.
        expected: what a conditional write asked for.
    """

    kind: Kind
    key: str
    value: Value
    start_ms: float
    end_ms: float
    outcome: Outcome = "ok"
    region: str = ""
    expected: Value = None

    def __post_init__(self) -> None:
        if not self.start_ms <= self.end_ms:
            raise ValueError(
                f"An operation cannot end ({self.end_ms} ms) before it starts ({self.start_ms} ms)."
            )
        if self.outcome == "refused" and self.kind != "conditional":
            raise ValueError(f"Only a conditional write can be refused, not a {self.kind}.")

    @property
    def deadline_ms(self) -> float:
        """When it had taken effect at the latest, if it did: its end, unless that is unknown."""
        return math.inf if self.outcome == "unknown" else self.end_ms

    def __str__(self) -> str:
        where = f" in {self.region}" if self.region else ""
        value = "no item" if self.value is None else f"{self.value!r}"
        what = {"write": "write of", "read": "read of", "conditional": "conditional write of"}
        return f"the {what[self.kind]} {value}{where} ({self.start_ms:.1f} to {self.end_ms:.1f} ms)"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a history is linearizable, and if not, why not in words."""

    linearizable: bool
    reason: str = ""

    def __str__(self) -> str:
        return "linearizable" if self.linearizable else f"not linearizable. {self.reason}"


def by_key(history: Iterable[Operation]) -> dict[str, list[Operation]]:
    """Split a history by item; what certainly did not happen and tells nothing is left out."""
    parts: defaultdict[str, list[Operation]] = defaultdict(list)
    for operation in history:
        silent = operation.kind == "read" and operation.outcome == "unknown"
        if operation.outcome != "failed" and not silent:
            parts[operation.key].append(operation)
    return dict(parts)
