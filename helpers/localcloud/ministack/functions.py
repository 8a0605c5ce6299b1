"""The processes that deployed functions run in: what they are given, and that they end.

This is no sandbox: a function runs as the learner does. It is kept from what it has no business
with by accident, and from outliving its call.
"""

from __future__ import annotations

import json
import os
import signal
import site
import subprocess
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from helpers.localcloud.ministack import function_logs, threads, warm_functions
from helpers.localcloud.ministack.seams import check_seams

_SEAMS = {
    "execution_credentials": ["config"],
    "_account_region_from_function_config": ["config"],
    "reset": [],
}
_WORKER = {"_spawn": ["self"]}
# What of the cloud's own environment a function sees, too; Lambda has all of these.
_SHARED = {
    "AWS_CONFIG_FILE", "AWS_EC2_METADATA_DISABLED", "AWS_EXECUTION_ENV",
    "AWS_SHARED_CREDENTIALS_FILE", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "TZ",
}  # fmt: skip
# AWS gives a function ten seconds to be loaded, and then as long as it may run.
_INIT_S = 10
# Of a synchronous call's answer: 6 MB, and what AWS allows around it.
_ANSWER_BYTES = 6_291_556


def set_up(key_of: Callable[[str], str]) -> None:
    """Make MiniStack run functions as this file says; to be called once, before any runs.

    Args:
        key_of: tells the key of an account, for the functions in it.
    """
    from ministack.core import concurrency, lambda_runtime  # noqa: PLC0415 - as in emulator.py
    from ministack.services import lambda_svc  # noqa: PLC0415

    check_seams(lambda_runtime, _SEAMS)
    check_seams(lambda_runtime.Worker, _WORKER | function_logs.SEAMS)
    check_seams(lambda_svc, {"execution_credentials": _SEAMS["execution_credentials"]})

    def credentials(config: Mapping[str, Any]) -> dict[str, str]:
        account, _region = lambda_runtime._account_region_from_function_config(config)  # noqa: SLF001
        # Signatures are not checked; the SDKs want a secret all the same.
        return {
            "AWS_ACCESS_KEY_ID": key_of(account),
            "AWS_SECRET_ACCESS_KEY": "unused",
            "AWS_SESSION_TOKEN": "",
        }

    lambda_runtime.execution_credentials = credentials
    lambda_svc.execution_credentials = credentials
    lambda_runtime.subprocess = _Subprocess
    threads.reuse(concurrency, lambda_runtime)
    function_logs.mark_ends(lambda_runtime)
    _guard(lambda_runtime.Worker)
    warm_functions.bound(lambda_runtime, lambda_svc, warm_functions.most_idle())


def end_all() -> None:
    """End every process that a function runs in, with its children and its files."""
    from ministack.core import lambda_runtime  # noqa: PLC0415 - as in emulator.py

    lambda_runtime.reset()


def environment_of(
    given: Mapping[str, str], cloud: Mapping[str, str], home: Path
) -> dict[str, str]:
    """Choose what a function sees: its own and Lambda's variables, not the cloud's.

    Args:
        given: what MiniStack words: the cloud's environment, changed and added to.
        cloud: that environment.
        home: a folder of the function's own.
    """
    own = {k: v for k, v in given.items() if k in _SHARED or cloud.get(k) != v}
    own |= {"HOME": str(home), "TMPDIR": str(home)}
    if site.ENABLE_USER_SITE:
        # Packages that were installed for this user are found by HOME, else.
        own["PYTHONUSERBASE"] = site.getuserbase()
    return own


class _Process(subprocess.Popen[str]):
    """A function's process, in a group of its own: what it starts ends with it."""

    def __init__(self, command: Any, **options: Any) -> None:
        home = Path(options["cwd"]).parent / "home"
        home.mkdir(mode=0o700, exist_ok=True)
        options["env"] = environment_of(options["env"], os.environ, home)
        super().__init__(command, start_new_session=True, **options)

    def terminate(self) -> None:
        """End all of it at once: who does not answer in time is not asked to."""
        self.kill()

    def kill(self) -> None:
        """End the process and whatever it has started, also where it has ended itself."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            super().kill()

    def kill_children(self) -> None:
        """End what a call has started and not waited for."""
        for child in _children(self.pid):
            for process in [child, *_descendants(child)]:
                try:
                    os.kill(process, signal.SIGKILL)
                except ProcessLookupError:
                    continue


class _Subprocess:
    """The module `subprocess` as MiniStack uses it to run functions."""

    Popen = _Process
    PIPE = subprocess.PIPE
    STDOUT = subprocess.STDOUT
    DEVNULL = subprocess.DEVNULL
    TimeoutExpired = subprocess.TimeoutExpired


def _guard(worker: Any) -> None:
    """Make a worker's start end in time, and its calls leave no process behind."""
    spawn, invoke = worker._spawn, worker.invoke  # noqa: SLF001

    def spawned(self: Any) -> None:
        late = threading.Timer(_INIT_S + float(self.config.get("Timeout", 30)), _end, [self])
        late.daemon = True
        late.start()
        try:
            spawn(self)
        except BaseException:
            _end(self)
            raise
        finally:
            late.cancel()

    def invoked(self: Any, *arguments: Any, **named: Any) -> Any:
        try:
            return _within_limit(invoke(self, *arguments, **named))
        finally:
            if self._proc is None:
                # It was ended for taking too long, or for failing.
                self._discard_tmpdir()
            else:
                self._proc.kill_children()

    worker._spawn, worker.invoke = spawned, invoked  # noqa: SLF001


def _within_limit(answer: dict[str, Any]) -> dict[str, Any]:
    """Put AWS's error in the place of an answer that Lambda would not pass on."""
    if answer.get("status") != "ok" or len(json.dumps(answer.get("result"))) <= _ANSWER_BYTES:
        return answer
    message = (
        f"Response payload size exceeded maximum allowed payload size ({_ANSWER_BYTES} bytes)."
    )
    return {**answer, "status": "error", "error": message, "result": None}


def _end(worker: Any) -> None:
    process = worker._proc  # noqa: SLF001
    if process is not None:
        process.kill()


def _children(pid: int) -> list[int]:
    """List the children of a process, where the system tells them."""
    found: list[int] = []
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(child) for child in tasks.read_text(encoding="ascii").split()]
        except OSError:
            continue
    return found


def _descendants(pid: int) -> list[int]:
    return [below for child in _children(pid) for below in (child, *_descendants(child))]
