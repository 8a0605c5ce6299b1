"""Call a learner's function: a mistake in it becomes a line to read, a loop comes to an end."""

from __future__ import annotations

import copy
import linecache
import math
import signal
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

import pandas as pd

# Of the processor's time, not the wall's: a busy machine does not make a loop endless.
_LIMIT_S, _AGAIN_S = 5.0, 0.05
_CLOSE = 1e-6


class EndlessError(BaseException):
    """The function has used up its time; not an Exception, which a learner's code may swallow."""


@dataclass(frozen=True)
class Result:
    """What a function returned, or in a line what went wrong in it."""

    value: Any = None
    trouble: str = ""
    is_endless: bool = False


def tried(function: Callable[..., Any], run: Callable[[Any], Any]) -> Result:
    """Call a function through a case; it gets copies, so that no case can change another.

    Args:
        function: the learner's.
        run: calls it once, or as often as the case needs.

    Raises:
        KeyboardInterrupt: the learner pressed stop.
    """

    def on_copies(*given: Any, **named: Any) -> Any:
        return function(*copy.deepcopy(given), **copy.deepcopy(named))

    try:
        with _limited():
            return Result(run(on_copies))
    except EndlessError as ended:
        return Result(trouble=f"no end within {_LIMIT_S:.0f} s{_where(ended, function)}",
                      is_endless=True)  # fmt: skip
    except (Exception, SystemExit) as failed:  # noqa: BLE001 - it is the learner's, whatever it is
        kind = type(failed).__name__
        return Result(trouble=f"{kind}: {failed}{_where(failed, function)}".replace("\n", " "))


def same(one: Any, other: Any) -> bool:
    """Return whether two values are the same to a reader: numbers nearly, lists item by item."""
    one, other = _plain(one), _plain(other)
    if isinstance(one, bool) is not isinstance(other, bool):
        return False
    if _is_number(one) and _is_number(other):
        return math.isclose(one, other, rel_tol=_CLOSE, abs_tol=_CLOSE**2)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    try:
        return bool(one == other)
    except Exception:  # noqa: BLE001 - what cannot be compared is not the same
        return False


def _plain(value: Any) -> Any:
    """Return what numpy and pandas hold as Python's own values."""
    if isinstance(value, pd.DataFrame):
        return value.to_dict("list")
    return value.tolist() if hasattr(value, "tolist") else value


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float))


def _where(failed: BaseException, function: Any) -> str:
    """Describe in which of the learner's lines it happened, and what that says."""
    code = getattr(function, "__code__", None)
    frames = traceback.extract_tb(failed.__traceback__)
    own = [frame for frame in frames if code and frame.filename == code.co_filename]
    if not own or own[-1].lineno is None:
        return ""
    text = linecache.getline(own[-1].filename, own[-1].lineno).strip()
    return f", in line {own[-1].lineno}" + (f": {text}" if text else "")


@contextmanager
def _limited() -> Iterator[None]:
    """End what uses more of the processor than the limit, where signals can do so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(_number: int, _frame: FrameType | None) -> None:
        raise EndlessError

    before = signal.signal(signal.SIGVTALRM, end)
    # Again and again: a bare `except:` in the loop may swallow one.
    signal.setitimer(signal.ITIMER_VIRTUAL, _LIMIT_S, _AGAIN_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
