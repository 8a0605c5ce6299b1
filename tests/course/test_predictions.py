"""Predictions: kept or explained, never raised; beside the measurement in one sentence."""

from __future__ import annotations

import json
import math
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from helpers import compare, predict, recap
from helpers.charts.guess import guesses_chart
from helpers.charts.style import finish, new_chart
from helpers.course import notes
from helpers.provenance import Provenance

Said = pytest.CaptureFixture[str]
AT = (500, 1000, 2500)


def test_skipping_is_allowed(capsys: Said) -> None:
    """○, in words; the question is kept for the recap."""
    predict("04-half", "How many?", None, unit="%")
    compare("04-half", 0.42, 0.33, 0.52)
    assert capsys.readouterr().out.splitlines()[1:] == [
        "○ No guess. Measured: 42 % (interval 33 to 52 %)."
    ]
    assert list(recap("04").questions["guess"]) == ["skipped"]


@pytest.mark.parametrize(
    ("guess", "words"),
    [
        (40, "You guessed 40 %. Measured: 42 % (interval 33 to 52 %). Your guess is inside"),
        (30, "Your guess is 12 points too low."),
        (10, "Your guess is 4.2 times too low."),
        (100, "Your guess is 2.4 times too high."),
    ],
)  # fmt: skip
def test_a_number_beside_its_measurement(guess: float, words: str, capsys: Said) -> None:
    """Both, the interval, and how far off in words."""
    predict("04-half", "How many?", guess, unit="%")
    compare("04-half", np.float64(0.42), np.float64(0.33), 0.52)
    assert words in capsys.readouterr().out


@pytest.mark.parametrize("guess", ["thirty", "30", -1, 101, math.nan, True, [1], {}, object])
def test_a_bad_guess_is_explained(guess: Any, capsys: Said) -> None:
    """Nothing is raised, nothing is kept, and the words say what would do."""
    predict("04-half", "How many?", guess, unit="%")
    said = capsys.readouterr().out
    assert said.startswith("○ ")
    assert "from 0 to 100" in said
    assert "guess" not in notes.read("predictions")["04-half"]


def test_a_choice(capsys: Said) -> None:
    """Capitals do not matter; a word that is not among them is answered with those that are."""
    asked = {"choices": ("put", "strong read")}
    predict("01-slowest", "Which?", "Strong Read", **asked)
    compare("01-slowest", "put")
    assert "You guessed strong read. Measured: put. Not as you guessed." in capsys.readouterr().out
    predict("01-slowest", "Which?", "get", **asked)
    assert """'get' is not among the choices. They are: "put", "strong read".""" in (
        capsys.readouterr().out
    )
    compare("01-slowest", None)
    assert "Measured: nothing that counts." in capsys.readouterr().out


def test_a_curve(capsys: Said) -> None:
    """A number for each place; each point is judged by its own interval."""
    curve = {"unit": "%", "at": AT, "at_unit": "ms"}
    predict("04-curve", "How many?", (80, 40), **curve)
    assert "3 numbers, at 500 ms, 1,000 ms, 2,500 ms" in capsys.readouterr().out
    predict("04-curve", "How many?", (80, 40, 5), **curve)
    compare("04-curve", pd.Series([0.75, 0.2, 1e-17]), [0.65, 0.12, 0], [0.85, 0.3, 0.06])
    said = capsys.readouterr().out
    assert "80 % at 500 ms, 40 % at 1,000 ms, 5 % at 2,500 ms" in said
    assert "20 % (interval 12 to 30 %) at 1,000 ms" in said
    assert "; 0 % (interval 0 to 6 %) at 2,500 ms." in said
    assert "2 of 3 points are right." in said
    assert recap("04").questions["right"].tolist() == [False]


def test_the_guess_is_drawn_into_a_copy() -> None:
    """Points at their places, as shares; the chart that was given stays as it is."""
    figure, axes = new_chart("Unseen")
    axes.plot([0, 3000], [1, 0], label="measured")
    axes.legend()
    data = {"curve": pd.DataFrame({"t_ms": [0]})}
    about = Provenance("computed")
    chart = finish(figure, data, "A line falls.", about, observed="2 points", note="No band.")
    predict("04-curve", "How many?", (80, 40, 5), unit="%", at=AT, at_unit="ms")
    drawn = compare("04-curve", [0.75, 0.2, 0.01], chart=chart)
    assert drawn is not None
    assert drawn is not chart
    (before,) = chart.figure.axes[0].lines
    line = drawn.figure.axes[0].lines[-1]
    assert before.get_label() == "measured"
    assert list(line.get_xdata()) == list(AT)
    assert list(line.get_ydata()) == [0.8, 0.4, 0.05]
    assert "Your guess: 0.8 at 500" in drawn.description
    assert drawn.png()


def test_without_a_guess_the_chart_is_as_it_was() -> None:
    """What is shown then is the measurement alone."""
    figure, _axes = new_chart("Unseen")
    data = {"curve": pd.DataFrame({"t_ms": [0]})}
    chart = finish(figure, data, "Empty.", Provenance("computed"), observed="none", note="")
    predict("04-curve", "How many?", None, unit="%", at=AT)
    assert compare("04-curve", [0, 0, 0], chart=chart) is chart


