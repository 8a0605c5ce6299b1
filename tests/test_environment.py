"""One environment, wherever it is written down; what developers need comes on top of it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from helpers import setup
from helpers.settings import PROJECT_DIR

NAMED = {"jupyterlab", "boto3", "pandas", "matplotlib", "ipywidgets", "requests"}
LOCK = PROJECT_DIR / "requirements.lock"


def project() -> dict[str, Any]:
    """Read what pyproject.toml says of the project."""
    said = tomllib.loads((PROJECT_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    return dict(said["project"])


def locked() -> list[tuple[Requirement, int]]:
    """Read each pin of the lock file, and how many hashes stand below it."""
    pins = re.findall(
        r"^(\S+==[^\\\n]+?) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)*)",
        LOCK.read_text(encoding="utf-8"), re.MULTILINE,
    )  # fmt: skip
    return [(Requirement(pin), len(hashes.splitlines())) for pin, hashes in pins]


def test_conda_users_get_the_same_packages() -> None:
    """Every dependency of the project is in environment.yml with the same bounds, and no other."""
    conda = yaml.safe_load((PROJECT_DIR / "environment.yml").read_text(encoding="utf-8"))
    (pip,) = [entry["pip"] for entry in conda["dependencies"] if isinstance(entry, dict)]
    assert pip[-1] == "--editable ."
    assert sorted(pip[:-1]) == sorted(project()["dependencies"])


def test_the_packages_of_the_workshop_are_named() -> None:
    """A reader of environment.yml finds the six packages that the workshop is about."""
    text = (PROJECT_DIR / "environment.yml").read_text(encoding="utf-8")
    assert all(f"- {name}" in text for name in NAMED)


def test_the_lock_file_holds_what_the_project_asks_for() -> None:
    """Each dependency is pinned to a release within its bounds, for every supported Python."""
    pins = [pin for pin, _ in locked()]
    for text in project()["dependencies"]:
        asked = Requirement(text)
        held = [p for p in pins if canonicalize_name(p.name) == canonicalize_name(asked.name)]
        assert held, f"{asked.name} is not in {LOCK.name}: make lock"
        for pin in held:
            (version,) = (s.version for s in pin.specifier)
            assert asked.specifier.contains(version), f"{pin} is outside of {asked}: make lock"
        for python in ("3.11", "3.12", "3.13"):
            machine = {"python_version": python, "python_full_version": f"{python}.1"}
            fit = [p for p in held if not p.marker or p.marker.evaluate(machine)]
            assert len(fit) == 1, f"{asked.name} on Python {python}: {fit}"


def test_every_pin_has_hashes_and_none_names_a_host() -> None:
    """What is installed is what was locked, wherever it was fetched from."""
    text = LOCK.read_text(encoding="utf-8")
    assert len(locked()) == sum("==" in line for line in text.splitlines()) > 100
    assert all(hashes for _, hashes in locked())
    assert "://" not in text
    assert not re.search(r"^--", text, re.MULTILINE)


def test_learners_install_nothing_that_only_developers_need() -> None:
    """No tool of tests, linter or types is in the learner's set, no cluster in either set."""
    extras = {
        name: {canonicalize_name(Requirement(text).name) for text in asked}
        for name, asked in project()["optional-dependencies"].items()
    }
    assert {"pytest", "ruff", "mypy", "playwright"} <= extras["dev"]
    assert extras["dask"].isdisjoint(extras["dev"])
    learners = {canonicalize_name(pin.name) for pin, _ in locked()}
    assert learners.isdisjoint(set.union(*extras.values()))


@pytest.mark.parametrize(
    ("goal", "dev"), [("workshop", False), ("charts", False), ("book", False), ("test", True)]
)
def test_make_installs_what_its_goal_needs(tmp_path: Path, goal: str, dev: bool) -> None:
    """`make workshop` on a fresh machine sets up for a learner, `make test` for a developer."""
    command = ["make", "--dry-run", goal, f"VENV={tmp_path / 'none'}"]
    if shutil.which("make") is None:
        pytest.skip("There is no make here.")
    would = subprocess.run(command, cwd=PROJECT_DIR, capture_output=True, text=True, check=True)
    ran = [line for line in would.stdout.splitlines() if "-m helpers setup" in line]
    assert [line.endswith("--dev") for line in ran] == [dev]


def test_setup_needs_the_standard_library_only() -> None:
    """It explains itself on a Python that has no package installed."""
    bare = [sys.executable, "-S", "-m", "helpers", "setup", "--help"]
    shown = subprocess.run(bare, cwd=PROJECT_DIR, capture_output=True, text=True, check=False)
    assert shown.returncode == 0, shown.stderr
    assert "--kernel" in shown.stdout


def test_a_python_that_is_too_old_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is made, and the message says how to name another one."""
    monkeypatch.setattr(setup, "_OLDEST", (99, 0))
    assert setup.main(["--venv", str(tmp_path / "venv")]) == 1
    assert "make PYTHON=" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("said", "goes_on"),
    [
        ("ERROR: No matching distribution found for uvloop==0.23.0", True),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", False),
    ],
)
def test_a_lock_that_does_not_fit_is_left_and_a_wrong_hash_is_not(
    monkeypatch: pytest.MonkeyPatch, said: str, goes_on: bool
) -> None:
    """A release that this machine cannot have is replaced, a file that was changed never."""

    def fail(*_words: object) -> None:
        raise setup.SetupError("`pip install` failed", said)

    monkeypatch.setattr(setup, "_pip", fail)
    if goes_on:
        assert not setup._install_locked(Path("python"))
        return
    with pytest.raises(setup.SetupError):
        setup._install_locked(Path("python"))
