"""The record of the long run: what has passed is not run again, and what failed is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.eye import Record


def report(test: str, outcome: str, when: str = "call") -> pytest.TestReport:
    said = "it was dark" if outcome == "failed" else None
    return pytest.TestReport(test, ("", 0, ""), {}, outcome, said, when, duration=1.5)  # type: ignore[arg-type]


def test_the_run_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    """Each result is kept at once; another run reads it; other sources begin anew."""
    first = Record(tmp_path, "these sources")
    for test, outcome in (("a", "passed"), ("b", "failed")):
        for when in ("setup", "call", "teardown"):
            first.pytest_runtest_logreport(
                report(test, outcome if when == "call" else "passed", when)
            )
    again = Record(tmp_path, "these sources").seen()
    assert {test: result["outcome"] for test, result in again.items()} == {
        "a": "passed",
        "b": "failed",
    }
    assert Record(tmp_path, "others").seen() == {}


def test_the_report_tells_what_failed(tmp_path: Path) -> None:
    """Failures come first, each with what it said."""
    eye = Record(tmp_path, "these sources")
    for test, outcome in (("a", "passed"), ("b", "failed")):
        eye.pytest_runtest_logreport(report(test, outcome, "teardown"))
    eye.pytest_sessionfinish()
    told = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "2 tests" in told
    assert "1 not passed" in told
    assert told.index("| failed |") < told.index("| passed |")
    assert "it was dark" in told
