"""The commands of the workshop in a terminal: aws, chalice and workshop, unmodified."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from helpers import deploy
from helpers.settings import PROJECT_DIR, Settings
from helpers.targets import LocalTarget
from tests.conftest import AWAY, HOME

BIN = Path(sys.executable).parent
pytestmark = pytest.mark.cloud


def run(target: LocalTarget, command: str, *, cwd: Path | None = None, region: str = HOME) -> str:
    """Run a command with nothing set but the endpoint, dummy credentials and a Region."""
    environment = {
        **target.environment(region), "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "AWS_PAGER": "",
    }  # fmt: skip
    done = subprocess.run(
        command, shell=True, env=environment, cwd=cwd, capture_output=True, text=True, check=False,
        timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_aws_command_line_walks_through_a_global_table(target: LocalTarget) -> None:
    """Create, add a replica, write here, read there, delete there, remove the replica."""
    table = "--table-name walk-through"
    assert json.loads(run(target, "aws sts get-caller-identity"))["Account"]
    run(
        target,
        f"aws dynamodb create-table {table} --billing-mode PAY_PER_REQUEST "
        "--attribute-definitions AttributeName=PK,AttributeType=S AttributeName=SK,AttributeType=S "
        "--key-schema AttributeName=PK,KeyType=HASH AttributeName=SK,KeyType=RANGE",
    )
    replica = json.dumps({"ReplicaUpdates": [{"Create": {"RegionName": AWAY}}]})
    run(target, f"aws dynamodb update-table {table} --cli-input-json '{replica}'")
    item = json.dumps({"PK": {"S": "u"}, "SK": {"S": "s"}, "Bookmark": {"N": "7"}})
    wait_active(target, ["ACTIVE"])
    run(target, f"aws dynamodb put-item {table} --item '{item}'")
    key = json.dumps({"PK": {"S": "u"}, "SK": {"S": "s"}})
    get = f"aws dynamodb get-item {table} --key '{key}' --region {AWAY}"
    found = ""
    for _ in range(40):
        found = run(target, get)
        if found:
            break
    assert json.loads(found)["Item"]["Bookmark"] == {"N": "7"}
    run(target, f"aws dynamodb delete-item {table} --key '{key}' --region {AWAY}")
    for _ in range(40):
        found = run(target, f"aws dynamodb get-item {table} --key '{key}'")
        if not found:
            break
    assert not found
    replica = json.dumps({"ReplicaUpdates": [{"Delete": {"RegionName": AWAY}}]})
    run(target, f"aws dynamodb update-table {table} --cli-input-json '{replica}'")
    for _ in range(40):
        if "walk-through" not in run(target, f"aws dynamodb list-tables --region {AWAY}"):
            break
    wait_active(target, [])
    run(target, f"aws dynamodb delete-table {table}")


def wait_active(target: LocalTarget, expected: list[str]) -> None:
    """Wait until the walk-through's table is ACTIVE and lists replicas in these states."""
    for _ in range(40):
        described = json.loads(run(target, "aws dynamodb describe-table --table-name walk-through"))
        table = described["Table"]
        replicas = [r["ReplicaStatus"] for r in table.get("Replicas", [])]
        if table["TableStatus"] == "ACTIVE" and replicas == expected:
            return
    raise AssertionError(f"The replicas did not come to be {expected}: {described}")


