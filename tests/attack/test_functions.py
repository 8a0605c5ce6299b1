"""What uploaded code sees of the learner, and that it ends: children, time-outs, the cloud's end."""

from __future__ import annotations

import io
import json
import os
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpers.localcloud.process import daemon
from helpers.localcloud.process.processes import started_at
from helpers.localcloud.process.surroundings import for_the_cloud
from helpers.settings import Settings
from helpers.targets import LocalTarget
from tests.conftest import HOME

_SECRETS = {
    "AWS_SECRET_ACCESS_KEY": "s3cr3t-of-the-learner",
    "AWS_PROFILE": "payroll",
    "GITHUB_TOKEN": "ghp_s3cr3t-of-the-learner",
    "DATABASE_URL": "postgres://s3cr3t-of-the-learner",
    "HTTPS_PROXY": "http://user:s3cr3t-of-the-learner@proxy",
}
_CODE = """
import os, subprocess, sys, time
def look(event, context):
    parent = open(f"/proc/{os.getppid()}/environ").read() if os.path.isdir("/proc") else ""
    import boto3
    account = boto3.client("sts").get_caller_identity()["Account"]
    return {"own": dict(os.environ), "parent": parent, "account": account}
def leave_child(event, context):
    return subprocess.Popen(["sleep", "300"]).pid
def never_end(event, context):
    open(event["note"], "w").write(str(subprocess.Popen(["sleep", "300"]).pid))
    time.sleep(300)
def say_much(event, context):
    return "x" * 7_000_000
"""
_NEVER_LOADED = "import time\ntime.sleep(300)\ndef handler(event, context): pass\n"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalTarget]:
    """A cloud that was started from a shell full of secrets."""
    folder = tmp_path_factory.mktemp("functions")
    before = {name: os.environ.get(name) for name in _SECRETS}
    os.environ.update(_SECRETS)
    try:
        cloud = daemon.start(folder / "state", lag="fixed:1")
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
    yield LocalTarget(cloud, Settings(state_dir=folder / "state"))
    if started_at(cloud.pid):
        daemon.stop(cloud)


def invoke(target: LocalTarget, handler: str, event: Any = None, code: str = _CODE) -> Any:
    """Upload a function of this name, call it once, and return what it answers."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("code.py", code)
    client, name = target.client("lambda", HOME), handler.replace("_", "-")
    client.create_function(
        FunctionName=name, Runtime="python3.12", Handler=f"code.{handler}", Timeout=2,
        Role="arn:aws:iam::000000000000:role/any", Code={"ZipFile": packed.getvalue()},
    )  # fmt: skip
    client.get_waiter("function_active_v2").wait(FunctionName=name)
    answer = client.invoke(FunctionName=name, Payload=json.dumps(event or {}))
    return json.loads(answer["Payload"].read())


def wait_for_end(pid: int) -> None:
    """Wait until a process has ended; whoever waits for ever has found a fault."""
    while started_at(pid) is not None:
        time.sleep(0.05)


def test_a_function_sees_its_own_variables_and_no_secret(own: LocalTarget) -> None:
    """Neither in its environment nor in its parent's; its key is its account's."""
    seen = invoke(own, "look")
    assert "s3cr3t" not in json.dumps(seen)
    assert "payroll" not in json.dumps(seen)
    variables = seen["own"]
    assert variables["AWS_ACCESS_KEY_ID"] == own.cloud.keys.own
    assert variables["AWS_LAMBDA_FUNCTION_NAME"] == "look"
    assert seen["account"] == "000000000000"
    state = str(own.settings.state_dir)
    for name in ("HOME", "TMPDIR"):
        assert variables[name].startswith(state), name
    others = {name for name in variables if not name.startswith(("AWS_", "_", "LC_", "LAMBDA_"))}
    known = {"HOME", "TMPDIR", "PATH", "LANG", "TZ", "LD_LIBRARY_PATH", "PYTHONUSERBASE", "PWD"}
    assert others - known == set()


def test_the_clouds_environment_is_made_of_known_names() -> None:
    """A variable that nobody has thought of is not handed on."""
    given = for_the_cloud({**_SECRETS, "ANYTHING": "s3cr3t", "PATH": "/bin", "LANG": "C"})
    assert "s3cr3t" not in json.dumps(given)
    assert (given["PATH"], given["LANG"]) == ("/bin", "C")


def test_children_end_with_the_call(own: LocalTarget) -> None:
    """What a function started and did not wait for is gone when its answer is there."""
    wait_for_end(invoke(own, "leave_child"))


def test_a_function_that_takes_too_long_ends_with_all_that_it_started(
    own: LocalTarget, tmp_path: Path
) -> None:
    """The whole process group is ended, and the answer is AWS's."""
    note = tmp_path / "child"
    answer = invoke(own, "never_end", {"note": str(note)})
    assert "Task timed out after 2" in answer["errorMessage"]
    wait_for_end(int(note.read_text()))


def test_an_answer_ends_at_lambdas_limit(own: LocalTarget) -> None:
    """Seven megabytes are AWS's error, not seven megabytes."""
    assert "exceeded maximum allowed payload size" in invoke(own, "say_much")["errorMessage"]


def test_a_function_that_is_never_loaded_is_ended(own: LocalTarget) -> None:
    """Ten seconds, as on AWS, and its own time; then the caller has an answer."""
    answer = invoke(own, "handler", code=_NEVER_LOADED)
    assert "errorMessage" in answer


def test_the_end_of_the_cloud_is_that_of_its_functions_and_their_files(own: LocalTarget) -> None:
    """No worker outlives it, and nothing that was unpacked is left."""
    invoke(own, "look_again", code=_CODE.replace("def look(", "def look_again("))
    workers = [int(p.name) for p in Path("/proc").glob("[0-9]*") if parent_of(p) == own.cloud.pid]
    daemon.stop(own.cloud)
    assert [pid for pid in workers if started_at(pid)] == []
    assert list(own.settings.state_dir.rglob("*code.zip")) == []


def parent_of(process: Path) -> int:
    """Return the parent of a process, 0 where that cannot be told."""
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0
