"""The notebooks' own cells, solved: what a learner would type is put into them and run."""

from __future__ import annotations

import inspect
import os
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from helpers import exercise
from helpers.course import exercises
from helpers.notebooks import kernel_for, notebooks
from tests.learner import outputs

_CALL = re.compile(r"^(\w+) = exercise\(\"([^\"]+)\", (\w+)(?:, (.+))?\)$", re.MULTILINE)
WITH_EXERCISES = [path for path in notebooks() if exercises.of_notebook(path.name[:2])]


def calls(source: str) -> list[re.Match[str]]:
    """Find the exercises that a cell asks for."""
    return list(_CALL.finditer(source))


def solved(source: str) -> str:
    """Return a cell with the solution in the place of each stub, as a learner types it."""
    for call in calls(source):
        answer, name, _mine, given = call.groups()
        one = exercises.find(name)
        typed = inspect.getsource(one.solution())
        if one.is_value:
            typed += f"\n{answer} = {one.function}({given or ''})"
        source = source.replace(call[0], f"{typed}\n{call[0]}")
    return source


def cells() -> list[Any]:
    """List each cell of the notebooks that asks for functions only, as committed."""
    found = []
    for path in WITH_EXERCISES:
        for cell in nbformat.read(path, as_version=4).cells:
            names = [call[2] for call in calls(cell.source)] if cell.cell_type == "code" else []
            if names and not any(exercises.find(name).is_value for name in names):
                found.append(pytest.param(cell.source, id="+".join(names)))
    return found


@pytest.mark.quick
@pytest.mark.parametrize("source", cells())
def test_a_cell_is_open_as_committed_and_right_when_solved(
    source: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """○ with the stub that the notebook has, ✓ with the solution typed into that very cell."""
    monkeypatch.setenv("WORKSHOP_STATE_DIR", str(tmp_path))
    count = len(calls(source))
    for typed, sign in ((source, "○"), (solved(source), "✓")):
        names: dict[str, Any] = {"exercise": exercise}
        exec(compile(typed, "<cell>", "exec"), names)  # noqa: S102 - the notebook's own cell
        said = capsys.readouterr().out.splitlines()
        assert sum(line.startswith(f"{sign} ") for line in said) == count
        assert not any("✗" in line for line in said)


@pytest.mark.learner
@pytest.mark.parametrize("path", WITH_EXERCISES, ids=lambda path: path.stem)
def test_a_notebook_runs_with_every_exercise_solved(path: Path, learner: dict[str, str]) -> None:
    """What follows an exercise works with the learner's own answer too, and the recap counts it."""
    client = kernel_for(path)
    for cell in client.nb.cells:
        if cell.cell_type == "code":
            cell.source = solved(cell.source)
    client.execute(env={**os.environ, **learner})
    assert not outputs.faults(client.nb)
    said = "\n".join(outputs.text_of(cell) for cell in outputs.code_cells(client.nb))
    count = len(exercises.of_notebook(path.name[:2]))
    assert f"Exercises solved: {count} of {count}." in said
