"""Start a local cloud, find it again, stop it; it outlives the kernel that started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from helpers.localcloud.process.state_file import state_files
from helpers.localcloud.process.surroundings import for_the_cloud

DEFAULT_PORT = 4566
_START_TIMEOUT_S = 60.0
# The clouds this process has started. They outlive it; one that ends before it is waited for.
_children: list[subprocess.Popen[bytes]] = []
_STOP_TIMEOUT_S = 15.0


class CloudError(RuntimeError):
    """The local cloud did not do what was asked; the message says what to do."""


@dataclass(frozen=True)
class RunningCloud:
    """A local cloud that answers, and the client of its control routes."""

    port: int

    @property
    def endpoint(self) -> str:
        """What to set AWS_ENDPOINT_URL to."""
        return f"http://127.0.0.1:{self.port}"

    def get(self, route: str, **query: str | int) -> dict[str, Any]:
        """Read a control route, such as `status` or `events`.

        Raises:
            CloudError: it is not there, or refused.
        """
        return self._call("GET", route, params=query)

    def post(self, route: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Change something, such as `regions/us-west-2`.

        Raises:
            CloudError: it is not there, or refused.
        """
        return self._call("POST", route, json=payload)

    def events(self, since: int = 0, *, follow: bool = False) -> Iterator[str]:
        """Iterate over the journal's events after a number, as JSON; `follow` never ends.

        Raises:
            CloudError: it is not there, or went away.
        """
        url = f"{self.endpoint}/_cloud/events.jsonl"
        query = {"since": str(since), "follow": str(follow).lower()}
        try:
            with (
                _direct() as http,
                http.get(url, params=query, stream=True, timeout=(3, None)) as answer,
            ):
                yield from (line.decode() for line in answer.iter_lines(chunk_size=None))
        except requests.RequestException as lost:
            raise CloudError(f"The local cloud on port {self.port} went away.") from lost

    def _call(self, method: str, route: str, **arguments: Any) -> dict[str, Any]:
        url = f"{self.endpoint}/_cloud/{route}"
        try:
            with _direct() as http:
                answer = http.request(method, url, timeout=10, **arguments)
        except requests.RequestException as lost:
            raise CloudError(
                f"The local cloud on port {self.port} does not answer. Start it: workshop up"
            ) from lost
        payload: dict[str, Any] = answer.json()
        if not answer.ok:
            raise CloudError(payload.get("message", f"{url} answered {answer.status_code}"))
        return payload


def _direct() -> requests.Session:
    """Make a session that heeds no proxy, netrc or certificates of the learner's shell."""
    session = requests.Session()
    session.trust_env = False
    return session


def _answering(port: int) -> RunningCloud | None:
    """Return the local cloud on a port, None if something else or nothing is there."""
    cloud = RunningCloud(port)
    try:
        with _direct() as http:
            status = http.get(f"{cloud.endpoint}/_cloud/status", timeout=3)
        return cloud if status.ok and "lag" in status.json() else None
    except (requests.RequestException, ValueError):
        return None


def find(state_dir: Path, port: int | None = None) -> RunningCloud | None:
    """Find the local cloud on a port, or without a port the one that was started last."""
    if port is not None:
        return _answering(port)
    for state in state_files(state_dir):
        if cloud := _answering(state.port):
            return cloud
    return None


def start(
    state_dir: Path,
    port: int | None = None,
    *,
    lag: str = "aws",
    seed: int = 0,
    timescale: float = 0.05,
    keep: bool = False,
) -> RunningCloud:
    """Start a local cloud, or return the one that runs already; returns when it answers.

    Args:
        state_dir: where its state file, its log and its files go.
        port: take exactly this port; without it 4566, or another where that is taken.
        lag: a lag model as the command line writes it.
        seed: of all that is drawn at random.
        timescale: how much of AWS's time creating and deleting a replica takes.
        keep: keep what it holds in `state_dir` over a restart, and begin with what is there.

    Raises:
        CloudError: it did not start; the message has the end of its log.
    """
    if running := find(state_dir, port):
        return running
    state_dir.mkdir(parents=True, exist_ok=True)
    log = state_dir / "cloud.log"
    command = [
        sys.executable,
        "-m",
        "helpers.localcloud.process.serve",
        "--port",
        str(port or DEFAULT_PORT),
    ]
    command += ["--lag", lag, "--seed", str(seed), "--timescale", str(timescale)]
    command += ["--state-dir", str(state_dir)] + (["--exactly"] if port else [])
    command += ["--keep"] if keep else []
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            command,
            env=for_the_cloud(os.environ),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    deadline = time.monotonic() + _START_TIMEOUT_S
    while process.poll() is None and time.monotonic() < deadline:
        for state in state_files(state_dir):
            if port in (None, state.port) and (cloud := _answering(state.port)):
                _children.append(process)
                return cloud
        time.sleep(0.05)
    process.kill()
    process.wait()
    tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:])
    raise CloudError(f"The local cloud did not start. The end of {log}:\n{tail}")


def stop(cloud: RunningCloud) -> None:
    """Stop a local cloud and wait until it is gone.

    Raises:
        CloudError: it still runs after a quarter of a minute.
    """
    pid: int = cloud.get("status")["pid"]
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_TIMEOUT_S
    while _answering(cloud.port):
        if time.monotonic() > deadline:
            raise CloudError(f"The local cloud (process {pid}) did not stop. Try: kill -9 {pid}")
        time.sleep(0.05)
    for child in [child for child in _children if child.pid == pid]:
        child.wait(_STOP_TIMEOUT_S)
        _children.remove(child)
