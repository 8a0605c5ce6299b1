"""A progress bar for whatever takes longer than a moment."""

from __future__ import annotations

from typing import Self

import ipywidgets as widgets
from IPython.display import display

from helpers.panels.publisher import Publisher


class ProgressPanel(widgets.HBox):  # type: ignore[misc]
    """Shows how far an experiment is; `with ProgressPanel("...") as bar:` displays and closes it.

    Pass `bar.progress` to the experiment. It runs in the cell, so the kernel's interrupt button
    (the square) cancels it.
    """

    def __init__(self, title: str) -> None:
        self._publisher = Publisher()
        self._bar = widgets.IntProgress(min=0, max=1, description=title)
        self._bar.style.description_width = "initial"
        self._count = widgets.Label("")
        super().__init__([self._bar, self._count])

    def progress(self, done: int, of: int) -> None:
        """Show that `done` of `of` are done."""
        self._publisher.show(self._bar, "max", of)
        self._publisher.show(self._bar, "value", done)
        self._publisher.show(self._count, "value", f"{done} of {of}")

    def __enter__(self) -> Self:
        display(self)  # type: ignore[no-untyped-call]
        return self

    def __exit__(self, *_: object) -> None:
        self._publisher.close()
