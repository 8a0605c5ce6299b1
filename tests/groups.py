"""Which group a test belongs to: quick, cloud, browser or learner; each test is in one."""

from __future__ import annotations

from pathlib import Path

import pytest

_TESTS = Path(__file__).parent
_GROUPS = ("learner", "browser", "cloud", "quick")
# Fixtures that start something, and folders whose tests start it without a fixture.
_FIXTURES = {"browser": {"browser"}, "cloud": {"cloud", "bare", "kept", "contract"}}
_FOLDERS = {"browser": {"browser"}, "cloud": {"contract", "conformance", "attack", "learner"}}


def group_of(item: pytest.Item) -> str:
    """Name a test's group: what it is marked with, else what its folder or fixtures need."""
    marked = [name for name in _GROUPS if item.get_closest_marker(name)]
    if marked:
        return marked[0]
    folder = item.path.relative_to(_TESTS).parts[0]
    fixtures = set(getattr(item, "fixturenames", ()))
    for name in ("browser", "cloud"):
        if folder in _FOLDERS[name] or fixtures & _FIXTURES[name]:
            return name
    return "quick"
