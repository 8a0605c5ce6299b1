"""Run one experiment; every experiment brings its own options."""

from __future__ import annotations

import argparse
from pathlib import Path

from helpers.commands.base import Commands, connected, out_folder, settings_of


def add_to(commands: Commands) -> None:
    """Add `calibrate`, and `experiment` with every experiment below it, where one is asked for."""
    text = "write the lag that a staleness run measured into a file, for `up --lag file:mylag.csv`"
    calibrate = commands.add("calibrate", _calibrate, text)
    calibrate.add_argument("file", type=Path, metavar="FILE", help="such as mylag.csv")
    calibrate.add_argument(
        "--run", type=Path, metavar="DIR", help="of a run, if not the last in exports/staleness",
        dest="folder",
    )  # fmt: skip
    text = "run an experiment; saves charts and data"
    experiment = commands.add_group("experiment", _experiment, text)
    if "experiment" in commands.given:
        from helpers.experiments.command import add_to as add_experiments

        add_experiments(experiment, commands.shared)


def _experiment(options: argparse.Namespace) -> None:
    out = out_folder(options)
    from helpers.experiments.command import run

    run(connected(options), options, out)


def _calibrate(options: argparse.Namespace) -> None:
    from helpers.calibration import calibrate

    print(calibrate(options.file, settings_of(options).exports, options.folder))
