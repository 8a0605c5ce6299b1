"""A deck of what was saved: every chart once, as it was saved last, with its words and provenance."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure

from helpers import deck
from helpers.charts import saving
from helpers.provenance import Provenance


def save(exports: Path, name: str, words: str, target: str = "local") -> None:
    """Save a chart as a notebook does."""
    figure = Figure()
    figure.subplots().set_title(name)
    about = Provenance(target=target, regions=("us-west-2",), lag_model="fixed:5")
    table = pd.DataFrame({"a": [1]})
    saving.save(name, {name: saving.Picture(figure, name, words)}, {"t": table}, about,
                directory=exports)  # fmt: skip


def test_the_deck_has_each_chart_as_it_was_saved_last(tmp_path: Path) -> None:
    """In order, with its words and where it comes from; data is no HTML; the PDF has as many pages."""
    save(tmp_path, "02-second", "the second")
    save(tmp_path, "01-first", "what was before")
    save(tmp_path, "01-first", "5 < 6 & <b>now</b> $x$")
    shown, folder = deck.write(tmp_path)
    assert [slide.name for slide in shown] == ["01-first", "02-second"]
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert "what was before" not in page
    assert "5 &lt; 6 &amp; &lt;b&gt;now&lt;/b&gt;" in page
    assert page.count("<img ") == page.count("lag fixed:5") == 2
    pdf = (folder / "charts.pdf").read_bytes()
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") == 2
    # Made again, it does not take its own folder for a chart.
    assert len(deck.write(tmp_path)[0]) == 2


def test_without_charts_it_says_how_to_get_some(tmp_path: Path) -> None:
    """Nothing is written."""
    with pytest.raises(RuntimeError, match="workshop charts"):
        deck.write(tmp_path)
    assert not list(tmp_path.iterdir())
