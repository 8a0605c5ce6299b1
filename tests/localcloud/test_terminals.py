"""A terminal that stays open reaches the cloud of the day, whatever port and key that has."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.localcloud.process import daemon
from helpers.settings import Settings
from helpers.targets import LocalTarget
from tests.conftest import HOME

_LIST = (
    "import boto3; d = boto3.client('dynamodb'); print(d.meta.endpoint_url, d.meta.region_name, "
    "d.list_tables()['TableNames'])"
)


@pytest.mark.cloud
def test_a_terminal_outlives_the_cloud_it_was_opened_on(tmp_path: Path) -> None:
    """After a reset, on another port: the same variables, and a command reaches the new one."""
    state = tmp_path / "state"
    first = daemon.start(state)
    target = LocalTarget(first, Settings(state_dir=state))
    terminal = target.terminal(HOME)
    assert first.keys.own not in str(terminal)
    assert "AWS_ENDPOINT_URL" not in terminal
    daemon.stop(first)
    daemon.empty(state)
    second = daemon.start(state)
    try:
        assert second.keys.own != first.keys.own
        command = [sys.executable, "-c", _LIST]
        seen = subprocess.run(command, env=terminal, capture_output=True, text=True, check=False)
        assert seen.stdout.split() == [second.endpoint, HOME, "[]"], seen.stderr
        secret = state / "aws-credentials"
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
        # Of a class each has a key of their own, which is not the one in the files.
        ada = LocalTarget(daemon.as_learner(second, "ada"), target.settings)
        assert ada.terminal(HOME)["AWS_ACCESS_KEY_ID"] == ada.cloud.access_key != second.access_key
        # Asked for once more it is written anew.
        secret.unlink()
        daemon.start(state)
        assert second.keys.own in secret.read_text(encoding="utf-8")
    finally:
        daemon.stop(second)
