"""Run one experiment; every experiment brings its own options."""

from __future__ import annotations

import argparse

from helpers.commands.base import Commands, connected, out_folder


def add_to(commands: Commands) -> None:
    """Add `experiment`, and below it every experiment, where one is asked for."""
    text = "run an experiment; leaves charts and data"
    experiment = commands.add_group("experiment", _experiment, text)
    if "experiment" in commands.given:
        from helpers.experiments.command import add_to as add_experiments

        add_experiments(experiment, commands.shared)


def _experiment(options: argparse.Namespace) -> None:
    out = out_folder(options)
    from helpers.experiments.command import run

    run(connected(options), options, out)
