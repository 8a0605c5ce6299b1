"""The target of the contract: the local cloud, or AWS where WORKSHOP_TARGET says so."""

from __future__ import annotations

import os

import pytest

from helpers.lifecycle import prepare
from helpers.targets import Target, connect
from tests.conftest import AWAY, HOME


@pytest.fixture(scope="session")
def contract(request: pytest.FixtureRequest) -> Target:
    """The workshop's table in two Regions, on the chosen target."""
    if os.environ.get("WORKSHOP_TARGET") == "aws":
        target = connect(target="aws")
        prepare(target, [HOME, AWAY], api=False)
        return target
    return request.getfixturevalue("global_table")
