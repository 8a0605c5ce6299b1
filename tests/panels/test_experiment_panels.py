"""Panels of the experiments: run as plain functions, by their buttons, cancelled, and closed."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from html import escape
from pathlib import Path

import pytest

from helpers import Provenance, charts, experiments, panels
from helpers.experiments import Experiment
from helpers.experiments.agenda import CancelledError
from helpers.experiments.base import Seen, Session
from helpers.localcloud.process.daemon import RunningCloud
from helpers.targets import AwsTarget, LocalTarget
from tests.conftest import AWAY, HOME


def panel_threads() -> list[str]:
    """Name the threads that panels have started and not ended."""
    return [t.name for t in threading.enumerate() if t.name.startswith("panel")]


def wait_for(condition, patience_s: float = 30) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + patience_s
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert condition()


def slow_experiment() -> Experiment:
    """Make an experiment that runs until it is cancelled."""

    def run(session: Session, _asked: object) -> Seen:
        while not session.cancelled():
            time.sleep(0.01)
        raise CancelledError

    return replace(experiments.scale, name="slow", run=run)


def test_a_panel_measures_shows_and_saves(global_table: LocalTarget, settings, monkeypatch) -> None:
    """The same function behind the button and the call: a sentence, a picture with words, files."""
    monkeypatch.setenv("WORKSHOP_EXPORTS", str(settings.exports))
    panel = panels.ExperimentPanel(global_table, experiments.staleness)
    seen = panel.run(trials=20)
    assert panel.said == f"{seen.say()}\n{seen.counts()}"
    assert '<img src="data:image/png;base64,' in panel._picture.value
    assert f'alt="{escape(seen.chart().description)}"' in panel._picture.value
    panel._save.click()
    wait_for(lambda: "Saved to" in panel.said)
    folder = Path(panel.said.rpartition("Saved to ")[2])
    assert (folder / "staleness.png").exists()
    panel.close()
    assert panel_threads() == []


def test_a_run_by_its_button_can_be_cancelled_and_leaves_no_thread(global_table) -> None:
    """Cancel ends it, says so, and the panel can run again."""
    panel = panels.ExperimentPanel(global_table, slow_experiment())
    for _ in range(2):
        panel._run.click()
        wait_for(lambda: panel.said == "measuring …")
        with pytest.raises(RuntimeError, match="already"):
            panel.run()
        panel._cancel.click()
        wait_for(lambda: panel.said.startswith("Cancelled"))
    panel.close()
    assert panel_threads() == []


def test_closing_a_panel_that_measures_ends_it(global_table) -> None:
    """A closed panel leaves nothing running behind."""
    panel = panels.ExperimentPanel(global_table, slow_experiment())
    panel._run.click()
    wait_for(lambda: panel.said == "measuring …")
    panel.close()
    assert panel_threads() == []


@pytest.mark.parametrize("name", experiments.REGISTRY)
def test_every_experiment_has_a_panel_with_its_options(global_table, name: str) -> None:
    """Derived from the registry; no field takes a value out of its range."""
    experiment = experiments.REGISTRY[name]
    panel = panels.ExperimentPanel(global_table, experiment)
    for option in experiment.options:
        if option.default is None:
            assert option.name not in panel._inputs
            continue
        field = panel._inputs[option.name]
        assert field.value == option.read(None, global_table.regions)
        if option.kind in ("whole", "number"):
            field.value = option.most + 1
            assert field.value == option.most
    assert panel._run.description == "Run"
    panel.close()


def test_a_failure_is_said_and_never_becomes_html(global_table) -> None:
    """What a run says goes wrong stands on the panel as text."""

    def run(_session: Session, _asked: object) -> Seen:
        raise ValueError("<b>no</b>")

    panel = panels.ExperimentPanel(global_table, replace(experiments.scale, run=run))
    panel._run.click()
    wait_for(lambda: panel.said == "<b>no</b>")
    assert panel._said.value == "&lt;b&gt;no&lt;/b&gt;"
    panel.close()


def test_the_map_panel_shows_what_is_held(global_table: LocalTarget, calm: RunningCloud) -> None:
    """A paused link and what it holds are in the picture, in words."""
    calm.post(f"links/{HOME}/{AWAY}", {"state": "paused"})
    item = {"PK": {"S": "map"}, "SK": {"S": "map"}}
    client = global_table.client("dynamodb", HOME)
    client.put_item(TableName="global-serverless", Item=item)
    panel = panels.MapPanel(global_table)
    words = [text.get_text() for text in panel.picture().figure.axes[0].texts]
    assert any(word.startswith("paused, ") and word.endswith("under way") for word in words)
    client.delete_item(TableName="global-serverless", Key=item)
    panel._watch.value = True
    wait_for(lambda: bool(panel._publisher.flush() or panel._image.value))
    panel.close()
    assert panel_threads() == []


def test_on_aws_the_map_says_that_nobody_sees_this(settings) -> None:
    """No invented picture."""
    panel = panels.MapPanel(AwsTarget(settings))
    panel._publisher.flush()
    assert "AWS does not show" in panel._said.value
    panel.close()


def test_the_map_draws_any_number_of_regions() -> None:
    """One to five, online or not."""
    for count in range(1, 6):
        states = {f"region-{n}": "online" if n else "offline" for n in range(count)}
        assert (
            "region-1" in charts.map_chart(states, {}, [], 0, Provenance("local")).description
            or count == 1
        )
