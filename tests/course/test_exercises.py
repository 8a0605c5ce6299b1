"""Exercises: ○ before, ✓ with the solution, ✗ with a mistake; a mistake is a line, never a crash."""

from __future__ import annotations

import ast
import re
from typing import Any

import nbformat
import pytest

from helpers.course import exercise, exercises, notes, recap, trying
from helpers.course.exercises import Case, Exercise
from helpers.notebooks import notebooks
from tests.course.mistakes import MISTAKES

ALL = [one for path in notebooks() for one in exercises.of_notebook(path.name[:2])]
FUNCTIONS = [one for one in ALL if not one.is_value]


def by_name(one: Exercise) -> str:
    """Name a test after its exercise."""
    return one.name


@pytest.mark.parametrize("one", ALL, ids=by_name)
def test_a_solution_gives_what_is_written_out(one: Exercise) -> None:
    """The expected results are literal: a solution that is wrong would be found."""
    assert one.cases
    for case in one.cases:
        assert trying.same(case.run(one.solution()), case.expected), case.shown


@pytest.mark.parametrize("one", ALL, ids=by_name)
def test_unsolved_it_goes_on_with_the_reference(
    one: Exercise, capsys: pytest.CaptureFixture[str]
) -> None:
    """A stub is ○, raises nothing, and what follows has an answer that is right."""
    stubs = [None, ..., lambda *_given: ..., lambda *_given: None] if not one.is_value else [...]
    for stub in stubs:
        for case in one.cases:
            used = check(one, stub, case)
            assert trying.same(used, case.expected)
            said = capsys.readouterr().out
            assert said.startswith(f"○ {one.function} (about ")
            assert "✗" not in said
            assert notes.read("exercises")[one.name]["state"] == "○"


@pytest.mark.parametrize("one", ALL, ids=by_name)
def test_its_solution_is_right(one: Exercise, capsys: pytest.CaptureFixture[str]) -> None:
    """✓ with the solution, and what follows uses the learner's own."""
    for case in one.cases:
        mine = case.run(one.solution()) if one.is_value else one.solution()
        check(one, mine, case)
        said = capsys.readouterr().out
        assert said.startswith(f"✓ {one.function}")
        assert "✗" not in said
        assert notes.read("exercises")[one.name]["state"] == "✓"


@pytest.mark.parametrize("one", ALL, ids=by_name)
def test_a_mistake_gets_a_hint_and_no_solution(
    one: Exercise, capsys: pytest.CaptureFixture[str]
) -> None:
    """✗ with yours beside expected and a hint; what follows is right all the same."""
    case = one.cases[0]
    assert trying.same(check(one, MISTAKES[one.name], case), case.expected)
    said = capsys.readouterr().out
    assert said.startswith(f"✗ {one.function}")
    assert f"Hint: {one.hint}" in said
    assert "expected" in said
    assert "yours" in said
    assert notes.read("exercises")[one.name]["state"] == "✗"


def check(one: Exercise, mine: Any, case: Case) -> Any:
    """Do what the notebook does with an answer, for one case; return what follows would use."""
    if not one.is_value:
        return case.run(exercise(one.name, mine))
    used: list[Any] = []

    def as_in_the_notebook(*given: Any) -> Any:
        used.append(exercise(one.name, mine, *given))
        return used[0]

    case.run(as_in_the_notebook)
    return used[0]


def asked() -> list[tuple[str, str]]:
    """List each call of `exercise` in the notebooks: the notebook's number and the name."""
    found = []
    for path in notebooks():
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                names = re.findall(r"= exercise\(\s*\"([^\"]+)\"", cell.source)
                found += [(path.name[:2], name) for name in names]
    return found


