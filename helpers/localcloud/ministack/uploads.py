"""Code of functions on its way into MiniStack: decoded before, and handed over by a word."""

from __future__ import annotations

import base64
import secrets
from typing import Any


class Uploads:
    """Stands where MiniStack's Lambda has the module base64, and knows a few words more."""

    def __init__(self) -> None:
        from ministack.services import lambda_svc  # noqa: PLC0415 - as in emulator.py

        self._held: dict[str, bytes] = {}
        lambda_svc.base64 = self

    def hold(self, code: bytes) -> str:
        """Keep code until it is dropped; returns the word that stands for it."""
        word = secrets.token_hex(16)
        self._held[word] = code
        return word

    def drop(self, word: str) -> None:
        """Forget code; it may have been asked for or not."""
        self._held.pop(word, None)

    def b64decode(self, text: Any, *arguments: Any, **named: Any) -> bytes:
        """Return what a word stands for, and decode everything else."""
        held = self._held.get(text) if isinstance(text, str) else None
        return base64.b64decode(text, *arguments, **named) if held is None else held

    def __getattr__(self, name: str) -> Any:
        """Return everything else that base64 has."""
        return getattr(base64, name)
