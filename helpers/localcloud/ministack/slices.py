"""Answers to the slices of one read, put together to the answer of the whole."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

from helpers.localcloud.ministack.in_process import Answer

OK = 200
# What is smaller is read in one step; else so many items at a time, with a pause for others.
SMALL = 300
AT_ONCE = 25
PAUSE_S = 0.0005


class Slices:
    """What MiniStack answered to each slice: the items as text, since they were words just now."""

    def __init__(self) -> None:
        self._whole: dict[str, Any] = {}
        self._counts = {"Count": 0, "ScannedCount": 0}
        self._texts: list[str] = []
        self._has_items = False

    def add(self, body: bytes | str) -> int:
        """Take one answer in; returns how many items it has looked at."""
        self._whole = json.loads(body)
        items = self._whole.pop("Items", None)
        self._has_items = items is not None
        if items:
            self._texts.append(json.dumps(items, ensure_ascii=False)[1:-1])
        for name in self._counts:
            self._counts[name] += self._whole[name]
        looked_at: int = self._whole["ScannedCount"]
        return looked_at

    def answer(self, headers: Mapping[str, str]) -> Answer:
        """Return all of it as one answer."""
        text = json.dumps(self._whole | self._counts, ensure_ascii=False)
        if self._has_items:
            text = f'{{"Items": [{", ".join(self._texts)}], {text[1:]}'
        return as_answer(OK, headers, text)


def as_answer(status: int, headers: Mapping[str, str], body: bytes | str) -> Answer:
    """Make an answer of what one of MiniStack's handlers returned."""
    told = body if isinstance(body, bytes) else body.encode()
    kept = {name.lower(): value for name, value in headers.items()}
    kept |= {"content-length": str(len(told)), "x-amz-crc32": str(zlib.crc32(told))}
    return Answer(status, kept, told)
