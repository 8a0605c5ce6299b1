"""environment.yml and pyproject.toml are one environment."""

from __future__ import annotations

import tomllib

import yaml

from helpers.settings import PROJECT_DIR

NAMED = {"jupyterlab", "boto3", "pandas", "matplotlib", "ipywidgets", "requests"}


def test_conda_users_get_the_same_packages() -> None:
    """Every dependency of the project is in environment.yml with the same bounds, and no other."""
    project = tomllib.loads((PROJECT_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    conda = yaml.safe_load((PROJECT_DIR / "environment.yml").read_text(encoding="utf-8"))
    (pip,) = [entry["pip"] for entry in conda["dependencies"] if isinstance(entry, dict)]
    assert pip[-1] == "--editable ."
    assert sorted(pip[:-1]) == sorted(project["project"]["dependencies"])


def test_the_packages_of_the_workshop_are_named() -> None:
    """A reader of environment.yml finds the six packages that the workshop is about."""
    text = (PROJECT_DIR / "environment.yml").read_text(encoding="utf-8")
    assert all(f"- {name}" in text for name in NAMED)
