"""Notebooks as they are read: prose first, short cells, the same beginning, nothing left in them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

import helpers
from helpers.notebooks import notebooks
from helpers.settings import PROJECT_DIR

ALL = notebooks()


def cells(path: Path, kind: str) -> list[str]:
    """List the sources of a notebook's cells of one kind."""
    return [c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == kind]


def test_the_notebooks_of_the_workshop_are_there() -> None:
    """Numbered without a gap, and the last one is 10."""
    numbers = [int(path.name[:2]) for path in ALL]
    assert numbers == [*range(len(ALL) - 1), 10]


def test_notebooks_are_tidy() -> None:
    """No outputs, no execution counts, generated navigation: `tools/tidy_notebooks.py` agrees."""
    command = [sys.executable, "tools/tidy_notebooks.py", "--check"]
    done = subprocess.run(command, cwd=PROJECT_DIR, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_a_notebook_is_prose_first(path: Path) -> None:
    """A title, what one will be able to do, the time it takes; at least as much prose as code."""
    prose, code = cells(path, "markdown"), cells(path, "code")
    assert prose[0].startswith("# ")
    assert prose[0].count("\n- ") == 3
    assert "**Takes**" in prose[0]
    assert "**Before it:**" in prose[0]
    assert len(prose) >= len(code)
    assert any("**Predict.**" in text for text in prose)
    assert any("**Explain.**" in text for text in prose) or path.stem.startswith("00")


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_cells_are_short_and_use_the_helpers_names_only(path: Path) -> None:
    """At most fifteen lines; no plotting, classes or loops that retry; imports from helpers only."""
    for code in cells(path, "code"):
        assert len(code.splitlines()) <= 15
        assert not any(word in code for word in ("plt", "class ", "while ", "sleep"))
        for line in code.splitlines():
            if "import" in line:
                names = line.partition(" import ")[2].split(", ")
                assert line.startswith("from helpers import ")
                assert set(names) <= set(helpers.__all__)


def test_all_notebooks_begin_alike() -> None:
    """The same parameters, which papermill may replace, and the same opening cell everywhere."""
    assert len({tuple(cells(path, "code")[:2]) for path in ALL}) == 1
    for path in ALL:
        first = next(c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code")
        assert first.metadata["tags"] == ["parameters"]


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_each_notebook_has_a_panel_a_checkpoint_and_a_chart(path: Path) -> None:
    """A panel of buttons, something to check oneself by, and a chart of what was measured."""
    code = "\n".join(cells(path, "code"))
    assert "panels.RegionPanel(" in code or "panels.ExperimentPanel(" in code
    assert "checks." in code
    assert ".save(" in code


def test_no_notebook_has_a_credential_or_a_path_of_a_machine() -> None:
    """What is committed can be shown to anyone."""
    for path in ALL:
        text = json.dumps(json.loads(path.read_text(encoding="utf-8")))
        assert "AKIA" not in text
        assert "/home/" not in text
        assert "000000000000" not in text


def test_the_readme_says_how_long_each_notebook_takes() -> None:
    """In its own words: a learner plans an hour with one and spends it with the other."""
    readme = (PROJECT_DIR / "README.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"\(notebooks/(\w+)\.ipynb\) \|.*\| (\d+) \|", readme))
    takes = {
        p.stem: re.search(r"\*\*Takes\*\* (\d+) minutes", cells(p, "markdown")[0]) for p in ALL
    }
    assert told == {stem: found[1] for stem, found in takes.items() if found}


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_the_minutes_of_a_notebook_follow_from_what_is_in_it(path: Path) -> None:
    """As docs/instructor.md says they were estimated; running, half a minute each, is added."""
    prose, code = " ".join(cells(path, "markdown")), "\n".join(cells(path, "code")[2:])
    words = len(re.sub(r"\]\([^)]*\)", "]", prose).split())
    lines = len([line for line in code.splitlines() if line.strip()])
    busy = 2 * code.count("exercise(") + 0.5 * code.count("predict(") + code.count("Panel(")
    stated = re.search(r"\*\*Takes\*\* (\d+) minutes", prose)
    assert stated
    assert abs(int(stated[1]) - (words / 150 + lines / 20 + busy + 0.5)) < 5
