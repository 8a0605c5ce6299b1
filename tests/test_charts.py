"""Charts show and describe themselves, say what they rest on, and save what is needed to trust them."""

from __future__ import annotations

import base64
import importlib.util
import itertools
import json
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from matplotlib.patches import StepPatch
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from helpers import Provenance, charts, measures
from helpers.charts import saving
from helpers.charts.chart import Chart

LOCAL = Provenance("local", lag_model="aws")


def drawn() -> dict[str, Chart]:
    """Draw one of each chart from small tables."""
    brackets = pd.DataFrame(
        {"trial": range(40), "write_region": "us-west-2", "read_region": "us-east-1",
         "lo_ms": np.linspace(200, 1500, 40), "hi_ms": np.linspace(220, 1520, 40)}
    )  # fmt: skip
    calls = pd.DataFrame(
        {"region": "us-west-2", "operation": ["get", "put"] * 10, "rtt_ms": np.linspace(1, 3, 20),
         "dynamodb_ms": [0.5, np.nan] * 10, "outcome": "ok", "cold": [True] + [False] * 19}
    )  # fmt: skip
    statuses = pd.DataFrame(
        {"t_ms": [0.0, 500.0, 900.0], "subject": ["table in a", "replica b as a lists it"] * 1 + ["table in a"],
         "status": ["UPDATING", "CREATING", "ACTIVE"]}
    )  # fmt: skip
    timeline = pd.DataFrame(
        {"t_ms": [0.0, 1.0, 2.0, 900.0], "region": ["us-west-2", "us-west-2", "us-east-1", "us-east-1"],
         "kind": ["write", "read", "read", "read"], "bookmark": [15, 15, 0, 15], "outcome": "ok"}
    )  # fmt: skip
    trial = pd.Series(
        {"trial": 0, "first_region": "us-west-2", "second_region": "us-east-1", "base": 1000,
         "first_delta": 30, "second_delta": -20, "first_value": 1030, "second_value": 980,
         "expected_value": 1010, "final_value": 980.0, "lost_region": "us-west-2",
         "gap_actual_ms": 3.0, "agree_ms": 700.0, "gap_ms": 0.0, "lost": True, "outcome": "ok"}
    )  # fmt: skip
    reads = pd.DataFrame(
        {"region": ["us-west-2", "us-east-1"] * 3, "t_ms": [5.0, 5, 400, 400, 703, 703],
         "bookmark": [1030, 980, 1030, 980, 980, 980]}
    )  # fmt: skip
    trials = pd.DataFrame([trial] * 5)
    rates = measures.lost_update_rates(trials)
    return {
        "latency": charts.latency_chart(calls, LOCAL),
        "anatomy": charts.anatomy_chart(calls, LOCAL),
        "status": charts.status_chart(statuses, LOCAL),
        "bookmark": charts.bookmark_chart(timeline, LOCAL),
        "staleness": charts.staleness_chart(measures.staleness_curve(brackets), LOCAL),
        "lag": charts.lag_chart(brackets, LOCAL),
        "conflict": charts.conflict_chart(reads, trial, LOCAL),
        "lost": charts.lost_update_chart(rates, LOCAL),
        "agreement": charts.agreement_chart(trials, LOCAL),
    }


CHARTS = drawn()


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_states_target_and_observations(name: str) -> None:
    """The footer names the target and a number of observations; the axis has a unit."""
    chart = CHARTS[name]
    footer = " ".join(text.get_text() for text in chart.figure.texts).replace("\n", " ")
    assert footer.startswith("Local cloud; ")
    assert any(character.isdigit() for character in footer)
    assert chart.figure.axes[0].get_xlabel().rstrip(")").endswith(("ms", "s", "(logarithmic"))


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_says_in_words_what_is_seen(name: str) -> None:
    """A sentence with a number, which is not the footer's, and then the footer."""
    said, _, footer = CHARTS[name].description.partition("Local cloud; ")
    assert any(character.isdigit() for character in said)
    assert said.strip().endswith(".")
    assert footer
    assert CHARTS[name].description.isprintable()


@pytest.mark.parametrize("name", CHARTS)
def test_no_word_runs_past_the_edge_of_its_picture(name: str) -> None:
    """Every label, number and legend is inside the picture."""
    figure = CHARTS[name].figure
    figure.draw_without_rendering()
    box, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
    assert box.x0 >= -0.01
    assert box.y0 >= -0.01
    assert box.x1 <= width + 0.01
    assert box.y1 <= height + 0.01