def test_chalice_deploys_redeploys_logs_and_deletes(
    target: LocalTarget, tmp_path: Path, settings: Settings
) -> None:
    """One stage a Region, named after it; what answers is the code that was deployed last."""
    region = "eu-west-1"
    project = tmp_path / "backend"
    ignored = shutil.ignore_patterns("deployed", "deployments")
    shutil.copytree(settings.backend, project, ignore=ignored)
    stage = f"--stage {region}"
    first = run(target, f"chalice deploy {stage}", cwd=project, region=region)
    assert "Rest API URL" in first
    url = run(target, f"chalice url {stage}", cwd=project, region=region).strip()
    api_id = url.removeprefix("https://").partition(".")[0]
    assert f".execute-api.{region}." in url
    local = f"{target.cloud.endpoint}/restapis/{api_id}/api/_user_request_/"
    assert requests.get(local, timeout=10).json() == {"ping": "ok"}

    app = project / "app.py"
    app.write_text(
        app.read_text(encoding="utf-8")
        + '\n\n@app.route("/version/{NAME}", cors=True)\ndef version(NAME):\n'
        '    return {"version": 2, "name": NAME}\n',
        encoding="utf-8",
    )
    run(target, f"chalice deploy {stage}", cwd=project, region=region)
    assert run(target, f"chalice url {stage}", cwd=project, region=region).strip() == url
    answer = requests.get(f"{local}version/x", timeout=10)
    assert answer.json() == {"version": 2, "name": "x"}
    preflight = requests.options(f"{local}version/x", headers={"Origin": "null"}, timeout=10)
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    assert "GET" in preflight.headers["Access-Control-Allow-Methods"]

    lines = run(target, f"chalice logs {stage}", cwd=project, region=region).splitlines()
    requests_logged = [json.loads(line[line.index("{") :]) for line in lines if "{" in line]
    assert [line["path"] for line in requests_logged] == ["/", "/version/{NAME}"]

    run(target, f"chalice delete {stage}", cwd=project, region=region)
    apis = target.client("apigateway", region).get_rest_apis()["items"]
    functions = target.client("lambda", region).list_functions()["Functions"]
    assert apis == functions == []


