"""How a call ended: ok, certainly not done, or perhaps done."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_REFUSED, _SERVER_ERROR = 400, 500


class Outcome(StrEnum):
    """How a call ended; each is its own word in tables and messages."""

    OK = "ok"
    FAILED = "failed"
    """Certainly not done."""
    UNKNOWN = "unknown"
    """Perhaps done: the request was sent, but no answer came."""

    @classmethod
    def worst(cls, *outcomes: Outcome) -> Outcome:
        """Return how calls that belong together ended: unknown if one is, else failed if one is."""
        return max(outcomes, key=list(cls).index)


@dataclass(frozen=True)
class Operation:
    """What can be asked; whether it writes is said here, once, where it is named."""

    name: str
    writes: bool

    def judge(self, status: int, *, sent: bool = True, said: object = None) -> Outcome:
        """Return how a call of this operation ended.

        Args:
            status: of HTTP; 0 without an answer.
            sent: whether any of the request may have left this process.
            said: what the answer itself says of its outcome, if it does.
        """
        if 0 < status < _REFUSED:
            return Outcome.OK
        if said in list(Outcome):
            return Outcome(str(said))
        # A gateway's or a server's error may come after the write.
        silent = sent and (status == 0 or status >= _SERVER_ERROR)
        return Outcome.UNKNOWN if silent and self.writes else Outcome.FAILED
