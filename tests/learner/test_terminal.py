"""What README and notebooks print to be typed, typed; and what the original workshop printed."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.cli import main
from helpers.settings import PROJECT_DIR
from tests.learner.printed import Block, of_notebooks, readme
from tests.learner.terminal import CTRL_C, Terminal, a_copy_of_the_project

HOME, AWAY = "us-west-2", "us-east-2"
# `make` would set up anew, or open JupyterLab for good; tests/browser opens that.
_NOT_TYPED = ("make ", "export WORKSHOP_TARGET=aws")


def words(command: str) -> list[str]:
    """Split a command as a shell does, without its comment."""
    return shlex.split(command, comments=True)


ALL = [(block, command) for block in readme() + of_notebooks() for command in block.commands]


@pytest.mark.quick
@pytest.mark.parametrize(("block", "command"), ALL, ids=lambda value: str(value)[:60])
def test_a_printed_command_exists(
    block: Block, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """`workshop` knows each word of it, `make` the target; one that needs a Region says which."""
    first, *others = words(command)
    if first == "workshop":
        with pytest.raises(SystemExit) as ended:
            main([*others, "--help"])
        assert ended.value.code == 0
        assert f"usage: workshop {others[0]}" in capsys.readouterr().out
    elif first == "make":
        asked = ["make", "--dry-run", *others]
        assert subprocess.run(asked, cwd=PROJECT_DIR, capture_output=True, check=False)
    elif "aws" in (first, words(command)[-1]):
        assert "--region" in others or first == "export"
    elif "chalice" in others:
        assert first.startswith("AWS_DEFAULT_REGION=")
        assert any(line.startswith("cd ") for line in block.commands)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """A terminal in a copy of the project, with a home that has nothing in it."""
    home = tmp_path / "home"
    home.mkdir()
    terminal = Terminal(a_copy_of_the_project(tmp_path), home)
    yield terminal
    terminal.close()


def type_all(terminal: Terminal, blocks: list[Block]) -> None:
    """Type each command verbatim; fail with what it showed if it did not succeed."""
    for block in blocks:
        for command in block.commands:
            if command.startswith(_NOT_TYPED):
                continue
            if "--follow" in words(command):
                code, shown = terminal.type(command, CTRL_C, when='{"')
                assert code == 130, shown
            else:
                code, shown = terminal.type(command)
                assert code == 0, f"{block.where}: {command}\n{shown}"


@pytest.mark.learner
def test_the_commands_of_the_readme(terminal: Terminal) -> None:
    """In order, from the folder of the project; at the end nothing is left."""
    type_all(terminal, readme())


@pytest.mark.learner
def test_the_commands_of_the_notebooks(terminal: Terminal) -> None:
    """In order, in a terminal that is set up as their text says."""
    for command in ("workshop up", 'eval "$(workshop env)"'):
        code, shown = terminal.type(command)
        assert code == 0, shown
    type_all(terminal, of_notebooks())


_CREATE = """aws dynamodb create-table \\
    --table-name global-serverless \\
    --attribute-definitions AttributeName=PK,AttributeType=S AttributeName=SK,AttributeType=S \\
    --key-schema AttributeName=PK,KeyType=HASH AttributeName=SK,KeyType=RANGE \\
    --billing-mode PAY_PER_REQUEST --region us-west-2"""
_PUT = """aws dynamodb put-item --table-name global-serverless --region us-west-2 \\
    --item '{"PK": {"S": "user100"}, "SK": {"S": "AshlandValley"}, "Bookmark": {"N": "0"}}'"""
_REPLICATE = """aws dynamodb update-table --table-name global-serverless --region us-west-2 \\
    --cli-input-json '{"ReplicaUpdates": [{"Create": {"RegionName": "us-east-2"}}]}'"""
_GET = """aws dynamodb get-item --table-name global-serverless --region us-east-2 \\
    --key '{"PK": {"S": "user100"}, "SK": {"S": "AshlandValley"}}'"""


def say(terminal: Terminal, command: str, *keys: str) -> str:
    """Type one command that has to succeed; return what it showed."""
    code, shown = terminal.type(command, *keys)
    assert code == 0, f"{command}\n{shown}"
    return shown


def until(terminal: Terminal, command: str, wanted: str) -> str:
    """Type a command again, as one does who waits, until it shows what is wanted."""
    deadline = time.monotonic() + 120
    while wanted not in (shown := say(terminal, command)):
        assert time.monotonic() < deadline, f"{command}\n{shown}"
    return shown


@pytest.mark.learner
def test_the_commands_of_the_original_workshop(terminal: Terminal) -> None:
    """From the table to the second Region, and our teardown removes what they have made."""
    say(terminal, "workshop up --lag fixed:400")
    say(terminal, 'eval "$(workshop env)"')
    say(terminal, "aws configure", "\n", "\n", "\n", "\n")
    say(terminal, _CREATE)
    until(terminal, _DESCRIBE, '"TableStatus": "ACTIVE"')
    say(terminal, _PUT)
    say(terminal, "cd backend")
    for region in (HOME, AWAY):
        say(terminal, f"export AWS_DEFAULT_REGION={region}")
        shown = say(terminal, "chalice deploy")
        assert re.search(rf"Rest API URL: https://\w+\.execute-api\.{region}\.", shown), shown
    say(terminal, "cd ..")
    here, there = addresses(terminal)
    assert json.loads(say(terminal, f"curl -s {here}")) == {"ping": "ok"}
    assert json.loads(say(terminal, f"curl -s {there}")) == {"ping": "ok"}
    until(terminal, f"curl -s {here}get/user100/AshlandValley", '"Bookmark":{"N":"0"}')
    assert "TableNotFound" in say(terminal, f"curl -s {there}get/user100/AshlandValley")
    say(terminal, _REPLICATE)
    until(terminal, f"curl -s {there}get/user100/AshlandValley", '"Bookmark":{"N":"0"}')
    say(terminal, f"curl -s {here}update/user100/AshlandValley/1")
    until(terminal, _GET, '"N": "1"')
    assert "Nothing of the workshop is left" in say(terminal, "workshop teardown")
    say(terminal, "workshop down")


_DESCRIBE = "aws dynamodb describe-table --table-name global-serverless --region us-west-2"


def addresses(terminal: Terminal) -> tuple[str, str]:
    """Return the local addresses of the two APIs, from `workshop status`."""
    apis = {api["region"]: api["url"] for api in json.loads(say(terminal, _STATUS))["apis"]}
    return apis[HOME], apis[AWAY]


_STATUS = f"{sys.executable} -m helpers status --json"
