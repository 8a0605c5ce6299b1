"""Charts say what they rest on, and exports leave what is needed to trust them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from helpers import charts, measures
from helpers.exports import describe, export


def figures() -> dict[str, Figure]:
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
        "latency": charts.latency_chart(calls, "local"),
        "anatomy": charts.anatomy_chart(calls, "local"),
        "status": charts.status_chart(statuses, "local"),
        "bookmark": charts.bookmark_chart(timeline, "local"),
        "staleness": charts.staleness_chart(measures.staleness_curve(brackets), "local"),
        "lag": charts.lag_chart(brackets, "local"),
        "conflict": charts.conflict_chart(reads, trial, "local"),
        "lost": charts.lost_update_chart(rates, "local"),
        "agreement": charts.agreement_chart(trials, "local"),
    }


FIGURES = figures()


@pytest.mark.parametrize("name", FIGURES)
def test_a_chart_states_target_and_observations(name: str) -> None:
    """The footer names the target and a number of observations; the axis has a unit."""
    figure = FIGURES[name]
    _, words = describe(figure)
    assert "Local cloud; " in words
    assert any(character.isdigit() for character in words)
    assert figure.axes[0].get_xlabel().rstrip(")").endswith(("ms", "s", "(logarithmic"))


@pytest.mark.parametrize("name", ["bookmark", "staleness", "lag", "conflict", "lost", "agreement"])
def test_a_chart_about_lag_says_that_it_is_modelled(name: str) -> None:
    """On the local cloud, nobody may take the lag for a measurement of AWS."""
    assert "modelled on AWS's published 0.5 to 2.5 s" in describe(FIGURES[name])[1]


def test_on_aws_nothing_is_said_to_be_modelled() -> None:
    """There it is measured."""
    curve = measures.staleness_curve(pd.DataFrame({"lo_ms": [1.0], "hi_ms": [2.0]}))
    words = describe(charts.staleness_chart(curve, "aws", lag_model=""))[1]
    assert words.count("AWS") == 1
    assert "modelled" not in words


def test_an_export_has_picture_vector_data_and_provenance(tmp_path: Path) -> None:
    """Four files; the provenance has versions, settings and rows, and no secret or path."""
    data = pd.DataFrame({"t_ms": [1.0], "v": [2]})
    settings = {"lag_model": "aws", "seed": 3}
    made = export(
        FIGURES["lag"], {"a": data, "b": data}, "x", target="local", settings=settings,
        directory=tmp_path,
    )  # fmt: skip
    assert {p.name for p in tmp_path.iterdir()} == {"x.png", "x.svg", "x.csv", "x-b.csv", "x.json"}
    assert made.png.read_bytes().startswith(b"\x89PNG")
    provenance = json.loads(made.provenance.read_text(encoding="utf-8"))
    assert provenance["settings"] == settings
    assert provenance["data"]["a"] == {"rows": 1, "columns": ["t_ms", "v"]}
    assert provenance["versions"]["ministack"]
    assert str(tmp_path) not in made.provenance.read_text(encoding="utf-8")


def test_the_same_figure_gives_the_same_svg_with_words_for_a_screen_reader(tmp_path: Path) -> None:
    """Byte for byte, with title and description."""
    data = pd.DataFrame({"v": [1]})
    texts = []
    for folder in ("one", "two"):
        made = export(
            figures()["staleness"], data, "s", target="local", directory=tmp_path / folder
        )
        texts.append(made.svg.read_text(encoding="utf-8"))
    assert texts[0] == texts[1]
    assert '<title id="s-title">How likely a read in the other Region is stale</title>' in texts[0]
    assert "<desc id=" in texts[0]
    assert 'role="img"' in texts[0]


@pytest.mark.parametrize("name", ["", "../x", "a b", "x.png"])
def test_a_name_that_is_no_files_is_refused(name: str, tmp_path: Path) -> None:
    """Nothing is written anywhere else."""
    data = pd.DataFrame({"v": [1]})
    with pytest.raises(ValueError, match="letters"):
        export(FIGURES["lag"], data, name, target="local", directory=tmp_path)


def test_a_chart_without_data_is_refused(tmp_path: Path) -> None:
    """An export of nothing would be a picture of nothing measured."""
    with pytest.raises(ValueError, match="measure first"):
        export(FIGURES["lag"], pd.DataFrame(), "x", target="local", directory=tmp_path)
