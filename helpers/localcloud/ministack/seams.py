"""Whether MiniStack still has what we reach into."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from types import ModuleType


class SeamMovedError(RuntimeError):
    """MiniStack no longer has what this file reaches into."""


def check_seams(module: ModuleType, seams: Mapping[str, list[str]]) -> None:
    """Compare a module of MiniStack with what we reach into: names, and their parameters.

    Raises:
        SeamMovedError: one is missing or takes other parameters.
    """
    for name, expected in seams.items():
        function = getattr(module, name, None)
        seen = list(inspect.signature(function).parameters) if function else None
        if seen != expected:
            raise SeamMovedError(
                f"{module.__name__}.{name} should take {expected}, but has {seen}. "
                "The local cloud needs the MiniStack release that pyproject.toml pins: run "
                "`make setup` again, or adapt helpers/localcloud/ministack to the new release."
            )
