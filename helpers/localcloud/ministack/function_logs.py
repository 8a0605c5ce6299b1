"""What a function has logged is complete when it says so: the end of each call is marked.

MiniStack waits until the log has been idle for 5 ms, or for 50 ms where nothing is logged. That is
most of what a short call of a warm function takes.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Iterable
from typing import Any

from helpers.localcloud.ministack.seams import SeamMovedError

# A record separator, which no log begins a line with; then whose end it is.
_MARK = "\x1eend "
_LONGEST_S = 0.25
# How MiniStack's worker ends a call, once the handler has returned or raised.
_CALL_ENDS = "        _real_stdout.flush()\n\nrun()\n"
_MARKED = f"""\
        try:
            sys.stderr.flush()
        finally:
            os.write(2, ({_MARK!r} + _ms_ctx.get("request_id", "") + "\\n").encode())
{_CALL_ENDS}"""

SEAMS = {
    "_drain_stderr_bounded": ["self", "first_line_wait", "idle_confirm", "hard_cap"],
    "_drain_stderr": ["self"],
}


def mark_ends(runtime: Any) -> None:
    """Make Python functions mark the end of each call in their log, and wait for that alone.

    Args:
        runtime: MiniStack's lambda_runtime.

    Raises:
        SeamMovedError: its worker ends a call in another way.
    """
    script = runtime._PYTHON_WORKER_SCRIPT  # noqa: SLF001 - what this room is for
    if script.count(_CALL_ENDS) != 1:
        raise SeamMovedError(
            "MiniStack's worker for Python ends a call in another way. Adapt "
            "helpers/localcloud/ministack to the new release."
        )
    runtime._PYTHON_WORKER_SCRIPT = script.replace(_CALL_ENDS, _MARKED)  # noqa: SLF001
    worker = runtime.Worker
    by_silence, at_once, invoke = (
        worker._drain_stderr_bounded, worker._drain_stderr, worker.invoke,  # noqa: SLF001
    )  # fmt: skip

    def invoked(self: Any, event: Any, request_id: str, **named: Any) -> Any:
        self._called = request_id
        return invoke(self, event, request_id, **named)

    def drained(self: Any, *arguments: Any, **named: Any) -> str:
        runs_python = str(self.config.get("Runtime", "python")).startswith("python")
        # A process that is gone may have ended before the mark.
        if not runs_python or self._proc is None:
            return _without_marks(by_silence(self, *arguments, **named).split("\n"))
        return "\n".join(_until_marked(self._stderr_queue, self._called))

    worker.invoke, worker._drain_stderr_bounded = invoked, drained  # noqa: SLF001
    worker._drain_stderr = lambda self: _without_marks(at_once(self).split("\n"))  # noqa: SLF001


def _until_marked(lines: queue.Queue[str], called: str) -> list[str]:
    """Take the lines of a log until the mark of a call; marks of earlier ones are left out."""
    taken: list[str] = []
    ends_s = time.monotonic() + _LONGEST_S
    while (left_s := ends_s - time.monotonic()) > 0:
        try:
            text, mark, of = lines.get(timeout=left_s).rpartition(_MARK)
        except queue.Empty:
            break
        if not mark:
            taken.append(of)
            continue
        if text:
            # What was printed without an end of line.
            taken.append(text)
        if of == called:
            break
    return taken


def _without_marks(lines: Iterable[str]) -> str:
    parts = (line.partition(_MARK) for line in lines)
    return "\n".join(text for text, mark, _of in parts if text or not mark)
