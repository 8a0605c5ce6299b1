"""A learner's terminal: one bash that goes on, in a copy of the project, with a home of its own."""

from __future__ import annotations

import os
import pty
import select
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

from helpers.settings import PROJECT_DIR

_IGNORED = (".git", ".venv", "exports", "deployed", "deployments", "__pycache__", ".*_cache")
_PATIENCE_S = 300.0
# A shell has job control, and Ctrl-C reaches its commands, where the terminal is its own.
# A terminal ignores no signal, even if the test run was started in the background, which does.
_BASH = """
import fcntl, os, signal, termios
for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
    signal.signal(number, signal.SIG_DFL)
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp("bash", ["bash", "--norc", "--noprofile", "--noediting", "-i"])
"""
CTRL_C = "\x03"


def a_copy_of_the_project(folder: Path) -> Path:
    """Copy the checkout, with its `.venv` as it is, so that nothing of the learner's is touched."""
    project = folder / "project"
    shutil.copytree(PROJECT_DIR, project, ignore=shutil.ignore_patterns(*_IGNORED))
    (project / ".venv").symlink_to(Path(sys.prefix))
    return project


class Terminal:
    """A shell in which commands are typed one after the other, as they are printed."""

    def __init__(self, project: Path, home: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "WORKSHOP_"))}
        own = {
            "HOME": str(home), "XDG_STATE_HOME": str(home / "state"), "AWS_PAGER": "",
            "WORKSHOP_PORT": str(port), "WORKSHOP_BACKEND": str(project / "backend"),
            "WORKSHOP_EXPORTS": str(project / "exports"), "PS1": "", "TERM": "dumb",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }  # fmt: skip
        self._near, far = pty.openpty()
        self._shell = subprocess.Popen(
            [sys.executable, "-c", _BASH], cwd=project, env=clean | own,
            stdin=far, stdout=far, stderr=far, start_new_session=True,
        )  # fmt: skip
        os.close(far)
        self._shown, self._typed, self._line = "", 0, home / "typed"
        self.type("stty -echo; PS1=")

    def type(self, command: str, *keys: str, when: str = "]: ") -> tuple[int, str]:
        """Type a command; return its exit code and all that came on the screen until its end.

        Args:
            command: one or several lines.
            keys: pressed one after another, each when the command has shown `when`.
            when: what is waited for.
        """
        self._typed += 1
        # Read from a file, so that nothing that is typed ahead answers a question of the command.
        self._line.write_text(f"{command}\n", encoding="utf-8")
        os.write(self._near, f'. "{self._line}"; echo "done"-{self._typed}-$?-"end"\n'.encode())
        before = ""
        for key in keys:
            before += self._until(when, command)
            os.write(self._near, key.encode())
        mark = f"done-{self._typed}-"
        before += self._until(mark, command)
        code = self._until("-end", command).partition("-")[0]
        return int(code), before.removesuffix(mark).replace("\r\n", "\n")

    def _until(self, mark: str, command: str) -> str:
        deadline = time.monotonic() + _PATIENCE_S
        while mark not in self._shown:
            left = deadline - time.monotonic()
            assert left > 0, f"{command}\nhas not ended:\n{self._shown}"
            if select.select([self._near], [], [], left)[0]:
                self._shown += os.read(self._near, 65536).decode(errors="replace")
        before, _mark, self._shown = self._shown.partition(mark)
        return before + mark

    def close(self) -> None:
        """End the shell, and the local cloud that its commands may have started."""
        self.type("workshop down")
        self._shell.kill()
        self._shell.wait()
        os.close(self._near)
