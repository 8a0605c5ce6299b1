"""On AWS a bucket becomes public at a learner's click, and not before."""

from __future__ import annotations

import io
import sys
from typing import Any

import ipywidgets as widgets
import pytest

from helpers import panels, terminal, website


class Place:
    """A target that has no bucket, or one."""

    def __init__(self, name: str) -> None:
        self.name = name

    def page_token(self) -> str:
        """Return none."""
        return ""


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note where pages are published instead of publishing them; no bucket stands."""
    made: list[str] = []

    def links(_target: Any, region: str, _regions: Any) -> dict[str, tuple[str, list[str]]]:
        made.append(region)
        return {"direct": ("http://localhost/pages/", [])}

    monkeypatch.setattr(website, "links", links)
    monkeypatch.setattr(website, "_buckets", lambda _target, _region: [])
    return made


def test_on_aws_the_learner_is_asked_first(published: list[str]) -> None:
    """Words that say what becomes public, and a button; the links come at its click."""
    target: Any = Place("aws")
    panel = panels.PagesPanel(target, "us-west-2", ["us-west-2"])
    assert published == []
    _pulse, words, button = panel.children
    assert "everybody on the internet" in words.value
    assert isinstance(button, widgets.Button)
    button.click()
    assert published == ["us-west-2"]
    assert panel.addresses() == {"direct": "http://localhost/pages/"}


def test_on_the_local_cloud_nothing_is_asked(published: list[str]) -> None:
    """Nothing leaves the machine."""
    target: Any = Place("local")
    panels.PagesPanel(target, "us-west-2", ["us-west-2"])
    assert published == ["us-west-2"]


def test_nobody_at_a_terminal_agrees_to_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A script that wants it says --yes."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("yes\n"))
    assert not terminal.agreed("Make it public?")
