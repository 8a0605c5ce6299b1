"""Who works where: keys for a class, terminals set up for the target, JupyterLab."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys

from helpers.commands.base import Commands, connected, running_cloud, settings_of
from helpers.localcloud.process import daemon


def add_to(commands: Commands) -> None:
    """Add `learners`, `env`, `shell` and `lab`."""
    text = "give each learner of a class their own key and account"
    learners = commands.add("learners", _learners, text)
    learners.add_argument(
        "action", choices=["add", "roster"], help="roster: who has passed which checkpoint"
    )
    learners.add_argument("names", metavar="NAME", nargs="*", help="for the roster: only these")
    text = 'print the lines that set up a terminal for the target: eval "$(workshop env)"'
    commands.add("env", _env, text)
    commands.add("shell", _shell, "open a shell that is set up for the target")
    text = "open JupyterLab on the first notebook, with such a terminal beside it"
    commands.add("lab", _lab, text)


def _learners(options: argparse.Namespace) -> None:
    cloud = running_cloud(options)
    if options.action == "roster":
        from helpers import roster
        from helpers.targets.class_of_learners import learners

        targets = learners(cloud, settings_of(options), options.names)
        print(
            roster.roster(targets).to_string(index=False)
            if targets
            else "No learner has been added yet."
        )
        return
    if not options.names:
        raise ValueError("Name the learners: workshop learners add ada ben")
    print("\n".join(daemon.add_learners(cloud, options.names)))


def _env(options: argparse.Namespace) -> None:
    from helpers.targets.environment import shell_lines

    target = connected(options)
    print("\n".join(shell_lines(target.environment(target.regions[0]))))


def _shell(options: argparse.Namespace) -> int:
    shell = os.environ.get("SHELL") or shutil.which("bash") or "sh"
    try:
        target = connected(options)
    except (RuntimeError, ValueError) as failed:
        # In JupyterLab a terminal whose command ends closes, and takes with it what was said.
        print(
            f"workshop shell: {failed}\nThis shell is not set up for any target.", file=sys.stderr
        )
        return subprocess.call([shell])
    print(
        "Here aws, chalice and workshop use this target. `exit` leaves the shell.", file=sys.stderr
    )
    return subprocess.call([shell], env=target.terminal(target.regions[0]))


def _lab(options: argparse.Namespace) -> int:
    from helpers import lab

    return lab.run(settings_of(options), os.environ | _told(options))


def _told(options: argparse.Namespace) -> dict[str, str]:
    """Format the options that hold for kernels and terminals, too, as variables."""
    names = ("target", "port", "state_dir")
    return {f"WORKSHOP_{n.upper()}": str(v) for n in names if (v := getattr(options, n))}
