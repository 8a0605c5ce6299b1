"""An experiment is one object: options refused early, provenance, counts, and what it saves."""

from __future__ import annotations

import argparse
import importlib
import json
import threading
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from helpers import Provenance, experiments
from helpers.experiments import REGISTRY, Experiment
from helpers.experiments.agenda import CancelledError
from helpers.experiments.base import Observations, Seen
from helpers.experiments.command import add_to, table
from helpers.localcloud.process.daemon import RunningCloud
from helpers.settings import PROJECT_DIR
from helpers.targets import LocalTarget
from tests.conftest import AWAY, HOME

BRIEF = {
    "anatomy": {"writer": HOME, "reader": AWAY, "trials": 2},
    "staleness": {"trials": 5},
    "transactions": {"trials": 5},
    "conflicts": {"trials": 1},
    "remedies": {"trials": 2},
    "consistency": {"trials": 2},
    "outage": {"viewers": 2, "staying": 1, "calm_s": 1.5, "duration_s": 2, "after_s": 1},
    "monitoring": {"calm_s": 2, "duration_s": 2, "after_s": 2},
    "scale": {"writes": 400_000},
}


class NobodyTarget:
    """A target that must not be asked for anything."""

    name = "local"
    regions = (HOME, AWAY, "eu-west-1")

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"{name} was asked for before the options were checked")


@pytest.mark.parametrize("name", BRIEF)
def test_an_experiment_leaves_what_it_saw(
    global_app: LocalTarget, calm: RunningCloud, tmp_path: Path, name: str
) -> None:
    """Observations, summary and charts in one folder, with the lag model that was set."""
    seen = REGISTRY[name](global_app, **BRIEF[name])
    assert seen.used > 0
    assert f"{seen.seen.asked} {seen.seen.what} asked for, {seen.used} used" in seen.counts()
    assert any(character.isdigit() for character in seen.say())
    saved = seen.save("x", directory=tmp_path)
    assert saved.folder.parent == tmp_path / "x"
    told = json.loads((saved.folder / "x.json").read_text(encoding="utf-8"))
    assert told["provenance"]["lag_model"] == calm.get("status")["lag"]
    assert told["provenance"]["settings"].items() >= BRIEF[name].items()
    assert told["experiment"] == name
    assert told["summary"]
    raw = next(iter(seen.seen.tables))
    assert len(pd.read_csv(saved.folder / f"x-{raw}.csv")) == len(seen[raw])
    pictures = {path.stem for path in saved.files if path.suffix == ".png"}
    assert "x" in pictures
    assert pictures == {path.stem for path in saved.files if path.suffix == ".svg"}
    assert f"Lag model {calm.get('status')['lag']}" in told["described"]["x"] or name in (
        "anatomy", "consistency", "outage",
    )  # fmt: skip


def test_the_lag_is_that_of_the_run(global_table: LocalTarget, calm: RunningCloud) -> None:
    """Changing it afterwards changes no chart; changing it meanwhile is said."""
    calm.post("lag", {"lag": "fixed:40"})
    try:
        seen = experiments.staleness(global_table, trials=3)
        calm.post("lag", {"lag": "fixed:50"})
        assert seen.provenance.lag_model == "fixed:40"
        assert "Lag model fixed:40 (ms)" in seen.chart().description

        def change(_done: int, _of: int) -> None:
            calm.post("lag", {"lag": "fixed:60"})

        moved = experiments.staleness(global_table, trials=3, progress=change)
        assert moved.provenance.lag_model == "fixed:50, changed to fixed:60 during the run"
    finally:
        calm.post("lag", {"lag": "fixed:300"})


@pytest.mark.parametrize("name", REGISTRY)
@pytest.mark.parametrize("value", [0, -1, 10**10, "many", True, float("nan"), float("inf")])
def test_a_bad_number_is_refused_before_anything_runs(name: str, value: object) -> None:
    """With its name and its range; the target is not even asked."""
    experiment = REGISTRY[name]
    counted = next(option for option in experiment.options if option.kind in ("whole", "number"))
    with pytest.raises(ValueError, match=f"{counted.name} must be a (whole )?number from"):
        experiment(NobodyTarget(), **{counted.name: value})  # type: ignore[arg-type]


