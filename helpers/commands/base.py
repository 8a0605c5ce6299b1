"""What every command has: options, settings, a target or a running local cloud."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers import folders
from helpers.localcloud.process import daemon
from helpers.settings import Settings

if TYPE_CHECKING:
    from helpers.targets import AwsTarget, LocalTarget

Run = Callable[[argparse.Namespace], int | None]


@dataclass(frozen=True)
class Commands:
    """Where a module adds its commands: the parser's own, and what all of them share."""

    parsers: Any
    shared: argparse.ArgumentParser
    given: tuple[str, ...]  # the words of the command line, so that only what is asked for is read

    def add(self, name: str, run: Run, text: str) -> argparse.ArgumentParser:
        """Add one command; `run` gets its options and may return an exit code."""
        command: argparse.ArgumentParser = self.parsers.add_parser(
            name, parents=[self.shared], help=text, description=text
        )
        command.set_defaults(run=run)
        return command

    def add_group(self, name: str, run: Run, text: str) -> argparse.ArgumentParser:
        """Add a command that has commands of its own, which take the shared options."""
        command: argparse.ArgumentParser = self.parsers.add_parser(
            name, help=text, description=text
        )
        command.set_defaults(run=run)
        return command


def settings_of(options: argparse.Namespace) -> Settings:
    """Return the settings, with what the command line says about them."""
    names = ("target", "port", "state_dir", "lag", "seed", "timescale", "keep")
    given: dict[str, Any] = {name: getattr(options, name, None) for name in names}
    return Settings.read(**given)


def connected(options: argparse.Namespace) -> LocalTarget | AwsTarget:
    """Connect to the target, and say which it is."""
    from helpers.targets import connect

    # What is printed to be read by a program, such as exports, stays clean of what is said here.
    with contextlib.redirect_stdout(sys.stderr):
        target = connect(target=options.target, port=options.port, state_dir=options.state_dir)
    print(f"On {target!r}.", file=sys.stderr, flush=True)
    return target


def running_cloud(options: argparse.Namespace) -> daemon.RunningCloud:
    """Find the local cloud that a command is to change.

    Raises:
        RuntimeError: the target is AWS, where nobody can do that.
        CloudError: none runs.
    """
    settings = settings_of(options)
    if settings.target == "aws":
        raise RuntimeError(
            "The target is AWS, where nobody can do this. "
            f"On the local cloud: workshop {options.command} --target local ..."
        )
    cloud = daemon.find(settings.state_dir, settings.port)
    if cloud is None:
        where = f" on port {settings.port}" if settings.port else ""
        raise daemon.CloudError(f"No local cloud runs{where}. Start one: workshop up")
    return cloud


def out_folder(options: argparse.Namespace) -> Path:
    """Return the folder for charts and data, once it can be written."""
    setting = "--out" if options.out else "WORKSHOP_EXPORTS"
    folder: Path = options.out or settings_of(options).exports
    return folders.require(folder, "charts and data go", setting)
