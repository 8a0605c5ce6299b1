"""`workshop experiment NAME`: every experiment leaves observations, a summary and a chart."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from helpers import reports
from helpers.cli import _EXPERIMENTS
from helpers.experiments import run_monitoring, run_outage
from helpers.localcloud.process.daemon import RunningCloud
from helpers.reports import EXPERIMENTS
from helpers.targets import LocalTarget
from tests.conftest import AWAY, HOME


def test_the_command_line_knows_every_experiment() -> None:
    """What is offered is there, and what is there is offered."""
    assert set(_EXPERIMENTS) == set(EXPERIMENTS)


@pytest.mark.parametrize(
    ("name", "trials"),
    [
        ("anatomy", 2),
        ("matrix", 3),
        ("monitoring", 2),
        ("outage", 2),
        ("remedies", 3),
        ("scale", 400_000),
    ],
)
def test_an_experiment_leaves_what_it_saw(
    global_app: LocalTarget,
    calm: RunningCloud,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    trials: int,
) -> None:
    """Raw observations with their settings, and at least one chart with its data."""
    # Nobody waits for calm seconds here.
    short = {"calm_s": 2.0, "after_s": 2.0}
    monkeypatch.setattr(reports, "run_monitoring", partial(run_monitoring, **short))
    monkeypatch.setattr(reports, "run_outage", partial(run_outage, dark_s=3.0, **short))
    EXPERIMENTS[name](global_app, HOME, AWAY, trials, tmp_path)
    assert len(pd.read_csv(tmp_path / "observations.csv")) > 0
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert summary["provenance"]["lag_model"] == calm.get("status")["lag"]
    charts = {path.stem for path in tmp_path.glob("*/latest/*.png")}
    assert charts
    assert charts == {path.stem for path in tmp_path.glob("*/latest/*.svg")}