def workshop(
    settings: Settings, *arguments: str, port: int | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the workshop command with settings of its own."""
    environment = {
        **os.environ, "WORKSHOP_STATE_DIR": str(settings.state_dir),
        "WORKSHOP_BACKEND": str(settings.backend), "WORKSHOP_TIMESCALE": "0.01",
    }  # fmt: skip
    where = ["--port", str(port)] if port else []
    return subprocess.run(
        [sys.executable, "-m", "helpers", *arguments, *where], env=environment, capture_output=True,
        text=True, check=False, timeout=180,
    )  # fmt: skip


def test_workshop_up_status_outage_reset_down(tmp_path: Path, settings: Settings) -> None:
    """The life of a local cloud from a terminal, with exit codes that mean something."""
    own = Settings(state_dir=tmp_path, backend=settings.backend)
    assert workshop(own, "status").returncode == 3
    up = workshop(own, "up", "--lag", "fixed:50", "--seed", "4")
    assert up.returncode == 0, up.stderr
    assert "export AWS_ENDPOINT_URL=http://127.0.0.1:" in up.stdout
    try:
        again = workshop(own, "up")
        assert "already running" in again.stdout
        status = json.loads(workshop(own, "status", "--json").stdout)
        assert (status["lag"], status["seed"]) == ("fixed:50", 4)
        assert "offline" in workshop(own, "outage", HOME, "on").stdout
        assert "offline" in workshop(own, "status").stdout
        assert "online" in workshop(own, "outage", HOME, "off").stdout
        assert "paused" in workshop(own, "pause", HOME, AWAY, "on").stdout
        assert "fixed:7" in workshop(own, "lag", "fixed:7").stdout
        bad = workshop(own, "lag", "soon")
        assert bad.returncode == 1
        assert "uniform:150,900" in bad.stderr
        taken = Settings(state_dir=tmp_path / "other", backend=settings.backend)
        # The port is the first cloud's, whose key is in another folder: it is left alone.
        assert "is not ours" in workshop(taken, "up", port=status["port"]).stderr
        assert workshop(own, "reset").returncode == 0
        assert json.loads(workshop(own, "status", "--json").stdout)["lag"] == "fixed:7"
    finally:
        assert workshop(own, "down").returncode == 0
    assert workshop(own, "status").returncode == 3
    assert workshop(own, "outage", HOME, "on").returncode == 1
    assert workshop(own, "nonsense").returncode == 2


def test_workshop_prepare_experiment_teardown(tmp_path: Path) -> None:
    """From nothing to observations and charts, and back to nothing."""
    # Chalice keeps its records in the project: another cloud's would be overwritten.
    backend = tmp_path / "backend"
    shutil.copytree(PROJECT_DIR / "backend", backend, ignore=shutil.ignore_patterns("deploy*"))
    own = Settings(state_dir=tmp_path / "state", backend=backend)
    out = tmp_path / "out"
    assert workshop(own, "up", "--lag", "fixed:50").returncode == 0
    try:
        prepared = workshop(own, "prepare", HOME, AWAY)
        assert prepared.returncode == 0, prepared.stdout + prepared.stderr
        regions = ("--writer", HOME, "--reader", AWAY)
        ran = workshop(own, "experiment", "staleness", *regions, "--trials", "5", "--out", str(out))
        assert ran.returncode == 0, ran.stdout + ran.stderr
        (folder,) = (path for path in (out / "staleness").iterdir() if not path.is_symlink())
        made = {path.name for path in folder.iterdir()}
        assert {"staleness-reads.csv", "staleness.json", "staleness.png", "staleness.svg"} <= made
        told = json.loads((folder / "staleness.json").read_text(encoding="utf-8"))
        assert told["provenance"]["settings"]["trials"] == 5
        assert told["summary"]["quantiles"][0]["n"] == 5
        same = workshop(own, "experiment", "conflicts", "--writer", HOME, "--other", HOME)
        assert same.returncode == 1
        assert "different Regions" in same.stderr
        for trials in ("0", "-1", "1000000000", "x"):
            bad = workshop(own, "experiment", "staleness", "--trials", trials)
            assert bad.returncode == 2
            assert "trials must be a whole number from 1 to 5,000" in bad.stderr
        torn = workshop(own, "teardown")
        assert torn.returncode == 0, torn.stdout + torn.stderr
        assert "Nothing of the workshop is left" in torn.stdout
    finally:
        workshop(own, "down")


def test_a_port_taken_by_a_stranger_is_said_to_be(tmp_path: Path, settings: Settings) -> None:
    """A port that was asked for and cannot be had is an error that says so."""
    own = Settings(state_dir=tmp_path, backend=settings.backend)
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        port = stranger.getsockname()[1]
        answer = workshop(own, "up", port=port)
    assert answer.returncode == 1
    assert f"port {port} is not ours" in answer.stderr


def test_the_url_of_a_deployment_carries_its_region(global_app: LocalTarget) -> None:
    """A reader of the address knows where the API is."""
    url = deploy.url(global_app, AWAY)
    assert url is not None
    assert f".execute-api.{AWAY}.localhost:{global_app.cloud.port}/api/" in url


@pytest.mark.parametrize("command", ["", "up", "experiment", "outage"])
def test_help_is_there(settings: Settings, command: str) -> None:
    """Every command explains itself."""
    arguments = [command, "--help"] if command else ["--help"]
    shown = workshop(settings, *arguments)
    assert shown.returncode == 0
    assert "usage: workshop" in shown.stdout


def test_the_demo_is_one_command(global_app: LocalTarget, settings: Settings) -> None:
    """`workshop demo` prepares what is missing and prints the page, with what lets it steer."""
    shown = workshop(settings, "demo", "--no-browser", port=global_app.cloud.port)
    assert shown.returncode == 0, shown.stderr
    (address,) = [line for line in shown.stdout.splitlines() if "demo.html?api=" in line]
    assert address.count("api=") == 2
    assert "#token=" in address
    page, _, token = address.partition(": ")[2].partition("#token=")
    assert requests.get(page, timeout=10).ok
    url = f"{global_app.cloud.endpoint}/_cloud/status"
    assert requests.get(url, headers={"X-Workshop-Key": token}, timeout=10).ok
