"""Targets: the same boto3 clients on real AWS and on the local cloud."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from helpers import folders
from helpers.localcloud.door import keys
from helpers.localcloud.process import daemon
from helpers.settings import Settings
from helpers.targets.aws import AwsTarget
from helpers.targets.base import Replication, Target
from helpers.targets.local import LocalTarget

__all__ = [
    "DEFAULT_PORT", "TICKET_S", "AwsTarget", "LocalTarget", "Replication", "Target", "connect",
    "start_cloud", "state_folder",
]  # fmt: skip

# What the local cloud takes where it is free.
DEFAULT_PORT = daemon.DEFAULT_PORT
# How long a page may take to exchange a ticket, in s.
TICKET_S = keys.TICKET_S


def connect(**arguments: Any) -> LocalTarget | AwsTarget:
    """Connect to the target, starting the local cloud if it does not run yet.

    It prints every unusual setting of the target, and the command that undoes it.

    Args:
        arguments: any of `Settings`, such as `target="aws"`, `lag="fixed:400"` or
            `regions="us-west-2,us-east-2"`.

    Raises:
        ValueError: a setting cannot be used.
        FolderError: the local cloud's folder cannot be written.
        CloudError: the local cloud does not start.
    """
    settings = Settings.read(**arguments)
    target = AwsTarget(settings) if settings.target == "aws" else _local(settings)
    for sentence in target.unusual():
        print(f"! {sentence}")
    return target


def start_cloud(settings: Settings) -> daemon.RunningCloud:
    """Start the local cloud of these settings, or return the one that runs already.

    Raises:
        FolderError: its folder cannot be written.
        CloudError: it does not start.
    """
    return daemon.start(
        state_folder(settings), settings.port, lag=settings.lag, seed=settings.seed,
        timescale=settings.timescale, keep=settings.keep,
    )  # fmt: skip


def state_folder(settings: Settings) -> Path:
    """Return the folder of the local cloud's files; FolderError if it cannot be written."""
    return folders.require(
        settings.state_dir, "the local cloud keeps its files", "WORKSHOP_STATE_DIR"
    )


def _local(settings: Settings) -> LocalTarget:
    cloud = start_cloud(settings)
    if settings.learner:
        cloud = daemon.as_learner(cloud, settings.learner)
    return LocalTarget(cloud, settings)
