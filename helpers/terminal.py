"""How a command ends in a terminal: its exit code, and what is said on the way out."""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_FAILED = 1
_SIGNALLED = 128


class Signalled(KeyboardInterrupt):
    """The process was told to end; it ends as Ctrl-C does, with every `finally` on the way."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


def run(command: str, work: Callable[[], int | None], *, debug: bool = False) -> int:
    """Run a command and return its exit code; an error is said in a line, not traced.

    Args:
        command: its name, for what is said.
        work: does it.
        debug: trace errors.
    """
    try:
        with _signals():
            code = int(work() or 0)
            sys.stdout.flush()
            return code
    except KeyboardInterrupt as stopped:
        print("Cancelled.", file=sys.stderr)
        number = stopped.number if isinstance(stopped, Signalled) else signal.SIGINT
        return _SIGNALLED + number
    except BrokenPipeError:
        # Whoever read has gone: nobody is left to be told, now or when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _SIGNALLED + getattr(signal, "SIGPIPE", 13)
    except Exception as failed:  # noqa: BLE001 - a command ends here, whatever it was
        if debug or not _is_explained(failed):
            traceback.print_exc()
        for line in _lines(failed):
            print(f"workshop {command}: {line}", file=sys.stderr)
        return _FAILED


def agreed(question: str) -> bool:
    """Ask at the terminal and tell whether the answer is yes; without a terminal nobody agrees."""
    if sys.stdin is None or not sys.stdin.isatty():
        return False
    print(question)
    return input("Type yes to agree: ").strip() == "yes"


def _is_explained(failed: Exception) -> bool:
    """Return whether an error says all there is: ours, the system's, and what AWS answers."""
    ours = (RuntimeError, ValueError, TimeoutError, OSError)
    return isinstance(failed, ours) or type(failed).__module__.startswith("botocore")


def _lines(failed: Exception) -> Iterator[str]:
    yield str(failed) or type(failed).__name__
    if isinstance(failed, OSError) and not isinstance(failed, TimeoutError):
        yield "Add --debug to see the traceback."
        return
    if "botocore" in sys.modules:
        from helpers.targets.credentials import hint  # noqa: PLC0415 - boto3 is slow to import

        if found := hint(failed):
            yield found


@contextmanager
def _signals() -> Iterator[None]:
    """Make SIGTERM, and a terminal that closes, end the work as Ctrl-C does."""

    def end(number: int, _frame: FrameType | None) -> None:
        raise Signalled(number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    numbers = [getattr(signal, name) for name in names]
    # Who runs it under nohup has said that it shall go on.
    before = {n: signal.getsignal(n) for n in numbers if signal.getsignal(n) is not signal.SIG_IGN}
    for number in before:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
