"""No network at all: a machine that has loopback and nothing else does the whole of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.settings import PROJECT_DIR

# In a namespace of its own a process has one interface, which is down: SIOCSIFFLAGS takes it up.
_LOOPBACK = """
import fcntl, os, socket, struct, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh22x", b"lo", 0x1 | 0x40))
os.execv(sys.argv[1], sys.argv[1:])
"""
_COMMANDS = """
set -e
workshop up --lag fixed:300 --timescale 0.01
eval "$(workshop env)"
trap 'workshop down' EXIT
workshop prepare us-west-2 us-east-2
aws dynamodb list-tables
workshop experiment staleness --writer us-west-2 --reader us-east-2 --trials 10
workshop website us-west-2
workshop teardown
"""


def namespace() -> list[str]:
    """Format the command before a command that is to have loopback only."""
    unshare = shutil.which("unshare")
    tried = unshare and subprocess.run([unshare, "-rn", "true"], capture_output=True, check=False)
    if not tried or tried.returncode:
        pytest.skip("This system makes no network namespace for us: it has no unshare -rn.")
    return [str(unshare), "-rn", sys.executable, "-c", _LOOPBACK]


@pytest.mark.learner
def test_from_prepare_to_a_chart_with_loopback_only(tmp_path: Path) -> None:
    """Table, replicas, APIs, an experiment with its chart, the pages, and all of it removed."""
    reached = "import urllib.request as u; u.urlopen('http://1.1.1.1', timeout=5)"
    alone = subprocess.run(
        [*namespace(), sys.executable, "-c", reached], capture_output=True, text=True, check=False
    )
    assert "unreachable" in alone.stderr
    here = Path(sys.executable).parent
    environment = {
        "PATH": f"{here}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path),
        "XDG_STATE_HOME": str(tmp_path / "state"), "WORKSHOP_EXPORTS": str(tmp_path / "exports"),
        "WORKSHOP_BACKEND": str(shutil.copytree(PROJECT_DIR / "backend", tmp_path / "backend")),
    }  # fmt: skip
    done = subprocess.run(
        [*namespace(), "/bin/sh", "-c", _COMMANDS], env=environment, cwd=tmp_path,
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    kinds = {path.suffix for path in (tmp_path / "exports").rglob("*.*")}
    assert {".png", ".svg", ".csv"} <= kinds