@pytest.mark.parametrize("name", ["bookmark", "staleness", "lag", "conflict", "lost", "agreement"])
def test_a_chart_about_lag_says_that_it_is_modelled(name: str) -> None:
    """On the local cloud, nobody may take the lag for a measurement of AWS."""
    assert "modelled on AWS's published 0.5 to 2.5 s" in CHARTS[name].description


def test_a_chart_claims_the_lag_model_that_was_set_and_no_other() -> None:
    """It reads what the observations bring; on AWS nothing is said to be modelled."""
    curve = measures.staleness_curve(pd.DataFrame({"lo_ms": [1.0], "hi_ms": [2.0]}))
    on_aws = charts.staleness_chart(curve, Provenance("aws")).description
    assert on_aws.count("AWS") == 1
    assert "modelled" not in on_aws
    fixed = charts.staleness_chart(curve, Provenance("local", lag_model="fixed:400")).description
    assert "Lag model fixed:400 (ms), not measured on AWS." in fixed
    assert "0.5 to 2.5 s" not in fixed


def test_availability_is_drawn_as_steps() -> None:
    """A share belongs to its whole second: no line slants down before the outage began."""
    windows = pd.DataFrame(
        {"kind": "stays", "t_ms": [0.0, 1000, 2000], "n": 5, "availability": [1.0, 0, 1],
         "ci_lo": [0.6, 0, 0.6], "ci_hi": [1.0, 0.4, 1]}
    )  # fmt: skip
    chart = charts.availability_chart(windows, (1.003, 2.004), LOCAL)
    lines = [
        line
        for line in chart.figure.axes[0].lines
        if line.get_linewidth() and len(line.get_xdata()) > 1
    ]
    assert lines == []
    steps = [patch for patch in chart.figure.axes[0].patches if isinstance(patch, StepPatch)]
    assert steps[0].get_data().edges.tolist() == [0, 1, 2, 3]
    assert "0% of the calls of a client that stays" in chart.description


def test_availability_in_the_dark_counts_the_dark_only() -> None:
    """An outage ends within a second: the calls after it, in the same second, are not of it."""
    windows = pd.DataFrame(
        {"kind": "stays", "t_ms": [0.0, 1000, 2000], "n": 5, "availability": [1.0, 0, 0.8],
         "ci_lo": [0.6, 0, 0.4], "ci_hi": [1.0, 0.4, 1]}
    )  # fmt: skip
    dark = charts.availability_chart(windows, (0.9, 2.1), LOCAL).description
    assert "0% of the calls of a client that stays succeeded" in dark
    brief = charts.availability_chart(windows, (1.6, 1.9), LOCAL).description
    assert "was dark from 1.6 to 1.9 s." in brief


def test_a_chart_shows_itself_in_a_notebook() -> None:
    """An executed cell has a sharp picture and words; nbconvert's page has them as its alt text."""
    code = """
import pandas as pd
from helpers import Provenance, charts
calls = pd.DataFrame({"region": "<us>&\\"", "operation": "get", "rtt_ms": [1.0, 2, 3], "outcome": "ok"})
charts.latency_chart(calls, Provenance("local"))
"""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    output = notebook.cells[0].outputs[-1]
    assert output.data["text/plain"].startswith('Half of the calls finish within: <us>&", get')
    picture = base64.b64decode(output.data["image/png"])
    shown = output.metadata["image/png"]
    assert int.from_bytes(picture[16:20], "big") == 2 * shown["width"] == 2 * 768
    assert shown["alt"] == output.data["text/plain"]
    page, _ = HTMLExporter().from_notebook_node(notebook)
    images = BeautifulSoup(page, "html.parser").select(".jp-OutputArea-output img")
    assert [image["alt"] for image in images] == [output.data["text/plain"]]
    assert "<us>" not in page.replace(code, "")


