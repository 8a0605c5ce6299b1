"""`python -m helpers setup`: an environment of the workshop's own, with the standard library only.

It is what `make setup` runs, and what runs where there is no make. Nothing that the workshop needs
is there yet, so this module imports none of it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
import venv
from collections.abc import Sequence
from pathlib import Path

_PROJECT = Path(__file__).resolve().parent.parent
_LOCK = _PROJECT / "requirements.lock"
_OLDEST = (3, 11)
_KERNEL = "global-tables-workshop"
# A file that is not the one that was locked is never replaced by another.
_TAMPERED = "DO NOT MATCH THE HASHES"
_MB = 1_000_000


class SetupError(RuntimeError):
    """The environment could not be made; the message says what to do, `said` what pip said."""

    def __init__(self, message: str, said: str = "") -> None:
        super().__init__(message)
        self.said = said


def main(arguments: Sequence[str]) -> int:
    """Set up, say what was done and what comes next, and return the exit code."""
    options = _parser().parse_args(arguments)
    began = time.monotonic()
    try:
        python = set_up(options.venv, dev=options.dev, locked=not options.unlocked)
        if options.kernel:
            _register(python)
    except SetupError as failed:
        print(f"setup: {failed}", file=sys.stderr)
        return 1
    took_s = time.monotonic() - began
    print(f"Set up in {took_s:.0f} s: {size_mb(options.venv):.0f} MB in {options.venv}.")
    for line in _next_steps(python, kernel=options.kernel):
        print(line)
    return 0


def set_up(folder: Path, *, dev: bool = False, locked: bool = True) -> Path:
    """Make or renew the environment in a folder, and return its Python.

    Args:
        folder: of the environment.
        dev: also what only developers need: tests, linter, types.
        locked: exactly the releases of requirements.lock, each checked against its hash. Where one
            of them does not exist for this machine, that is said, and what pyproject.toml allows
            is installed instead.

    Raises:
        SetupError: this Python is too old or lacks venv, or pip failed.
    """
    if sys.version_info < _OLDEST:
        here = ".".join(map(str, sys.version_info[:3]))
        raise SetupError(
            f"The workshop needs Python 3.11 or later; {sys.executable} is {here}. With a later "
            "one: make PYTHON=python3.12, or python3.12 -m helpers setup"
        )
    python = _python_of(folder)
    if not python.exists():
        print(f"Creating {folder} and installing the workshop; this takes a minute or two.")
        _make(folder)
    _pip(python, "install", "--upgrade", "pip>=24,<26.3")
    if locked:
        locked = _install_locked(python)
    _install_project(python, dev=dev, locked=locked)
    _pip(python, "check")
    return python


def size_mb(folder: Path) -> float:
    """Add up the files in a folder, in MB of 1,000,000 bytes; links are not followed."""
    return sum(p.lstat().st_size for p in folder.rglob("*") if not p.is_dir()) / _MB


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m helpers setup",
        description="Create an environment for the workshop; nothing outside it changes.",
    )
    parser.add_argument(
        "--dev", action="store_true", help="also install what tests and linter need"
    )
    parser.add_argument(
        "--kernel", action="store_true",
        help="also register it as a kernel, for a Jupyter that is running (SageMaker, JupyterHub)",
    )  # fmt: skip
    parser.add_argument(
        "--unlocked",
        action="store_true",
        help="install what pyproject.toml allows, not requirements.lock",
    )
    parser.add_argument(
        "--venv", type=Path, default=_PROJECT / ".venv", metavar="DIR", help="instead of .venv"
    )
    return parser


def _python_of(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _make(folder: Path) -> None:
    try:
        venv.create(folder, with_pip=True)
    except (OSError, subprocess.CalledProcessError) as failed:
        raise SetupError(
            f"Python could not make an environment in {folder}: {failed}. On Debian and Ubuntu: "
            "sudo apt-get install python3-venv"
        ) from failed


def _install_locked(python: Path) -> bool:
    try:
        _pip(python, "install", "--require-hashes", "--requirement", str(_LOCK))
    except SetupError as failed:
        if _TAMPERED in failed.said:
            raise
        print(f"{failed}\n{_LOCK.name} does not fit this machine; newer releases may do.")
        return False
    return True


def _install_project(python: Path, *, dev: bool, locked: bool) -> None:
    where = f"{_PROJECT}[dev]" if dev else str(_PROJECT)
    # The lock has all that the project needs, setuptools included: nothing more is fetched.
    fetched = ["--no-build-isolation", *([] if dev else ["--no-deps"])] if locked else []
    _pip(python, "install", *fetched, "--editable", where)


def _register(python: Path) -> None:
    words = ["--user", "--name", _KERNEL, "--display-name", "Global tables workshop"]
    _run([str(python), "-m", "ipykernel", "install", *words])


def _next_steps(python: Path, *, kernel: bool) -> list[str]:
    if kernel:
        return ["Open notebooks/ in Jupyter and choose the kernel `Global tables workshop`."]
    command = python.with_name("workshop.exe" if os.name == "nt" else "workshop")
    return [f"Open the first notebook: {command} lab"]


def _pip(python: Path, *words: str) -> None:
    quiet = ["--quiet"] if words[0] == "install" else []
    pip = [str(python), "-m", "pip", "--disable-pip-version-check"]
    _run([*pip, words[0], *quiet, *words[1:]])


def _run(command: list[str]) -> None:
    done = subprocess.run(
        command, cwd=_PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors="replace", check=False,
    )  # fmt: skip
    if done.returncode:
        end = "\n".join(done.stdout.splitlines()[-12:])
        raise SetupError(f"`{' '.join(command[1:])}` failed:\n{end}", done.stdout)
