"""JupyterLab on the first notebook, with a terminal beside it that is set up for the target."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import requests
from jupyter_core.paths import jupyter_runtime_dir
from jupyterlab_server.workspaces_handler import WorkspacesManager

from helpers import folders, notebooks
from helpers.settings import PROJECT_DIR, Settings

# What JupyterLab reads beside the learner's own configuration: it asks nobody about news.
_CONFIG = Path(__file__).with_name("jupyter")
_FIRST_PORT = 8888
_PORTS = 100
_START_TIMEOUT_S = 180.0
_END_TIMEOUT_S = 20.0
# How Jupyter says that somebody else has its port.
_TAKEN = "The port {} is already in use"


class _PortTakenError(Exception):
    """The port that was free a moment ago is so no longer."""


@dataclass(frozen=True)
class Lab:
    """A JupyterLab that is about to run: its port, its token, and the path it answers under.

    `root` is the folder that it shows, `first` the first notebook in there.
    """

    port: int
    token: str
    base: str
    first: str
    root: Path = PROJECT_DIR

    @property
    def path(self) -> str:
        """The first notebook below the server's name, with the token that opens it."""
        return f"{self.base}lab/tree/{self.first}?token={self.token}"

    @property
    def url(self) -> str:
        """The first notebook's address on this machine."""
        return f"http://localhost:{self.port}{self.path}"


def run(settings: Settings, shell: Mapping[str, str] = os.environ) -> int:
    """Run JupyterLab until it is told to stop; return its exit code.

    Raises:
        FolderError: there are no notebooks, or Jupyter's own folder cannot be written.
        RuntimeError: it did not start; the message has the end of what it said.
    """
    folders.require_checkout(notebooks.NOTEBOOKS, "folder of notebooks")
    folders.require(Path(jupyter_runtime_dir()), "Jupyter notes what runs", "JUPYTER_RUNTIME_DIR")
    folders.require(settings.state_dir, "JupyterLab keeps its layout", "WORKSHOP_STATE_DIR")
    root = desk(settings)
    first = f"{notebooks.NOTEBOOKS.name}/{notebooks.notebooks()[0].name}"
    whose = f"-{settings.learner}" if settings.learner else ""
    layouts = settings.state_dir / f"layouts{whose}"
    _lay_out(WorkspacesManager(str(layouts)), first)
    log = settings.state_dir / f"lab{whose}.log"
    port = _FIRST_PORT
    while True:
        port = _free_port(port)
        lab = Lab(port, secrets.token_hex(16), _base(shell, port), first, root)
        try:
            return _serve(lab, layouts, log, shell)
        except _PortTakenError:
            # Another that was started at the same moment was faster, as in a class.
            port += 1


def _serve(lab: Lab, layouts: Path, log: Path, shell: Mapping[str, str]) -> int:
    with (
        log.open("w", encoding="utf-8") as said,
        subprocess.Popen(
            command(lab, layouts, shell), cwd=lab.root, env=environment(lab, shell),
            stdin=subprocess.DEVNULL, stdout=said, stderr=said,
        ) as server,
    ):  # fmt: skip
        try:
            _wait(lab, server, log)
            print("\n".join(told(lab, shell)), flush=True)
            return server.wait()
        except KeyboardInterrupt:
            print("\nJupyterLab has ended. A local cloud keeps running: `workshop down` stops it.")
            return 0
        finally:
            server.terminate()
            _end(server)


def desk(settings: Settings) -> Path:
    """Return the folder that JupyterLab shows: the project, or a learner's own folder.

    A learner of a class gets a copy of the notebooks there the first time: two who write into one
    file would lose each other's work.
    """
    if not settings.learner:
        return PROJECT_DIR
    folder = folders.require(settings.exports, "a learner's notebooks go", "WORKSHOP_EXPORTS")
    own = folder.resolve() / notebooks.NOTEBOOKS.name
    if not own.exists():
        shutil.copytree(notebooks.NOTEBOOKS, own, ignore=shutil.ignore_patterns(".*"))
    return own.parent


def command(lab: Lab, layouts: Path, shell: Mapping[str, str]) -> list[str]:
    """Return the command line; the token is not in it, as every user of a machine can read it."""
    terminal = json.dumps({"shell_command": [sys.executable, "-m", "helpers", "shell"]})
    words = [
        sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={lab.root}",
        f"--ServerApp.port={lab.port}", "--ServerApp.port_retries=0",
        f"--ServerApp.base_url={lab.base}", f"--LabApp.default_url=/lab/tree/{lab.first}",
        f"--LabApp.workspaces_dir={layouts}", f"--ServerApp.terminado_settings={terminal}",
    ]  # fmt: skip
    if not has_screen(shell):
        words.append("--no-browser")
    if lab.base != "/":
        words.append("--ServerApp.allow_remote_access=True")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        words.append("--allow-root")
    return words


