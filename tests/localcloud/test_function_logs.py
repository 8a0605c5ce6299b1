"""What a function logs is all there when the call is answered, and belongs to that call."""

from __future__ import annotations

import base64
import io
import json
import queue
import types
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from ministack.core import lambda_runtime

from helpers.localcloud.ministack import function_logs
from helpers.localcloud.ministack.seams import SeamMovedError, check_seams
from helpers.targets import LocalTarget
from tests.conftest import HOME

_CODE = """
import os, sys, time
def handler(event, context):
    for number in range(event.get("lines", 0)):
        print(f"line {number} of {event['name']}")
    if event.get("unended"):
        print("unended", end="")
    if event.get("raw"):
        os.write(2, b"raw\\n")
    if event.get("fails"):
        raise ValueError("on purpose")
    if event.get("exits"):
        os._exit(3)
    return "done"
"""


@pytest.fixture(scope="module")
def function(target: LocalTarget) -> Iterator[Any]:
    """Call a function with an event; returns its log without Lambda's own lines, and the error."""
    client = target.client("lambda", HOME)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("code.py", _CODE)
    client.create_function(
        FunctionName="logs", Runtime="python3.12", Handler="code.handler", Timeout=5,
        Role="arn:aws:iam::000000000000:role/any", Code={"ZipFile": packed.getvalue()},
    )  # fmt: skip
    client.get_waiter("function_active_v2").wait(FunctionName="logs")

    def call(**event: Any) -> tuple[list[str], str]:
        payload = json.dumps(event)
        answer = client.invoke(FunctionName="logs", Payload=payload, LogType="Tail")
        answer["Payload"].close()
        log = base64.b64decode(answer.get("LogResult", "")).decode().splitlines()
        own = [line for line in log if not line.startswith(("START", "END", "REPORT"))]
        return own, answer.get("FunctionError", "")

    yield call
    client.delete_function(FunctionName="logs")


def test_each_call_has_its_own_lines_and_all_of_them(function: Any) -> None:
    """Many, none, one without an end, what was written beside Python; and no mark is seen."""
    for turn in range(3):
        name = f"call {turn}"
        many, _ = function(lines=30, name=name)
        assert many == [f"line {n} of {name}" for n in range(30)]
        assert function() == ([], "")
        assert function(unended=True) == (["unended"], "")
        assert function(raw=True, lines=1, name=name)[0] == [f"line 0 of {name}", "raw"]


def test_a_call_that_fails_or_ends_its_process_is_answered(function: Any) -> None:
    """With what was logged before; the next call has a new process and nothing of the old one."""
    lines, error = function(fails=True, lines=1, name="failing")
    assert (lines[0], error) == ("line 0 of failing", "Unhandled")
    assert "\x1e" not in "".join(lines)
    assert function(exits=True)[1] == "Unhandled"
    assert function(lines=1, name="next") == (["line 0 of next"], "")


def test_the_mark_of_another_call_ends_nothing() -> None:
    """One that was late before is left out, and so is what stands before it."""
    lines: queue.Queue[str] = queue.Queue()
    for line in ("one", "\x1eend earlier", "two\x1eend this", "of the next"):
        lines.put(line)
    assert function_logs._until_marked(lines, "this") == ["one", "two"]
    assert lines.get_nowait() == "of the next"
    assert function_logs._until_marked(lines, "this") == []


def test_ministacks_worker_is_as_expected() -> None:
    """Another end of a call is refused at start, by name."""
    check_seams(lambda_runtime.Worker, function_logs.SEAMS)
    with pytest.raises(SeamMovedError, match="another way"):
        function_logs.mark_ends(types.SimpleNamespace(_PYTHON_WORKER_SCRIPT="run()"))
