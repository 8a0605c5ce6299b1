"""Code of functions on its way into MiniStack: decoded and hashed before, handed over by a word."""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import Any


class Uploads:
    """Stands where MiniStack's Lambda has the module base64, and knows a few words more."""

    def __init__(self) -> None:
        from ministack.services import lambda_svc  # noqa: PLC0415 - as in emulator.py

        self._held: dict[str, bytes] = {}
        # Of what is held, by identity: to look it up by its content would be to hash it.
        self._hashes: dict[int, Any] = {}
        lambda_svc.base64 = self
        lambda_svc.hashlib = _Hashing(self._hashes)

    def hold(self, code: bytes, sha256: Any) -> str:
        """Keep code and its hash until it is dropped; returns the word that stands for it."""
        word = secrets.token_hex(16)
        self._held[word] = code
        self._hashes[id(code)] = sha256
        return word

    def drop(self, word: str) -> None:
        """Forget code; it may have been asked for or not."""
        code = self._held.pop(word, None)
        self._hashes.pop(id(code), None)

    def b64decode(self, text: Any, *arguments: Any, **named: Any) -> bytes:
        """Return what a word stands for, and decode everything else."""
        held = self._held.get(text) if isinstance(text, str) else None
        return base64.b64decode(text, *arguments, **named) if held is None else held

    def __getattr__(self, name: str) -> Any:
        """Return everything else that base64 has."""
        return getattr(base64, name)


class _Hashing:
    """Stands where MiniStack's Lambda has the module hashlib, and knows some hashes already."""

    def __init__(self, known: dict[int, Any]) -> None:
        self._known = known

    def sha256(self, data: bytes = b"", **named: Any) -> Any:
        """Return a hash that is known, and compute every other."""
        known = self._known.get(id(data))
        return hashlib.sha256(data, **named) if known is None else known.copy()

    def __getattr__(self, name: str) -> Any:
        """Return everything else that hashlib has."""
        return getattr(hashlib, name)
