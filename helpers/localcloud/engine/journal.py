"""The journal: what happened, in order, as far back as there is room."""

from __future__ import annotations

from collections import Counter, deque
from typing import Any

Event = dict[str, Any]


class Journal:
    """A bounded list of events and an unbounded count of each kind.

    An event has `sequence` (from 1, without gaps), `t_ms` (ms since the epoch, on the cloud's
    clock), `kind` and what that kind says of itself.
    """

    def __init__(self, capacity: int = 20_000) -> None:
        self._events: deque[Event] = deque(maxlen=capacity)
        self.counts: Counter[str] = Counter()
        self._sequence = 0

    def note(self, kind: str, t_ms: float, **details: object) -> None:
        """Write one event down."""
        self._sequence += 1
        self.counts[kind] += 1
        self._events.append(
            {"sequence": self._sequence, "t_ms": round(t_ms, 3), "kind": kind, **details}
        )

    def since(self, sequence: int = 0, limit: int = 1000) -> list[Event]:
        """Return up to `limit` events after `sequence`, oldest first.

        A gap between `sequence` and the first event's tells that older ones were dropped.
        """
        oldest = self._events[0]["sequence"] if self._events else self._sequence + 1
        start = max(0, sequence + 1 - oldest)
        return [self._events[i] for i in range(start, min(len(self._events), start + limit))]

    @property
    def last_sequence(self) -> int:
        """The number of the newest event, 0 if there is none."""
        return self._sequence
