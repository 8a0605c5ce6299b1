"""Every notebook has run; what it shows is examined as a reader would."""

from __future__ import annotations

import re

import nbformat
import pytest

from helpers.course import exercises
from helpers.localcloud.door.keys import new_key
from helpers.notebooks import notebooks
from tests.learner import outputs
from tests.learner.conftest import Book

STEMS = [path.stem for path in notebooks()]
# What the text between the cells says will be seen, whatever the machine is busy with.
_PROMISES = {
    "00_verify_environment": [r"no API is deployed|ping: ok"],
    "01_create_table": [
        r"1\.0 read units\n.* 0\.5 read units", r"bookmark costs 0\.5 ", r"picture costs 4\.0 ",
    ],
    "02_first_region": [r"Measured: 2 s\.", r"\(cold start\)\n"],
    "03_go_global": [r"Measured: only ping\.", r"Measured: UPDATING\.", r"\(503,", r"\n.*get: ok"],
    "04_staleness": [
        r"40 of 40 first reads were fresh",
        r"(saved (\d+) s; a plain read finds \d+ s, yours finds \2 s\s+){5}",
    ],
    "05_conflicts": [
        r"Measured: one\.", r"first Region 50 s, second Region 50 s",
        r"in the first Region: \(2, .* in the second: \(2, ",
    ],
}  # fmt: skip
_EXAMINATIONS = {examine.__name__: examine for examine in outputs.EXAMINATIONS}


@pytest.mark.parametrize("examination", _EXAMINATIONS)
@pytest.mark.parametrize("stem", STEMS)
def test_a_learner_sees_nothing_amiss(book: Book, stem: str, examination: str) -> None:
    """Charts can be seen and read out, checkpoints hold, trouble is announced, nothing is raw."""
    found = _EXAMINATIONS[examination](book[stem])
    assert not found, "\n\n".join(found)


@pytest.mark.parametrize("stem", STEMS)
def test_every_notebook_draws(book: Book, stem: str) -> None:
    """What is measured is also drawn: the examination of charts has something to look at."""
    assert any(outputs.draws(cell.source) for cell in outputs.code_cells(book[stem]))


@pytest.mark.parametrize("stem", _PROMISES)
def test_what_the_text_says_is_seen(book: Book, stem: str) -> None:
    """A sentence that does not wait for a number is true of every run, or it is not said."""
    said = "\n".join(outputs.text_of(cell) for cell in outputs.code_cells(book[stem]))
    for promise in _PROMISES[stem]:
        assert re.search(promise, said), f"{promise}\n{said}"


@pytest.mark.parametrize("stem", STEMS)
def test_exercises_are_unsolved_as_committed(book: Book, stem: str) -> None:
    """A learner finds each one open, and no guess made in their place."""
    said = "\n".join(outputs.text_of(cell) for cell in outputs.code_cells(book[stem]))
    for one in exercises.of_notebook(stem[:2]):
        assert f"○ {one.function} ({one.size}): not tried yet" in said
    assert "Your guess" not in said
    assert "You guessed" not in said


def test_experiments_leave_nothing_in_the_table(book: Book) -> None:
    """Three viewers with thirteen shows, before and after: an experiment removes its own items."""
    said = [outputs.text_of(cell) for seen in book.values() for cell in outputs.code_cells(seen)]
    counts = re.findall(r"yours (\d+) items, the same", "\n".join(said))
    assert set(counts) == {"39"}


def test_the_examination_finds_what_it_looks_for() -> None:
    """A chart without a display, words on stderr, a cross, a failure nobody announced, a secret."""
    figure = nbformat.v4.new_output("execute_result", data={"text/plain": "<Figure size 640x480>"})
    cross = nbformat.v4.new_output("stream", name="stdout", text="✗ table: it failed")
    aside = nbformat.v4.new_output("stream", name="stderr", text="UserWarning: tight layout")
    cells = [
        nbformat.v4.new_markdown_cell("Look at this:"),
        nbformat.v4.new_code_cell("charts.lag_chart(x)", outputs=[figure]),
        nbformat.v4.new_code_cell("checks.table(x)", outputs=[cross, aside]),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    # Where nbclient and JupyterLab keep what the widgets hold.
    held = {"value": f"<a href='http://localhost/map.html#token={'a' * 43}'>"}
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": held}
    for examine in outputs.EXAMINATIONS:
        assert len(examine(notebook)) == 1, examine
    said = nbformat.v4.new_output("stream", name="stdout", text=new_key())
    notebook.cells[2].outputs.append(said)
    assert len(outputs.secrets_shown(notebook)) == 2
    assert outputs.is_blank("<svg></svg>")
    assert outputs.draws("seen.chart()")
    assert not outputs.draws("seen.summary()")
