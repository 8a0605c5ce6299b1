"""What a cloud or a command makes to work in is gone afterwards, also after it was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from helpers.localcloud.process import daemon, passing
from helpers.localcloud.process.state_file import StateFile
from helpers.run_folders import run_folder


def test_folders_of_the_dead_are_swept_and_no_others(tmp_path: Path) -> None:
    """One that is held stays, one that is being made too, and what a link points to."""
    elsewhere = tmp_path / "elsewhere"
    for name in ("cloud-1", "cloud-2", "cloud-3", "cloud-4", "kept", "elsewhere"):
        (tmp_path / name / "s3").mkdir(parents=True)
    (tmp_path / "cloud-5").symlink_to(elsewhere)
    (tmp_path / "cloud-6.json").write_text("{}")
    passing.claim(tmp_path / "cloud-1")
    dead = f"from helpers.localcloud.process.passing import *; claim(Path({str(tmp_path)!r})/'cloud-2')"
    subprocess.run([sys.executable, "-c", dead], check=True)
    long_ago = time.time() - 3600
    os.utime(tmp_path / "cloud-3", (long_ago, long_ago))
    passing.sweep(tmp_path, "cloud-*")
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"cloud-1", "cloud-4", "cloud-5", "cloud-6.json", "kept", "elsewhere"}
    assert (elsewhere / "s3").is_dir()


def test_a_run_folder_goes_with_its_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At its end, or, where that did not come, when the next one is made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with run_folder() as mine:
        (mine / "file").write_text("x")
        begin = "from helpers.run_folders import run_folder\nwith run_folder(): print(1); input()"
        other = subprocess.Popen(
            [sys.executable, "-uc", begin], env={**os.environ, "TMPDIR": str(tmp_path)},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert other.stdout is not None
        assert other.stdout.readline() == b"1\n"
        assert len(list(tmp_path.iterdir())) == 2
        other.kill()
        other.communicate()
        with run_folder():
            assert mine.is_dir()
            assert len(list(tmp_path.iterdir())) == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.cloud
def test_a_cloud_leaves_nothing_behind_and_sweeps_what_a_killed_one_left(tmp_path: Path) -> None:
    """In its folder are the key and the log afterwards, whichever port each of them had."""
    state = tmp_path / "state"
    first = daemon.start(state)
    os.kill(first.pid, signal.SIGKILL)
    for child in [c for c in daemon._children if c.pid == first.pid]:
        child.wait(10)
        daemon._children.remove(child)
    assert (state / f"cloud-{first.port}" / "s3").parent.is_dir()
    second = daemon.start(state)
    assert second.pid != first.pid
    assert StateFile(state, second.port).process() == second.pid
    folders = [path.name for path in state.iterdir() if path.is_dir()]
    assert folders == [f"cloud-{second.port}"]
    daemon.stop(second)
    left = sorted(path.name for path in state.iterdir())
    assert left == ["aws-config", "aws-credentials", "cloud.log", "key.json"]