def test_every_exercise_is_in_its_notebook_once() -> None:
    """None is forgotten, none is unknown, and its answer is used: it is assigned."""
    assert sorted(asked()) == sorted((one.name[:2], one.name) for one in ALL)
    assert sorted(MISTAKES) == sorted(one.name for one in ALL)


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_a_notebook_says_the_size_and_links_the_solutions(path: Any) -> None:
    """Who opens it knows how much to write, and where to look in the end."""
    cells = nbformat.read(path, as_version=4).cells
    prose = " ".join(" ".join(c.source.split()) for c in cells if c.cell_type == "markdown")
    of_it = exercises.of_notebook(path.name[:2])
    for one in of_it:
        assert one.size in prose, one.name
    if of_it:
        assert f"(solutions/{path.stem}.py)" in prose
        assert (exercises.SOLUTIONS / f"{path.stem}.py").is_file()


def test_solutions_are_functions_with_a_reason() -> None:
    """A learner who looks reads why, and each function answers one exercise."""
    for path in exercises.SOLUTIONS.glob("*.py"):
        named = [
            n for n in ast.parse(path.read_text("utf-8")).body if isinstance(n, ast.FunctionDef)
        ]
        assert all(ast.get_docstring(node) for node in named), path
        wanted = {one.function for one in exercises.of_notebook(path.name[:2])}
        assert wanted <= {node.name for node in named}


def share_with_a_slip(lags_ms, _t_ms):
    lags_ms = list(lags_ms)
    return lags_ms.missing


def test_an_exception_is_a_line_to_read(capsys: pytest.CaptureFixture[str]) -> None:
    """The kind, the words and the learner's own line; no traceback, and the notebook goes on."""
    exercise("04-share-unseen", share_with_a_slip)
    said = capsys.readouterr().out
    assert "AttributeError" in said
    assert "return lags_ms.missing" in said
    assert "Traceback" not in said
    assert "0 of 4 cases" in said


def test_a_loop_without_end_comes_to_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is counted in the processor's time, said with its line, and no further case is tried."""
    monkeypatch.setattr(trying, "_LIMIT_S", 0.05)

    def loops(_lags_ms, _t_ms):
        while True:
            pass

    exercise("04-share-unseen", loops)
    said = capsys.readouterr().out
    assert "no end within" in said
    assert said.count("no end within") == 1


def test_the_learners_interrupt_goes_through() -> None:
    """Stop means stop, as in any other cell."""

    def stopped(*_given):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        exercise("04-share-unseen", stopped)


def test_an_answer_cannot_change_a_later_case() -> None:
    """What is given is a copy: a function that empties its list is judged case by case."""
    shared = [1, 2, 3]
    result = trying.tried(lambda given: given.clear(), lambda answer: answer(shared))
    assert result.trouble == ""
    assert shared == [1, 2, 3]


@pytest.mark.parametrize("mine", [3, "text", [1]])
def test_what_is_no_function_is_said_to_be_none(
    mine: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """A call too many, `share(...)` for `share`, is the usual reason."""
    exercise("04-share-unseen", mine)
    assert "expected a function" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("one", "other", "are"),
    [(0.1 + 0.2, 0.3, True), (1, 1.0, True), (True, 1, False), ("1", 1, False),
     ((1, 2), [1, 2], True), ({"a": [1]}, {"a": (1.0,)}, True), ({"a": 1}, {"b": 1}, False),
     (None, 0, False), ([1, 2], [1], False)],
)  # fmt: skip
def test_the_same_is_what_a_reader_would_say(one: Any, other: Any, are: bool) -> None:
    """Rounding and tuple or list do not matter; kinds do."""
    assert trying.same(one, other) is are


def test_an_unknown_exercise_is_the_notebooks_fault() -> None:
    """It names those that there are."""
    with pytest.raises(LookupError, match="04-share-unseen"):
        exercise("04-nothing", ...)


def test_the_recap_counts_exercises(capsys: pytest.CaptureFixture[str]) -> None:
    """Also those whose cell has not run."""
    one, *others = exercises.of_notebook("04")
    exercise(one.name, one.solution())
    seen = recap("04")
    assert list(seen.exercises["state"]) == ["✓", *["○"] * len(others)]
    assert f"Exercises solved: 1 of {len(others) + 1}." in repr(seen)
    capsys.readouterr()
