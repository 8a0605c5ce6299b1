"""A panel for an experiment: settings, Run, Cancel, progress, what came out and its chart."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import ipywidgets as widgets

from helpers.charts.chart import Chart
from helpers.panels.publisher import Publisher

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]


@dataclass(frozen=True)
class Finding:
    """What a run found: in words, and as a chart."""

    words: str
    chart: Chart


class ExperimentPanel(widgets.VBox):  # type: ignore[misc]
    """Runs a measurement when asked to; `run` is the same as a plain function.

    Args:
        title: what is measured.
        inputs: ipywidgets by the name of the setting they give.
        measure: takes progress, cancelled and the settings by name, and returns a Finding.
    """

    def __init__(
        self,
        title: str,
        inputs: Mapping[str, Any],
        measure: Callable[..., Finding],
    ) -> None:
        self._inputs, self._measure = dict(inputs), measure
        self._publisher = Publisher()
        self._stop, self._turn = threading.Event(), threading.Lock()
        self._bar = widgets.IntProgress(min=0, max=1, layout={"width": "12em"})
        self._said = widgets.Label("")
        self._picture = widgets.HTML("")
        self._run = widgets.Button(description="Run", tooltip=title)
        self._cancel = widgets.Button(description="Cancel", disabled=True)
        self._run.on_click(lambda _button: self._publisher.submit(self._in_a_thread))
        self._cancel.on_click(lambda _button: self.cancel())
        head = widgets.Label(title, style={"font_weight": "bold"})
        line = widgets.HBox([self._run, self._cancel, self._bar])
        super().__init__([head, *self._inputs.values(), line, self._said, self._picture])

    def run(self, **settings: Any) -> Finding:
        """Measure with these settings, or those the panel shows, and show what came out.

        Raises:
            RuntimeError: it was cancelled, or runs already.
        """
        if not self._turn.acquire(blocking=False):
            raise RuntimeError("This panel measures already. Cancel it first, or wait.")
        try:
            self._stop.clear()
            show = self._publisher.show
            show(self._run, "disabled", True)
            show(self._cancel, "disabled", False)
            show(self._said, "value", "measuring …")
            chosen = {name: widget.value for name, widget in self._inputs.items()} | settings
            finding = self._measure(self._progress, self._stop.is_set, **chosen)
            show(self._picture, "value", finding.chart.html())
            show(self._said, "value", finding.words)
            return finding
        finally:
            self._publisher.show(self._run, "disabled", False)
            self._publisher.show(self._cancel, "disabled", True)
            self._turn.release()

    def cancel(self) -> None:
        """Stop a run that is under way; what it changed in the cloud is put back."""
        self._stop.set()

    def close(self) -> None:
        """Cancel, end the panel's threads, and take it away."""
        self.cancel()
        self._publisher.close()
        super().close()

    @property
    def said(self) -> str:
        """What the panel says at the moment."""
        self._publisher.flush()
        return str(self._said.value)

    def _in_a_thread(self) -> None:
        try:
            self.run()
        except Exception as failed:  # noqa: BLE001 - a thread's error would be seen by nobody
            self._publisher.show(self._said, "value", f"{failed}")

    def _progress(self, done: int, of: int) -> None:
        self._publisher.show(self._bar, "max", max(1, of))
        self._publisher.show(self._bar, "value", done)