def test_none_does_not_take_a_guess_back(capsys: Said) -> None:
    """A notebook opened anew has None again; what was guessed is still kept, and said to be."""
    predict("04-half", "How many?", 30, unit="%")
    predict("04-half", "How many?", None, unit="%")
    assert "Kept from before: 30 %." in capsys.readouterr().out


def test_a_guess_after_the_measurement_is_said_to_be_one(capsys: Said) -> None:
    """It is easy to be right then."""
    predict("04-half", "How many?", 30, unit="%")
    compare("04-half", 0.42, 0.33, 0.52)
    predict("04-half", "How many?", 30, unit="%")
    compare("04-half", 0.42, 0.33, 0.52)
    assert "Guessed after" not in capsys.readouterr().out
    predict("04-half", "How many?", 42, unit="%")
    compare("04-half", 0.42, 0.33, 0.52)
    assert "(Guessed after it had been measured.)" in capsys.readouterr().out


def test_the_whole_course_on_one_page() -> None:
    """In the order of the notebooks, with how the guesses went; what is typed is no HTML."""
    for number in (5, 4, 3, 2, 1, 0):
        predict(f"0{number}-n", f"<b>{number}</b>?", 1 if number < 3 else 10)
        compare(f"0{number}-n", 10, 9, 11)
    page = recap()
    assert list(page.questions["notebook"]) == [f"0{n}" for n in range(6)]
    assert "In the first half of them 0 of 3 were right, in the last 3 of 3." in page.closing
    assert "<b>" not in page._repr_html_()
    assert list(recap("03").questions["notebook"]) == ["03"]


def test_the_page_of_the_course_draws_the_guesses() -> None:
    """Numbers alone, in their order, with words for who does not see it; none without a guess."""
    assert recap().drawn is None
    predict("04-median", "How long?", 500, unit="ms")
    compare("04-median", 800, 700, 900)
    predict("00-call", "How long does a call take?", 5, unit="ms")
    compare("00-call", 2)
    predict("01-slowest", "Which?", "put", choices=("put", "get"))
    compare("01-slowest", "put")
    drawn = recap().drawn
    assert drawn is not None
    assert "notebook 00: 2.5 times; notebook 04: 0.62 times" in drawn.description
    assert drawn.data["guesses"]["notebook"].tolist() == ["00", "04"]
    assert '<img src="data:image/png' in recap()._repr_html_()
    assert recap("04").drawn is None
    drawn.figure.draw_without_rendering()
    box, (width, height) = drawn.figure.get_tightbbox(), drawn.figure.get_size_inches()
    assert min(box.x0, box.y0) >= -0.01
    assert max(box.x1 - width, box.y1 - height) <= 0.01


def test_the_page_of_the_course_has_the_charts_that_were_saved() -> None:
    """The last save of each, with its words; what no notebook saved is left out."""
    guesses = pd.DataFrame(
        {"notebook": ["04"], "question": ["How long?"], "guess": [5.0], "measured": [8.0],
         "low": [7.0], "high": [9.0]}
    )  # fmt: skip
    chart = guesses_chart(guesses, Provenance("computed"))
    for name in ("04-lag", "00-first-calls", "04-lag", "staleness"):
        replace(chart, description=f"<b>{name}</b>").save(name)
    page = recap()
    assert [one.name for one in page.saved] == ["00-first-calls", "04-lag"]
    assert "chart 04-lag: <b>04-lag</b>" in repr(page)
    html = page._repr_html_()
    assert html.count('<img src="data:image/png') == 2
    assert "&lt;b&gt;04-lag" in html
    assert "<b>" not in html
    assert not recap("04").saved


def test_an_empty_recap_says_nothing_false() -> None:
    """A notebook that was opened and not run has nothing to look back on."""
    assert "guess" not in repr(recap("00"))


def test_a_damaged_file_is_put_aside(learners_file: Path, capsys: Said) -> None:
    """The course goes on, and nobody's guesses are written over."""
    predict("04-half", "How many?", 30, unit="%")
    learners_file.write_text("{", encoding="utf-8")
    predict("04-half", "How many?", 40, unit="%")
    assert "cannot be read" in capsys.readouterr().out
    assert learners_file.with_name("course.damaged.json").read_text(encoding="utf-8") == "{"
    kept = json.loads(learners_file.read_text(encoding="utf-8"))
    assert kept["predictions"]["04-half"]["guess"] == 40


def _note_many(number: int) -> None:
    for count in range(20):
        notes.note("predictions", f"0{number}-{count}", {"guess": count})


def test_two_kernels_at_once_lose_nothing() -> None:
    """Two notebooks run at the same time write into the same file."""
    # A lock on a file keeps out whoever opened it for themselves, in this process too.
    kernels = [threading.Thread(target=_note_many, args=(number,)) for number in (3, 4)]
    for kernel in kernels:
        kernel.start()
    for kernel in kernels:
        kernel.join()
    assert len(notes.read("predictions")) == 40


def test_a_name_needs_its_notebook() -> None:
    """The mistake of whoever writes a notebook is raised, with an example."""
    with pytest.raises(ValueError, match="04-median"):
        predict("median", "How long?", 3)
    with pytest.raises(ValueError, match="has no unit"):
        predict("04-median", "How long?", 3, unit="ms", choices=("a",))
