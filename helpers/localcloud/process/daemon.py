"""Start a local cloud, find it again, stop it; it outlives the kernel that started it."""

from __future__ import annotations

import hmac
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import requests
from urllib3.exceptions import HTTPError

from helpers.localcloud.door.keys import KEY_HEADER, PROOF, Keys
from helpers.localcloud.process import key_file
from helpers.localcloud.process.aws_files import drop_aws_files, write_aws_files
from helpers.localcloud.process.key_file import drop_keys, read_keys
from helpers.localcloud.process.lag_file import copies, resolve
from helpers.localcloud.process.private import private_folder
from helpers.localcloud.process.processes import started_at
from helpers.localcloud.process.state_file import StateFile, state_files
from helpers.localcloud.process.surroundings import for_the_cloud

DEFAULT_PORT = 4566
# It takes two seconds; on a machine that is busy with a whole class it took more than a minute.
_START_TIMEOUT_S = 180.0
# The clouds this process has started. They outlive it; one that ends before it is waited for.
_children: list[subprocess.Popen[bytes]] = []
_STOP_TIMEOUT_S = 30.0
_PROOF_TIMEOUT_S = 10.0
_PROOF_BYTES = 1024


class CloudError(RuntimeError):
    """The local cloud did not do what was asked; the message says what to do."""


@dataclass(frozen=True)
class RunningCloud:
    """A local cloud that has proved to have its folder's key, and the client of its control routes.

    Attributes:
        port: of 127.0.0.1.
        pid: its process.
        state_dir: the folder that its key and its state file are in.
        keys: what opens it, and what its pages may show.
        learner: in whose account AWS's services are asked; "" is that of who started it.
    """

    port: int
    pid: int
    state_dir: Path
    keys: Keys = field(repr=False)
    learner: str = ""

    @property
    def access_key(self) -> str:
        """The key for AWS's services; `/_cloud` has only that of who started the cloud."""
        return self.keys.learners[self.learner] if self.learner else self.keys.own

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
                http.get(
                    url, params=query, headers=self._key, stream=True, timeout=(3, None)
                ) as answer,
            ):
                if not answer.ok:
                    raise CloudError(f"{url} answered {answer.status_code}: {answer.text[:300]}")
                yield from (line.decode() for line in answer.iter_lines(chunk_size=None))
        except requests.RequestException as lost:
            raise CloudError(f"The local cloud on port {self.port} went away.") from lost

    @property
    def _key(self) -> dict[str, str]:
        return {KEY_HEADER: self.keys.own}

    def _call(self, method: str, route: str, **arguments: Any) -> dict[str, Any]:
        url = f"{self.endpoint}/_cloud/{route}"
        try:
            with _direct() as http:
                answer = http.request(method, url, headers=self._key, timeout=10, **arguments)
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


def _proven(state_dir: Path, port: int) -> RunningCloud | None:
    """Return the local cloud on a port if it has this folder's key, None for anything else.

    The key is not sent: whoever answers there, perhaps in a place that ours has left, must prove
    that it has it.

    Raises:
        requests.Timeout: something took the question and has not answered.
    """
    keys = read_keys(state_dir)
    if keys is None:
        return None
    nonce = secrets.token_hex(16)
    url = f"http://127.0.0.1:{port}{PROOF}"
    try:
        with (
            _direct() as http,
            http.get(
                url, params={"nonce": nonce}, timeout=_PROOF_TIMEOUT_S, stream=True,
                allow_redirects=False,
            ) as answer,
        ):  # fmt: skip
            said = json.loads(answer.raw.read(_PROOF_BYTES))
        pid, proof = int(said["pid"]), str(said["proof"])
    except requests.Timeout:
        raise
    except (requests.RequestException, HTTPError, ValueError, KeyError, TypeError):
        return None
    if not hmac.compare_digest(proof.encode(), keys.prove(nonce, port, pid).encode()):
        return None
    return RunningCloud(port, pid, state_dir, keys)


def find(state_dir: Path, port: int | None = None) -> RunningCloud | None:
    """Find the local cloud on a port, or without a port the one that was started last.

    Raises:
        CloudError: on the port that was given answers what is not this folder's.
    """
    state_dir = state_dir.absolute()
    ports = [port] if port is not None else [state.port for state in state_files(state_dir)]
    for candidate in ports:
        try:
            if cloud := _proven(state_dir, candidate):
                return cloud
        except requests.Timeout as silent:
            if StateFile(state_dir, candidate).process():
                raise CloudError(
                    f"The local cloud on port {candidate} has not answered in "
                    f"{_PROOF_TIMEOUT_S:.0f} s. Try again."
                ) from silent
    if port is not None and _is_taken(port):
        raise CloudError(
            f"What answers on port {port} is not ours: it does not have the key in {state_dir}. "
            "It was left alone. Choose another port, or its folder with --state-dir."
        )
    return None


