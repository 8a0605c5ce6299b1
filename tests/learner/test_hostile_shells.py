"""Shells that other work has left its marks on: commands and kernels work all the same."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from helpers.settings import PROJECT_DIR, Settings
from helpers.targets import LocalTarget
from tests.conftest import AWAY, HOME

NOBODY = "http://127.0.0.1:9"
_PYTHON = """
from helpers import checks, connect, tables
target = connect()
print(tables.describe(target, "us-west-2")["TableStatus"], checks.account(target, "us-west-2"))
"""


def shell(settings: Settings, port: int, **marks: str | None) -> dict[str, str]:
    """Return the environment of a learner's terminal, with the marks that other work has left."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "WORKSHOP_"))}
    own = {
        "WORKSHOP_STATE_DIR": str(settings.state_dir), "WORKSHOP_BACKEND": str(settings.backend),
        "WORKSHOP_EXPORTS": str(settings.exports), "WORKSHOP_PORT": str(port), "WORKSHOP_LAG": settings.lag,
    }  # fmt: skip
    return clean | own | {k: v for k, v in marks.items() if v is not None}


def run(environment: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    """Run Python with these arguments as a learner would, and wait for it."""
    return subprocess.run(
        [sys.executable, *command], env=environment, capture_output=True, text=True, check=False,
        timeout=180,
    )  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose AWS files are broken, or name endpoints of other programs."""
    folder = tmp_path_factory.mktemp("home") / ".aws"
    folder.mkdir()
    (folder / "broken").write_text("[default\nregion", encoding="utf-8")
    elsewhere = f"[default]\nendpoint_url = {NOBODY}\nregion = eu-central-1\nca_bundle = /nowhere\n"
    (folder / "elsewhere").write_text(elsewhere, encoding="utf-8")
    return folder


SHELLS: dict[str, dict[str, str]] = {
    "a proxy": {"http_proxy": NOBODY, "https_proxy": NOBODY, "HTTP_PROXY": NOBODY},
    "a proxy and a list of others": {"http_proxy": NOBODY, "no_proxy": ".corp.example,10.0.0.0/8"},
    "a proxy and loopback as a network": {"http_proxy": NOBODY, "no_proxy": "127.0.0.0/8"},
    "a proxy for all": {"ALL_PROXY": NOBODY, "all_proxy": NOBODY},
    "a profile that is not there": {"AWS_PROFILE": "ghost", "AWS_DEFAULT_PROFILE": "ghost"},
    "certificates that are not there": {"AWS_CA_BUNDLE": "/nowhere", "SSL_CERT_FILE": "/nowhere"},
    "an endpoint of another program": {
        "AWS_ENDPOINT_URL": NOBODY, "AWS_ENDPOINT_URL_DYNAMODB": NOBODY,
    },
    "a token that has expired": {"AWS_ACCESS_KEY_ID": "ASIAOLD", "AWS_SESSION_TOKEN": "old"},
    "the C locale": {"LANG": "C", "LC_ALL": "C"},
    "warnings as errors": {"PYTHONWARNINGS": "error"},
}  # fmt: skip


# One shell with every mark is tried each time, each mark by itself by `make learner`.
_TELLING = ("a proxy and loopback as a network", "a profile that is not there")


@pytest.mark.parametrize(
    "marks",
    [
        pytest.param(marks, id=name, marks=() if name in _TELLING else pytest.mark.learner)
        for name, marks in SHELLS.items()
    ],
)
def test_helpers_and_commands_reach_the_local_cloud(
    global_table: LocalTarget, marks: dict[str, str]
) -> None:
    """Whatever the shell says of AWS, proxies or Python: the local cloud is reached as always."""
    environment = shell(global_table.settings, global_table.cloud.port, **marks)
    seen = run(environment, "-c", _PYTHON)
    assert seen.stdout.startswith("ACTIVE ✓"), seen.stderr
    assert "accepted (" in seen.stdout
    status = run(environment, "-m", "helpers", "status")
    assert status.returncode == 0, status.stderr
    assert "online" in status.stdout


@pytest.mark.parametrize("name", ["broken", pytest.param("elsewhere", marks=pytest.mark.learner)])
def test_a_config_file_is_not_read(global_table: LocalTarget, home: Path, name: str) -> None:
    """A file that cannot be parsed, or that names endpoints, concerns AWS and nobody here."""
    marks = {"AWS_CONFIG_FILE": str(home / name), "AWS_SHARED_CREDENTIALS_FILE": str(home / name)}
    environment = shell(global_table.settings, global_table.cloud.port, **marks)
    seen = run(environment, "-c", _PYTHON)
    assert "ACTIVE" in seen.stdout, seen.stderr
    chalice = global_table.environment(HOME) | {"HOME": str(home)}
    listed = subprocess.run(
        [sys.executable, "-m", "awscli", "dynamodb", "list-tables"],
        env=chalice, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert "global-serverless" in listed.stdout, listed.stderr


def test_a_deployed_function_inherits_no_shell(global_table: LocalTarget) -> None:
    """The cloud's own process, whose environment functions get, has no proxy and no profile."""
    pid = global_table.cloud.get("status")["pid"]
    names = Path(f"/proc/{pid}/environ")
    if not names.exists():
        pytest.skip("only Linux shows the environment of a process")
    seen = dict(v.split("=", 1) for v in names.read_text(encoding="utf-8").split("\0") if v)
    assert not {n for n in seen if n.lower().endswith("_proxy") or "PROFILE" in n}
    assert seen["AWS_CONFIG_FILE"] == os.devnull


def test_the_target_aws_refuses_the_local_key_in_words(global_table: LocalTarget) -> None:
    """Exports of a local cloud left in a terminal are not taken for an account of AWS."""
    left = global_table.environment(HOME)
    names = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    environment = shell(
        global_table.settings, global_table.cloud.port, WORKSHOP_TARGET="aws",
        **{name: left[name] for name in names},
    )  # fmt: skip
    code = 'from helpers import checks, connect\nprint(checks.account(connect(), "us-west-2"))'
    seen = run(environment, "-c", code)
    assert seen.returncode == 0, seen.stderr
    assert "✗ credentials" in seen.stdout
    assert "local cloud's" in seen.stdout


@pytest.mark.parametrize(
    ("marks", "told"),
    [
        ({"AWS_PROFILE": "ghost"}, "list-profiles"),
        ({}, "aws configure"),
    ],
    ids=["a profile that is not there", "no credentials"],
)
def test_the_target_aws_says_what_is_wrong_with_credentials(
    global_table: LocalTarget, tmp_path: Path, marks: dict[str, str], told: str
) -> None:
    """A ✗ with what to do, not a traceback; nothing is sent."""
    quiet = {"AWS_EC2_METADATA_DISABLED": "true", "HOME": str(tmp_path), "https_proxy": NOBODY}
    settings, port = global_table.settings, global_table.cloud.port
    environment = shell(settings, port, WORKSHOP_TARGET="aws", **quiet, **marks)
    code = 'from helpers import checks, connect\nprint(checks.account(connect(), "us-west-2"))'
    seen = run(environment, "-c", code)
    assert seen.returncode == 0, seen.stderr
    assert "✗ credentials" in seen.stdout
    assert told in seen.stdout


_LOCAL_ONLY = ("lag fixed:3", "pause us-west-2 us-east-2 on", "place berlin", "reads latest")


@pytest.mark.parametrize("command", _LOCAL_ONLY)
def test_what_nobody_can_do_on_aws_is_refused(global_table: LocalTarget, command: str) -> None:
    """With the target AWS, a command never acts on the local cloud by mistake."""
    before = global_table.cloud.get("status")
    settings, port = global_table.settings, global_table.cloud.port
    refused = run(shell(settings, port, WORKSHOP_TARGET="aws"), "-m", "helpers", *command.split())
    assert refused.returncode == 1
    assert "The target is AWS" in refused.stderr
    after = global_table.cloud.get("status")
    assert (after["lag"], after["place"]) == (before["lag"], before["place"])


def test_a_closed_pipe_ends_quietly(global_table: LocalTarget) -> None:
    """`workshop status | true`: nobody is left to be told."""
    environment = shell(global_table.settings, global_table.cloud.port)
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, "-m", "helpers", "status"], env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        said = process.stderr.read()
        process.stderr.close()
        process.wait(60)
        assert said == ""


