"""The whole eye: every test of the course from outside, resumable, with a report.

`make learner` runs `pytest -p tests.eye --eye exports/learner -m ""`. What has passed with the very
sources that are here is not run again; delete the folder to begin anew.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from helpers.notebooks import fingerprint

_SOURCES = ("tests/**/*.py", "web/**/*.js", "web/**/*.html", "README.md", "Makefile")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that names the folder of the report."""
    text = "run tests/learner and what is marked learner; resume from, and report to, this folder"
    parser.addoption("--eye", type=Path, metavar="DIR", help=text)


def pytest_configure(config: pytest.Config) -> None:
    """Choose what to run, and keep a record, where that was asked for."""
    if folder := config.getoption("--eye"):
        # Several workers run the tests; the process that hands them out keeps the record.
        kind = Eye if hasattr(config, "workerinput") else Record
        config.pluginmanager.register(kind(folder, fingerprint(*_SOURCES)))


class Eye:
    """What is still to be looked at: what has passed with the same sources is left out."""

    def __init__(self, folder: Path, sources: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._results, self._report = folder / "results.jsonl", folder / "report.md"
        self._sources = sources

    def seen(self) -> dict[str, dict[str, Any]]:
        """Read the latest result of each test with these sources."""
        if not self._results.exists():
            return {}
        lines = self._results.read_text(encoding="utf-8").splitlines()
        results = [json.loads(line) for line in lines]
        return {r["test"]: r for r in results if r["sources"] == self._sources}

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Leave what belongs to the eye and has not passed yet."""
        passed = {name for name, result in self.seen().items() if result["outcome"] == "passed"}
        wanted = [item for item in items if _belongs(item) and item.nodeid not in passed]
        config.hook.pytest_deselected(items=[item for item in items if item not in wanted])
        items[:] = wanted


class Record(Eye):
    """What has been looked at: one line for each test, kept as soon as it has ended."""

    def __init__(self, folder: Path, sources: str) -> None:
        super().__init__(folder, sources)
        self._phases: dict[str, list[pytest.TestReport]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep a test's result when its last phase has ended, so that a kill loses one at most."""
        phases = self._phases.setdefault(report.nodeid, [])
        phases.append(report)
        if report.when != "teardown":
            return
        worst = next((phase for phase in phases if not phase.passed), phases[-1])
        result = {
            "test": report.nodeid, "sources": self._sources, "outcome": worst.outcome,
            "took_s": round(sum(phase.duration for phase in phases), 1),
            "said": "" if worst.passed else worst.longreprtext[-2000:],
        }  # fmt: skip
        with self._results.open("a", encoding="utf-8") as kept:
            kept.write(json.dumps(result) + "\n")

    def pytest_sessionfinish(self) -> None:
        """Write the report: what failed and what it said, what took longest."""
        results = list(self.seen().values())
        results.sort(key=lambda result: (result["outcome"] == "passed", -result["took_s"]))
        failed = [result for result in results if result["outcome"] != "passed"]
        minutes = sum(result["took_s"] for result in results) / 60
        lines = [
            "# As a learner meets it", "",
            (f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC, sources {self._sources[:12]}: "
            f"{len(results)} tests in {minutes:.0f} minutes, {len(failed)} not passed."), "",
            "| outcome | s | test |", "|---|---|---|",
            *(f"| {r['outcome']} | {r['took_s']:.0f} | {r['test']} |" for r in results), "",
        ]  # fmt: skip
        for result in failed:
            lines += [f"## {result['test']}", "", "```", result["said"], "```", ""]
        self._report.write_text("\n".join(lines), encoding="utf-8")


def _belongs(item: pytest.Item) -> bool:
    in_folder = Path(__file__).parent / "learner" in item.path.parents
    return in_folder or item.get_closest_marker("learner") is not None