def environment(lab: Lab, shell: Mapping[str, str]) -> dict[str, str]:
    """Return what JupyterLab, its kernels and its terminals are told."""
    configs = [str(_CONFIG), *shell.get("JUPYTER_CONFIG_PATH", "").split(os.pathsep)]
    packages = [str(PROJECT_DIR), *shell.get("PYTHONPATH", "").split(os.pathsep)]
    return {
        **shell,
        "JUPYTER_TOKEN": lab.token,
        "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, configs)),
        "PYTHONPATH": os.pathsep.join(filter(None, packages)),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), shell.get("PATH", os.defpath)]),
    }


def told(lab: Lab, shell: Mapping[str, str]) -> list[str]:
    """Explain in two lines where to go and how to end."""
    if lab.base != "/":
        return [f"JupyterLab: {through_hub(lab.path, shell)}", "Ctrl-C ends it."]
    if has_screen(shell):
        return [f"JupyterLab: {lab.url}", "It opens in your browser. Ctrl-C ends it."]
    tunnel = f"ssh -N -L {lab.port}:localhost:{lab.port} {socket.gethostname()}"
    return [
        f"JupyterLab: {lab.url}",
        f"From another machine, run this there first: {tunnel}. Ctrl-C ends JupyterLab.",
    ]


def through_hub(path: str, shell: Mapping[str, str]) -> str:
    """Format where a path of Jupyter is reached; the hub's address is not always known here."""
    host = shell.get("JUPYTERHUB_PUBLIC_URL", "").partition("/user/")[0].rstrip("/")
    return f"{host}{path}" if host else f"{path}  (behind the address at which you reach Jupyter)"


def _base(shell: Mapping[str, str], port: int) -> str:
    """Choose the path it answers under: through a hub, what jupyter-server-proxy passes on."""
    prefix = shell.get("JUPYTERHUB_SERVICE_PREFIX")
    return f"{prefix.rstrip('/')}/proxy/absolute/{port}/" if prefix else "/"


def has_screen(shell: Mapping[str, str]) -> bool:
    """Return whether a browser that is opened here is seen by who asked for it."""
    if shell.get("JUPYTERHUB_SERVICE_PREFIX"):
        return False
    return not sys.platform.startswith("linux") or bool(
        shell.get("DISPLAY") or shell.get("WAYLAND_DISPLAY")
    )


def _free_port(beginning: int) -> int:
    for port in range(beginning, _FIRST_PORT + _PORTS):
        with socket.socket() as taken:
            try:
                taken.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError(f"No port from {_FIRST_PORT} to {_FIRST_PORT + _PORTS - 1} is free.")


def _wait(lab: Lab, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_S
    with requests.Session() as http:
        http.trust_env = False
        while server.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(requests.RequestException):
                url = f"http://127.0.0.1:{lab.port}{lab.base}api/status?token={lab.token}"
                if http.get(url, timeout=5).ok:
                    return
            time.sleep(0.1)
    said = log.read_text(encoding="utf-8", errors="replace")
    if _TAKEN.format(lab.port) in said:
        raise _PortTakenError
    tail = "\n".join(said.splitlines()[-12:])
    raise RuntimeError(f"JupyterLab did not start. The end of {log}:\n{tail}")


def _end(server: subprocess.Popen[bytes]) -> None:
    """Wait until it has ended; one that hangs in its own clean-up was seen, and is killed."""
    try:
        server.wait(_END_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        server.kill()


def _lay_out(layouts: WorkspacesManager, first: str) -> None:
    """Lay a terminal beside the notebook the first time; from then on the learner's layout holds.

    `layout-restorer:data` and its kin are JupyterLab's own; one that it does not understand it
    leaves, and opens the notebook alone.
    """
    if layouts.list_workspaces():
        return
    tabs = {
        "type": "tab-area", "currentIndex": 0, "widgets": [f"notebook:{first}", "terminal:1"],
    }  # fmt: skip
    data = {
        "layout-restorer:data": {
            "main": {"dock": tabs, "current": f"notebook:{first}"},
            "left": {"visible": True, "collapsed": False, "current": "filebrowser"},
            "relativeSizes": [0.2, 0.8, 0],
        },
        f"notebook:{first}": {"data": {"path": first, "factory": "Notebook"}},
        "terminal:1": {"data": {"name": "1"}},
    }
    layouts.save("default", json.dumps({"data": data, "metadata": {"id": "default"}}))
