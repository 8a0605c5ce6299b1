"""The package behind the notebooks: these names are all that a notebook uses."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers import (
        charts,
        checks,
        deploy,
        experiments,
        histories,
        measures,
        panels,
        planning,
        strong,
        tables,
    )
    from helpers.course import compare, exercise, predict, recap
    from helpers.lifecycle import leftovers, only, prepare, teardown
    from helpers.provenance import Provenance
    from helpers.targets import connect

__all__ = [
    "Provenance",
    "charts",
    "checks",
    "compare",
    "connect",
    "deploy",
    "exercise",
    "experiments",
    "histories",
    "leftovers",
    "measures",
    "only",
    "panels",
    "planning",
    "predict",
    "prepare",
    "recap",
    "strong",
    "tables",
    "teardown",
]

_FUNCTIONS = {
    "Provenance": "provenance",
    "compare": "course",
    "connect": "targets",
    "exercise": "course",
    "leftovers": "lifecycle",
    "only": "lifecycle",
    "predict": "course",
    "prepare": "lifecycle",
    "recap": "course",
    "teardown": "lifecycle",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for.

    pandas, scipy and matplotlib take two seconds to import; the local cloud and most commands,
    which live in this package too, need none of them.
    """
    if name not in __all__:
        raise AttributeError(f"helpers has no {name}; it has {', '.join(__all__)}.")
    module = importlib.import_module(f"helpers.{_FUNCTIONS.get(name, name)}")
    return getattr(module, name) if name in _FUNCTIONS else module
