"""How far a long piece of work is: a bar in a notebook, a line in a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable

from IPython.core.getipython import get_ipython
from IPython.display import ProgressBar

Progress = Callable[[int, int], None]


def shown() -> Progress:
    """Return what shows `done` of `of` where this runs."""
    shell = get_ipython()
    if shell is not None and getattr(shell, "kernel", None) is not None:
        return _bar()
    return _line if sys.stderr.isatty() else _nowhere


def _bar() -> Progress:
    """Return a bar that the front end draws; it appears with the first news."""
    bars: list[ProgressBar] = []

    def show(done: int, of: int) -> None:
        if not bars:
            bars.append(ProgressBar(of))  # type: ignore[no-untyped-call]
            bars[0].display()  # type: ignore[no-untyped-call]
        bars[0].total = of
        if bars[0].progress != done:
            bars[0].progress = done

    return show


def _line(done: int, of: int) -> None:
    print(f"\r{done} of {of}", end="\n" if done == of else "", file=sys.stderr, flush=True)


def _nowhere(_done: int, _of: int) -> None:
    """Show nothing: what nobody watches needs no progress."""