def test_a_save_has_pictures_data_and_provenance(tmp_path: Path) -> None:
    """In a folder of its own; the provenance has versions, settings and rows, and no path."""
    provenance = Provenance("local", lag_model="aws", seed="3", settings={"trials": 40})
    chart = replace(CHARTS["lag"], provenance=provenance)
    saved = chart.save("x", directory=tmp_path, reads=pd.DataFrame({"t_ms": [1.0]}))
    names = {"x.png", "x.svg", "x.pdf", "x-brackets.csv", "x-reads.csv", "x.json"}
    assert {path.name for path in saved.files} == names
    assert (saved.folder / "x.png").read_bytes().startswith(b"\x89PNG")
    assert (saved.folder / "x.pdf").read_bytes().startswith(b"%PDF")
    told = json.loads((saved.folder / "x.json").read_text(encoding="utf-8"))
    assert told["provenance"]["settings"] == {"trials": 40}
    assert told["tables"]["reads"] == {"rows": 1, "columns": ["t_ms"]}
    assert told["provenance"]["versions"]["ministack"]
    assert told["described"]["x"] == chart.description
    assert str(tmp_path) not in json.dumps(told)


def test_a_save_takes_nothing_from_the_one_before(tmp_path: Path) -> None:
    """Each run has its folder; `latest` leads to the last, and no work in progress is left."""
    one, other = (CHARTS["lag"].save("x", directory=tmp_path) for _ in range(2))
    assert one.folder != other.folder
    assert (tmp_path / "x" / "latest").resolve() == other.folder.resolve()
    assert saving.newest("x", tmp_path) == other.folder
    assert len(list((tmp_path / "x").iterdir())) == 3
    assert one.files[0].exists()


def test_a_save_that_fails_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole or not at all."""
    CHARTS["lag"].save("x", directory=tmp_path)
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.setattr(pd.DataFrame, "to_csv", full_disk)
    with pytest.raises(OSError, match="No space"):
        CHARTS["lag"].save("x", directory=tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


def full_disk(*_args: object, **_kwargs: object) -> None:
    """Answer as a disk that is full."""
    raise OSError(28, "No space left on device")


def test_parquet_is_saved_where_it_can_be_and_refused_in_words_where_not(tmp_path: Path) -> None:
    """Pyarrow is not one of our packages: who asks for Parquet is told what is missing."""
    if importlib.util.find_spec("pyarrow") is None:
        with pytest.raises(ValueError, match="pyarrow"):
            CHARTS["lag"].save("x", directory=tmp_path, parquet=True)
        assert list(tmp_path.iterdir()) == []
    else:
        saved = CHARTS["lag"].save("x", directory=tmp_path, parquet=True)
        assert pd.read_parquet(saved.folder / "x-brackets.parquet").shape[0] == 40


def test_the_same_chart_gives_the_same_svg_with_words_for_a_screen_reader(tmp_path: Path) -> None:
    """Byte for byte, with title and description."""
    texts = []
    for folder in ("one", "two"):
        saved = drawn()["staleness"].save("s", directory=tmp_path / folder)
        texts.append((saved.folder / "s.svg").read_text(encoding="utf-8"))
    assert texts[0] == texts[1]
    assert '<title id="s-title">How likely a read in the other Region is stale</title>' in texts[0]
    assert '<desc id="s-desc">Of the writes, half are unseen after' in texts[0]
    assert 'role="img"' in texts[0]


@pytest.mark.parametrize("name", ["", "../x", "a b", "x.png"])
def test_a_name_that_is_no_files_is_refused(name: str, tmp_path: Path) -> None:
    """Nothing is written anywhere else."""
    with pytest.raises(ValueError, match="letters"):
        CHARTS["lag"].save(name, directory=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_chart_without_data_is_refused(tmp_path: Path) -> None:
    """A save of nothing would be a picture of nothing measured."""
    with pytest.raises(ValueError, match="measure first"):
        replace(CHARTS["lag"], data={"v": pd.DataFrame()}).save("x", directory=tmp_path)


def test_words_of_short_states_do_not_overlap() -> None:
    """A table is ACTIVE for a moment, UPDATING for another, and gone at the end."""
    at_s = {"ACTIVE": 0, "UPDATING": 0.01, "DELETING": 1, "absent": 19.9}
    rows = [(1000 * t, "table in us-east-2", status) for status, t in at_s.items()]
    rows.append((20_000, "table in us-west-2", "ACTIVE"))
    statuses = pd.DataFrame(rows, columns=["t_ms", "subject", "status"])
    figure = charts.status_chart(statuses, LOCAL).figure
    figure.draw_without_rendering()
    words = [t.get_window_extent() for t in figure.axes[0].texts if t.get_text()]
    assert not any(a.overlaps(b) for a, b in itertools.combinations(words, 2))
