"""A learner's file and exports of their own for each test."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def learners_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point the course at an empty folder; return where the file will be."""
    monkeypatch.setenv("WORKSHOP_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("WORKSHOP_EXPORTS", str(tmp_path / "exports"))
    return tmp_path / "state" / "course.json"
