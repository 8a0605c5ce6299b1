"""Panels of the experiments: run as plain functions, by their buttons, cancelled, and closed."""

from __future__ import annotations

import threading
import time

import pytest

from helpers import Provenance, charts, panels
from helpers.localcloud.process.daemon import RunningCloud
from helpers.panels.experiment_panel import ExperimentPanel, Finding
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


def slow_measure(_progress, cancelled, **_settings) -> Finding:
    """Measure until cancelled."""
    while not cancelled():
        time.sleep(0.01)
    raise RuntimeError("Cancelled. Run it again to start over.")


def test_the_lag_panel_measures_and_shows_what_it_found(global_table: LocalTarget) -> None:
    """The same function behind the button and the call: words with an interval, and a picture."""
    panel = panels.LagPanel(global_table, HOME, AWAY)
    finding = panel.run(trials=20)
    assert "half of 20 writes were seen within" in finding.words
    assert panel.said == finding.words
    assert '<img src="data:image/png;base64,' in panel._picture.value
    assert finding.chart.description.split(" (")[0] in panel._picture.value
    panel.close()
    assert panel_threads() == []


def test_a_run_by_its_button_can_be_cancelled_and_leaves_no_thread() -> None:
    """Cancel ends it, says so, and the panel can run again."""
    panel = ExperimentPanel("anything", {}, slow_measure)
    for _ in range(2):
        panel._run.click()
        wait_for(lambda: panel.said == "measuring …")
        with pytest.raises(RuntimeError, match="already"):
            panel.run()
        panel._cancel.click()
        wait_for(lambda: panel.said.startswith("Cancelled"))
    panel.close()
    assert panel_threads() == []


def test_closing_a_panel_that_measures_ends_it() -> None:
    """A closed panel leaves nothing running behind."""
    panel = ExperimentPanel("anything", {}, slow_measure)
    panel._run.click()
    wait_for(lambda: panel.said == "measuring …")
    panel.close()
    assert panel_threads() == []


def test_the_scale_panel_needs_no_cloud() -> None:
    """It simulates, and says its interval."""
    panel = panels.ScalePanel("fixed:500")
    assert "a million viewers in two Regions lose" in panel.run(save_every_s=20, shared=5).words
    panel.close()


def test_every_experiment_has_a_panel(global_table: LocalTarget) -> None:
    """Each can be made without measuring anything, and shows a Run button."""
    made = [
        panels.AnatomyPanel(global_table, [HOME]),
        panels.ConflictPanel(global_table, HOME, AWAY),
        panels.ConsistencyPanel(global_table, [HOME, AWAY]),
        panels.MonitoringPanel(global_table, HOME, AWAY),
        panels.OutagePanel(global_table, HOME, AWAY),
        panels.RemediesPanel(global_table, HOME, AWAY),
    ]
    for panel in made:
        assert panel._run.description == "Run"
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
    assert "AWS shows nobody" in panel._said.value
    panel.close()


def test_the_map_draws_any_number_of_regions() -> None:
    """One to five, online or not."""
    for count in range(1, 6):
        states = {f"region-{n}": "online" if n else "offline" for n in range(count)}
        assert (
            "region-1" in charts.map_chart(states, {}, [], 0, Provenance("local")).description
            or count == 1
        )
