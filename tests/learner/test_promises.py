"""What the texts of notebooks 6 to 10 promise is so in the notebooks as they ran."""

from __future__ import annotations

import re

import nbformat

from tests.learner import outputs
from tests.learner.conftest import Book


def said(notebook: nbformat.NotebookNode, source: str) -> str:
    """Return what the cell has said that has this in its source."""
    (cell,) = (cell for cell in outputs.code_cells(notebook) if source in cell.source)
    return outputs.text_of(cell)


def row(table: str, name: str) -> list[float]:
    """Return the numbers of a row in a printed table."""
    (line,) = (line for line in table.splitlines() if name in line)
    return [float(number) for number in re.findall(r"-?\d+\.?\d*", line.partition(name)[2])]


def test_a_hasty_player_moves_often_and_a_patient_one_waits(book: Book) -> None:
    """Notebook 6: the price of each policy is in the table, and the default rule repeats no `ok`."""
    table = said(book["06_outage"], "score_policies")
    hasty, yours = row(table, "at the first"), row(table, "yours")
    patient = row(table, "after five")
    assert hasty[1] > yours[1]
    assert hasty[2] > yours[2]
    assert patient[0] > yours[0]
    again = said(book["06_outage"], "again=again")
    assert re.search(r"\bok +False", again)
    assert not re.search(r"\bok +True", again)


def test_strong_loses_nothing_and_the_control_is_caught(book: Book) -> None:
    """Notebook 7: one history is linearizable, the other is not, and a learner's rule sees why."""
    notebook = book["07_strong_consistency"]
    assert row(said(notebook, "contention.groupby"), "strong")[-1] == 0
    assert row(said(notebook, "contention.groupby"), "eventual")[-1] > 0
    assert "operations: linearizable" in said(notebook, "strongly = ")
    assert "Measured: not linearizable" in said(notebook, "eventually = ")
    stale = re.search(r"(\d+) of \d+ reads contradict", said(notebook, "is_stale(op"))
    assert stale
    assert int(stale[1]) > 0


def test_an_alarm_starts_where_silence_can_be_noticed(book: Book) -> None:
    """Notebook 8: the metric shows nothing in the pause, and the canary's alarm is the first."""
    notebook = book["08_monitoring"]
    assert "Measured: nothing." in said(notebook, '"08-shows", "nothing"')
    assert "Measured: canary-age." in said(notebook, 'compare("08-first"')
    assert said(notebook, "(alarm,) =").startswith("ALARM")
    rules = re.findall(r"ALARM after (\d+) s; (\d+) false", said(notebook, "alarm_states"))
    (soon, hasty), *_, (late, steady) = [(int(after), int(false)) for after, false in rules]
    assert hasty >= steady
    assert late > soon


def test_levers_pull_as_the_text_says(book: Book) -> None:
    """Notebook 9: half as often halves stale reads, and no bar within noise is said to move."""
    notebook = book["09_at_scale"]
    table = said(notebook, "by_lever.pivot")
    stale, lost = row(table, "save half as often")
    assert 0.35 < stale < 0.7
    assert lost < 0.6
    assert row(table, "a home Region for each viewer") == [0, 0]
    assert "viewers move twice as often" in said(notebook, "charts.lever_chart")
    assert "Measured: a home Region for each viewer." in said(notebook, "idxmin")
    told = said(notebook, 'compare("09-stale"')
    *_, share = re.findall(r"([\d.]+) ?%", told)
    measured = re.search(r"Measured: ([\d.]+) %", told)
    assert measured
    assert 0.5 < float(measured[1]) / float(share) < 2


def test_the_larger_part_of_the_bill_is_not_the_table(book: Book) -> None:
    """Notebook 9: writes are a small share, and a second Region adds less than the first costs."""
    notebook = book["09_at_scale"]
    share = re.search(r"Measured: ([\d.]+) %", said(notebook, 'compare("09-writes"'))
    assert share
    assert 0 < float(share[1]) < 50
    assert "Partly estimated" in said(notebook, "charts.cost_chart")


def test_the_wrong_order_is_refused_and_nothing_is_left(book: Book) -> None:
    """Notebook 10: as the text says, and the page of the whole course comes last."""
    notebook = book["10_clean_up"]
    assert "Measured: AWS refuses." in said(notebook, 'compare("10-order"')
    assert "yours nothing" in said(notebook, "checks.nothing_left")
    page = said(notebook, "recap()")
    assert all(f"\n{number}  " in f"\n{page}" for number in ("06", "07", "08", "09", "10"))
