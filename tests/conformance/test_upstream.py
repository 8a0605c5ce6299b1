"""Every reproduction in docs/upstream.md shows what it says, on the release that is pinned."""

from __future__ import annotations

import re
import time
from typing import Any

import boto3
import pytest

from helpers.settings import PROJECT_DIR

_TEXT = (PROJECT_DIR / "docs" / "upstream.md").read_text(encoding="utf-8")
_BLOCKS = re.findall(r"^## (.+?)$(.*?)(?=^## |\Z)", _TEXT, re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)


def test_reports_reproduce_what_they_say(bare: Any) -> None:
    """A release that fixes one fails here: the report can go, and what stands in for it."""
    endpoint = f'endpoint_url="{bare.meta.endpoint_url}"'
    first = _CODE.search(_TEXT)
    assert first is not None
    before = first[1].replace('endpoint_url="http://127.0.0.1:4566"', endpoint)
    names: dict[str, Any] = {"boto3": boto3, "time": time}
    exec(before, names)  # noqa: S102 - the documentation's own code
    run = []
    for title, text in _BLOCKS:
        if code := _CODE.search(text):
            try:
                exec(code[1], names)  # noqa: S102
            except Exception as wrong:  # noqa: BLE001 - any of them
                pytest.fail(f"{title}: {wrong!r}\n{code[1]}")
            run.append(title)
    assert len(run) >= 10


def test_every_place_that_is_named_is_there() -> None:
    """The file that stands in for a report is named by its path in helpers/localcloud."""
    here = PROJECT_DIR / "helpers" / "localcloud"
    for path in re.findall(r"`((?:ministack|door|tables)/[\w./]*)`", _TEXT):
        assert (here / path).exists(), path
