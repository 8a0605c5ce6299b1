"""The one seam into MiniStack: a release that moves it fails here, loudly and by name."""

from __future__ import annotations

import importlib.metadata
import tomllib
import types

import pytest
from ministack.services import cloudwatch, dynamodb

from helpers.localcloud.ministack import (
    alarms,
    emulator,
    metrics,
    ordered_reads,
    scans,
    streams,
    table_copy,
    updates,
)
from helpers.localcloud.ministack.seams import SeamMovedError, check_seams
from helpers.settings import PROJECT_DIR


def test_ministack_has_what_the_emulator_reaches_into() -> None:
    """Every internal function that is called or replaced exists with the expected parameters."""
    check_seams(dynamodb, emulator.SEAMS)
    check_seams(dynamodb, streams.SEAMS)
    check_seams(dynamodb, table_copy.SEAMS)
    check_seams(dynamodb, scans.SEAMS)
    check_seams(dynamodb, ordered_reads.SEAMS)
    check_seams(dynamodb, updates.SEAMS)
    check_seams(cloudwatch, alarms.SEAMS)
    check_seams(cloudwatch, metrics.SEAMS)


def test_a_moved_seam_is_named() -> None:
    """A release without the seam is refused at start, with what is missing."""
    moved = types.ModuleType("dynamodb")
    with pytest.raises(SeamMovedError, match="_replicate_write"):
        check_seams(moved, emulator.SEAMS)


def test_ministack_is_pinned_exactly_and_boto3_to_its_botocore() -> None:
    """What we reach into is pinned, and the whole set is the one that is installed."""
    project = tomllib.loads((PROJECT_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    pins = {
        name: version
        for name, _, version in (d.partition("==") for d in project["project"]["dependencies"])
        if version
    }
    assert importlib.metadata.version("ministack") == pins["ministack"]
    assert importlib.metadata.version("boto3") == pins["boto3"]
    assert importlib.metadata.version("botocore") == pins["boto3"]