def test_half_a_trial_is_refused() -> None:
    """A count is whole, also as text."""
    for value in (1.5, "1.5"):
        with pytest.raises(ValueError, match="trials must be a whole number from 1 to 5,000"):
            experiments.staleness(NobodyTarget(), trials=value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({"writer": "atlantis-1"}, "writer cannot be 'atlantis-1'. The workshop knows us-west-2"),
        ({"writer": HOME, "other": HOME}, "different Regions, not us-west-2 twice"),
        ({"trails": 3}, "conflicts has no trails; it has writer, other, trials"),
    ],
)
def test_bad_regions_and_names_are_refused(given: dict[str, object], match: str) -> None:
    """And the message says what there is instead."""
    with pytest.raises(ValueError, match=match):
        experiments.conflicts(NobodyTarget(), **given)  # type: ignore[arg-type]


def test_a_region_without_a_replica_is_named(global_table: LocalTarget) -> None:
    """With the command that makes one; nothing was written."""
    with pytest.raises(ValueError, match=r"no replica .* in sa-east-1.*workshop prepare"):
        experiments.staleness(global_table, reader="sa-east-1")
    with pytest.raises(ValueError, match=r"no API in sa-east-1"):
        experiments.anatomy(global_table, writer="sa-east-1", reader="sa-east-1")


def test_a_cancelled_run_leaves_no_item_behind(global_table: LocalTarget) -> None:
    """Stopped in its midst, the table holds what it held."""
    client = global_table.client("dynamodb", HOME)
    before = client.scan(TableName="global-serverless")["Count"]
    stop = threading.Event()
    with pytest.raises(CancelledError):
        experiments.staleness(
            global_table, trials=400, cancelled=stop.is_set, progress=lambda *_: stop.set()
        )
    assert client.scan(TableName="global-serverless")["Count"] == before


def test_an_experiment_goes_before_the_module_of_its_name() -> None:
    """Whatever was imported first, `experiments.NAME` is the object."""
    for name in REGISTRY:
        if name != "anatomy":
            importlib.import_module(f"helpers.experiments.catalogue.{name}")
        assert isinstance(getattr(experiments, name), Experiment)
        assert getattr(experiments, name) is REGISTRY[name]


def test_the_command_line_has_every_experiment_with_every_option(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What the registry has is offered, by the same names and with ranges."""
    parser = argparse.ArgumentParser()
    add_to(parser, argparse.ArgumentParser(add_help=False))
    for experiment in REGISTRY.values():
        with pytest.raises(SystemExit):
            parser.parse_args([experiment.name, "--help"])
        told = " ".join(capsys.readouterr().out.split())
        for option in experiment.options:
            assert f"--{option.name.replace('_', '-')}" in told
        with pytest.raises(SystemExit) as ended:
            parser.parse_args([experiment.name, "--no-such-option"])
        assert ended.value.code == 2


def test_what_is_seen_is_shown_with_words_that_are_escaped(global_table: LocalTarget) -> None:
    """Counts, the sentence and the first rows, in a notebook and in a terminal."""
    seen = experiments.staleness(global_table, trials=3)
    shown = seen._repr_mimebundle_()
    assert "3 writes asked for, 3 used" in shown["text/html"]
    assert seen.say() in shown["text/plain"]
    assert "95 %" in seen.say()


def test_the_documentation_is_that_of_the_registry() -> None:
    """`docs/experiments.md` is generated: `python tools/describe_experiments.py`."""
    page = PROJECT_DIR / "docs" / "experiments.md"
    assert page.read_text(encoding="utf-8") == table()


def test_a_run_that_broke_off_early_says_so_and_keeps_what_it_saw() -> None:
    """Too little for a measure is said in words; a whole run that lacks something is a fault."""
    calls = pd.DataFrame({"consistency": ["eventual"], "region": [HOME], "operation": ["write"],
                          "rtt_ms": [1.0], "outcome": ["ok"]})  # fmt: skip
    early = Seen({"calls": calls, "contention": pd.DataFrame()}, "calls", 1, partial=True)
    seen = Observations(experiments.consistency, early, Provenance("local"))
    assert "broke off too early" in repr(seen)
    with pytest.raises(ValueError, match=r'What it observed is in seen\["calls"\]'):
        seen.summary()
    assert seen["calls"] is calls
    whole = Observations(experiments.consistency, replace(early, partial=False), seen.provenance)
    with pytest.raises(KeyError):
        whole.say()