def test_sigterm_ends_as_ctrl_c_does(global_table: LocalTarget) -> None:
    """A command that is told to end says so and undoes what it has to, without a traceback."""
    environment = shell(global_table.settings, global_table.cloud.port)
    process = subprocess.Popen(
        [sys.executable, "-m", "helpers", "events", "--follow"], env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        assert process.stdout.readline()
        time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert said == "Cancelled.\n"


FOLDERS = {
    "up": ("WORKSHOP_STATE_DIR", ["up"]),
    "prepare": ("WORKSHOP_BACKEND", ["prepare", HOME]),
    "deploy": ("WORKSHOP_BACKEND", ["deploy", HOME]),
    "charts": ("WORKSHOP_EXPORTS", ["charts"]),
    "experiment": ("WORKSHOP_EXPORTS", ["experiment", "staleness"]),
}


@pytest.mark.parametrize(("setting", "command"), FOLDERS.values(), ids=FOLDERS)
def test_a_folder_that_cannot_be_written_is_found_at_once(
    global_table: LocalTarget, tmp_path: Path, setting: str, command: list[str]
) -> None:
    """One sentence names the setting to change, before anything was made."""
    below_a_file = tmp_path / "file"
    below_a_file.write_text("", encoding="utf-8")
    environment = shell(global_table.settings, global_table.cloud.port)
    told = run(environment | {setting: str(below_a_file / "x")}, "-m", "helpers", *command)
    assert (told.returncode, told.stdout) == (1, "")
    assert setting in told.stderr
    assert "Traceback" not in told.stderr
    assert len(told.stderr.splitlines()) == 1


def test_debug_shows_where_an_error_was(global_table: LocalTarget, tmp_path: Path) -> None:
    """Who asks for the traceback gets it, with the sentence after it."""
    environment = shell(global_table.settings, global_table.cloud.port)
    wanted = ["charts", "--out", str(tmp_path / "file"), "--debug"]
    (tmp_path / "file").write_text("", encoding="utf-8")
    told = run(environment, "-m", "helpers", *wanted)
    assert told.returncode == 1
    assert "Traceback" in told.stderr
    assert "--out=DIR" in told.stderr.splitlines()[-1]


def test_a_home_that_cannot_be_written_needs_one_setting(tmp_path: Path) -> None:
    """A state folder of one's own is enough for a local cloud to start, answer and stop."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    nowhere = {"HOME": str(tmp_path / "file" / "home"), "XDG_STATE_HOME": ""}
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "WORKSHOP_"))}
    told = run(clean | nowhere, "-m", "helpers", "up")
    assert "WORKSHOP_STATE_DIR" in told.stderr
    own = clean | nowhere | {"WORKSHOP_STATE_DIR": str(tmp_path / "state")}
    up = run(own, "-m", "helpers", "up")
    try:
        assert up.returncode == 0, up.stderr
        assert run(own, "-m", "helpers", "status").returncode == 0
    finally:
        down = run(own, "-m", "helpers", "down")
    assert down.returncode == 0, down.stderr


def test_a_port_that_is_taken_is_left_to_its_owner(tmp_path: Path) -> None:
    """Something else listens where the local cloud usually does: it takes another port."""
    with socket.socket() as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):  # Somebody listens there already: as good.
            stranger.bind(("127.0.0.1", 4566))
            stranger.listen()
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "WORKSHOP_"))}
        own = clean | {"WORKSHOP_STATE_DIR": str(tmp_path / "state")}
        up = run(own, "-m", "helpers", "up")
        try:
            assert up.returncode == 0, up.stderr
            assert ":4566" not in up.stdout
            assert run(own, "-m", "helpers", "status").returncode == 0
        finally:
            run(own, "-m", "helpers", "down")


def test_env_sets_up_a_terminal(global_table: LocalTarget) -> None:
    """`eval "$(workshop env)"` in a shell with all these marks: aws reaches the local cloud."""
    marks = {k: v for given in SHELLS.values() for k, v in given.items()}
    environment = shell(global_table.settings, global_table.cloud.port, **marks)
    script = f'eval "$({sys.executable} -m helpers env)" && aws dynamodb list-tables'
    done = subprocess.run(
        ["sh", "-c", script], env=environment, capture_output=True, text=True, check=False,
        timeout=120,
    )  # fmt: skip
    assert "global-serverless" in done.stdout, done.stderr


@pytest.mark.learner
def test_any_project_path_and_umask(tmp_path: Path) -> None:
    """A checkout in a folder with spaces and other letters, made private: up, API, down."""
    project = tmp_path / "Мои проекты" / "a workshop"
    for part in ("helpers", "backend"):
        ignored = shutil.ignore_patterns("__pycache__", "deployed", "deployments")
        shutil.copytree(PROJECT_DIR / part, project / part, ignore=ignored)
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "WORKSHOP_"))}
    own = clean | {
        "WORKSHOP_STATE_DIR": str(project / "der Zustand"), "WORKSHOP_LAG": "fixed:50",
        "WORKSHOP_TIMESCALE": "0.01", "WORKSHOP_BACKEND": str(project / "backend"),
        "PYTHONPATH": str(project), "LANG": "C",
    }  # fmt: skip
    before = os.umask(0o077)
    try:
        made = run(own, "-m", "helpers", "prepare", HOME, AWAY)
        assert made.returncode == 0, made.stdout + made.stderr
        asked = "from helpers import checks, connect; print(checks.api(connect(), 'us-west-2'))"
        assert "✓" in run(own, "-c", asked).stdout
        torn = run(own, "-m", "helpers", "teardown")
        assert torn.returncode == 0, torn.stdout + torn.stderr
    finally:
        os.umask(before)
        run(own, "-m", "helpers", "down")


@pytest.mark.learner
def test_a_plain_installation_says_to_work_from_a_checkout(tmp_path: Path) -> None:
    """A wheel bears its data; what needs notebooks, backend or pages says so in one sentence."""
    source, site = tmp_path / "source", tmp_path / "site"
    source.mkdir()
    shutil.copytree(PROJECT_DIR / "helpers", source / "helpers")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(PROJECT_DIR / name, source / name)
    built = run(dict(os.environ), "-m", "pip", "install", "--no-deps", "--target", str(site),
                str(source))  # fmt: skip
    assert built.returncode == 0, built.stderr
    data = {p.relative_to(PROJECT_DIR) for p in (PROJECT_DIR / "helpers").rglob("*.json")}
    assert data <= {p.relative_to(site) for p in site.rglob("*.json")}
    for command in ("lab", "charts", "deploy us-west-2", "prepare us-west-2", "website us-west-2"):
        own = {**os.environ, "PYTHONPATH": str(site), "WORKSHOP_STATE_DIR": str(tmp_path / "state")}
        told = subprocess.run(
            [sys.executable, "-m", "helpers", *command.split()], env=own, cwd=tmp_path,
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert told.returncode == 1
        assert "Work from a checkout" in told.stderr
        assert len(told.stderr.splitlines()) == 1
