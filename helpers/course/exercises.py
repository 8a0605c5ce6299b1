"""Exercises: the learner's value or function, beside what is expected of it."""

from __future__ import annotations

import functools
import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from helpers import folders
from helpers.checks import Checkpoint
from helpers.course import notes, wording
from helpers.course.trying import same, tried
from helpers.settings import PROJECT_DIR

SOLUTIONS = PROJECT_DIR / "notebooks" / "solutions"
Answer = Callable[..., Any]


@dataclass(frozen=True)
class Case:
    """One case that a function is checked on.

    Attributes:
        shown: as the learner reads it.
        run: calls the function; what it returns is compared.
        expected: the right result, written out, not computed by the solution.
    """

    shown: str
    run: Callable[[Answer], Any]
    expected: Any


def case(*given: Any, gives: Any, shown: str = "") -> Case:
    """Make the case of one call; `shown` is for what Python writes too long."""
    words = shown or f"({', '.join(map(wording.value, given))})"
    return Case(words, lambda function: function(*given), gives)


@dataclass(frozen=True)
class Exercise:
    """What is asked for, and how it is checked.

    Attributes:
        name: beginning with the notebook's number; the solution bears the rest of it.
        task: in one line.
        size: such as "about 2 lines".
        hint: says where to look, not what to write.
        cases: of a function. For a value they hold what may be given, and are read by the tests.
        is_value: whether a value is asked for, not a function.
    """

    name: str
    task: str
    size: str
    hint: str
    cases: tuple[Case, ...]
    is_value: bool = False

    @property
    def function(self) -> str:
        """The name of its solution."""
        return self.name.partition("-")[2].replace("-", "_")

    def solution(self) -> Answer:
        """Return the reference, from the folder of solutions.

        Raises:
            FolderError: the folder is not there.
            LookupError: the solution is not in it.
        """
        found: Answer | None = _solutions(notes.notebook_of(self.name)).get(self.function)
        if found is None:
            raise LookupError(f"There is no solution {self.function} of {self.name}.")
        return found


def exercise(name: str, yours: Any, *given: Any) -> Any:
    """Check the learner's answer, print the result, and return what the notebook uses from here.

    Args:
        name: of the exercise.
        yours: the learner's value or function; None and `...` are "not yet", as is a function that
            returns nothing else.
        given: the data that a value depends on.

    Returns:
        The learner's answer where it is right, else the reference.

    Raises:
        LookupError: there is no such exercise, or its solution is not there.
    """
    asked = find(name)
    reference = asked.solution()
    answer = reference(*given) if asked.is_value else reference
    if asked.is_value:
        lines = [] if yours is None or yours is ... else [_value_line(asked, yours, answer)]
    else:
        lines = _function_lines(asked, yours)
    state = "○" if not lines else "✓" if all(line.passed for line in lines) else "✗"
    notes.note("exercises", name, {"task": asked.task, "state": state})
    print("\n".join(_told(asked, state, lines)))
    return yours if state == "✓" else answer


def find(name: str) -> Exercise:
    """Return an exercise by name.

    Raises:
        LookupError: there is none of that name.
    """
    found = {one.name: one for one in of_notebook(notes.notebook_of(name))}
    if name not in found:
        raise LookupError(f"There is no exercise {name!r}; there is {', '.join(found) or 'none'}.")
    return found[name]


def of_notebook(number: str) -> tuple[Exercise, ...]:
    """List the exercises of a notebook, by its two digits."""
    module = f"helpers.course.tasks.notebook_{number}"
    if importlib.util.find_spec(module) is None:
        return ()
    exercises: tuple[Exercise, ...] = importlib.import_module(module).EXERCISES
    return exercises


@functools.cache
def _solutions(number: str) -> dict[str, Any]:
    folders.require_checkout(SOLUTIONS, "folder of solutions")
    found: dict[str, Any] = {}
    for path in sorted(SOLUTIONS.glob(f"{number}_*.py")):
        spec = importlib.util.spec_from_file_location(f"solutions_{number}", path)
        if spec and spec.loader:
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            found |= vars(module)
    return found


def _value_line(asked: Exercise, yours: Any, answer: Any) -> Checkpoint:
    expected, mine = wording.value(answer), wording.value(yours)
    return Checkpoint(asked.function, expected, mine, same(yours, answer))


def _function_lines(asked: Exercise, yours: Any) -> list[Checkpoint]:
    """Check a function on every case; nothing, where it does not answer yet."""
    if yours is None or yours is ...:
        return []
    if not callable(yours):
        found = f"{type(yours).__name__} {wording.value(yours)}"
        return [Checkpoint(asked.function, "a function", found, passed=False)]
    results = [(one, tried(yours, one.run)) for one in asked.cases]
    if all(not r.trouble and (r.value is None or r.value is ...) for _, r in results):
        return []
    lines = []
    for one, result in results:
        mine = result.trouble or wording.value(result.value)
        passed = not result.trouble and same(result.value, one.expected)
        lines.append(Checkpoint(one.shown, wording.value(one.expected), mine, passed))
        if result.is_endless:
            break
    return lines


def _told(asked: Exercise, state: str, lines: list[Checkpoint]) -> list[str]:
    goes_on = "What follows uses the reference answer."
    if state == "○":
        return [f"○ {asked.function} ({asked.size}): not tried yet. {goes_on}"]
    if asked.is_value:
        words = [str(line) for line in lines]
    else:
        right = sum(line.passed for line in lines)
        words = [f"{state} {asked.function}: {right} of {len(lines)} cases as expected"]
        words += [f"  {line}" for line in lines]
    return words if state == "✓" else [*words, f"  Hint: {asked.hint}", f"  {goes_on}"]
