"""Numbers and values as a learner reads them."""

from __future__ import annotations

import math
import reprlib
from typing import Any

_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 70
_SHORT.maxlist = _SHORT.maxtuple = _SHORT.maxdict = 8
_WHOLE, _NOTHING = 100, 1e-9


def number(value: float, unit: str = "") -> str:
    """Format a number with two or three figures, and its unit."""
    # What sums of many small shares leave of a zero is zero.
    value = 0.0 if abs(value) < _NOTHING else value
    size = abs(value)
    if not math.isfinite(value):
        digits = str(value)
    elif size >= _WHOLE or (unit == "%" and size >= 1):
        digits = f"{value:,.0f}"
    else:
        digits = f"{value:.2g}" if unit == "%" else f"{value:.3g}"
    return f"{digits} {unit}" if unit else digits


def span(low: float, high: float, unit: str) -> str:
    """Format an interval."""
    return f"{number(low, unit).removesuffix(unit).strip()} to {number(high, unit)}"


def value(anything: Any) -> str:
    """Format a value in one short line, as Python writes it."""
    if hasattr(anything, "item") and getattr(anything, "ndim", None) == 0:
        anything = anything.item()
    return " ".join(_SHORT.repr(anything).split())