def not_ours(state_dir: Path) -> list[int]:
    """List the ports that a cloud of this folder has had and something else has now."""
    return [state.port for state in state_files(state_dir.absolute()) if _is_taken(state.port)]


def _is_taken(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


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
        lag: a lag model as the command line writes it; of a file, a copy stays in `state_dir`.
        seed: of all that is drawn at random.
        timescale: how much of AWS's time creating and deleting a replica takes.
        keep: keep what it holds in `state_dir` over a restart, and begin with what is there.

    Raises:
        CloudError: it did not start; the message has the end of its log.
    """
    state_dir = private_folder(state_dir.absolute())
    if running := find(state_dir, port):
        write_aws_files(state_dir, running.endpoint, running.keys.own)
        return running
    lag = resolve(lag, copies(state_dir))
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
    log.write_text("", encoding="utf-8")
    # For appending: the log begins anew where it gets too long.
    with log.open("a", encoding="utf-8") as output:
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
        if cloud := _started(state_dir, process.pid):
            _children.append(process)
            write_aws_files(state_dir, cloud.endpoint, cloud.keys.own)
            return cloud
        time.sleep(0.05)
    late = process.poll() is None
    process.kill()
    process.wait()
    how = f"did not answer in {_START_TIMEOUT_S:.0f} s" if late else "did not start"
    tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:])
    raise CloudError(f"The local cloud {how}. The end of {log}:\n{tail}")


def _started(state_dir: Path, pid: int) -> RunningCloud | None:
    """Return the cloud of a process that was just started, once it answers."""
    for state in state_files(state_dir):
        if state.process() == pid:
            with suppress(requests.Timeout):
                return _proven(state_dir, state.port)
    return None


def stop(cloud: RunningCloud) -> None:
    """Stop a local cloud; returns when its process has ended and its last file is written.

    Raises:
        CloudError: it is not there any more, its state file names another process, or it still
            runs after half a minute.
    """
    state = StateFile(cloud.state_dir, cloud.port)
    there = find(cloud.state_dir, cloud.port)
    if there is None or state.process() != there.pid:
        raise CloudError(
            f"{state.path} does not name the process that answers on port {cloud.port}. Nothing "
            "was stopped."
        )
    started = started_at(there.pid)
    os.kill(there.pid, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_TIMEOUT_S
    while started_at(there.pid) == started:
        for child in _children:
            child.poll()
        if time.monotonic() > deadline:
            raise CloudError(
                f"The local cloud (process {there.pid}) did not stop. Try: kill -9 {there.pid}"
            )
        time.sleep(0.05)
    for child in [child for child in _children if child.pid == there.pid]:
        child.wait(_STOP_TIMEOUT_S)
        _children.remove(child)


def add_learners(cloud: RunningCloud, names: Sequence[str]) -> Iterator[str]:
    """Give each name a key and an account of its own in a cloud; yields what each sets, a line.

    Raises:
        ValueError: a name is none.
    """
    learners = key_file.add_learners(cloud.state_dir, names).learners
    for name in names:
        yield (
            f"{name}: export AWS_ENDPOINT_URL={cloud.endpoint} "
            f"AWS_ACCESS_KEY_ID={learners[name]} AWS_SECRET_ACCESS_KEY=unused"
        )


def as_learner(cloud: RunningCloud, name: str) -> RunningCloud:
    """Return the same cloud as a learner of it, who gets a key and an account where they have none.

    Raises:
        ValueError: the name is none.
    """
    keys = cloud.keys if name in cloud.keys.learners else None
    return replace(cloud, keys=keys or key_file.add_learners(cloud.state_dir, [name]), learner=name)


def empty(state_dir: Path) -> None:
    """Delete what a stopped cloud kept in its folder, and its key; the next one has a new one.

    Nothing outside the folder is touched, and no link is followed.
    """
    state_dir = private_folder(state_dir.absolute())
    kept = state_dir / "kept"
    if kept.is_symlink():
        kept.unlink()
    elif kept.is_dir():
        shutil.rmtree(kept)
    drop_aws_files(state_dir)
    drop_keys(state_dir)
