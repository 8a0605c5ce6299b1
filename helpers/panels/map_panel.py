"""The replication map in a notebook: a picture that is redrawn while it is watched."""

from __future__ import annotations

import threading

import ipywidgets as widgets

from helpers import charts
from helpers.charts.chart import Chart
from helpers.panels.panel import Panel, words
from helpers.panels.publisher import Publisher
from helpers.provenance import Provenance
from helpers.targets import Target

_EVERY_S = 0.5


class MapPanel(Panel):
    """Shows Regions, images under way and lost updates, while its Watch button is down.

    `picture` returns the same as a Chart. For a wall there is the page `map.html`, which moves.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._publisher, self._stop = Publisher(), threading.Event()
        self._image = widgets.HTML("")
        self._said = words("")
        self._watch = widgets.ToggleButton(description="Watch", tooltip="draw twice a second")
        self._watch.observe(self._toggled, names="value")
        super().__init__([self._watch, self._said, self._image])
        self._draw()

    def picture(self) -> Chart:
        """Draw replication as it is now.

        Raises:
            RuntimeError: the target does not show what is under way; AWS does not.
        """
        seen = self._target.replication()
        return charts.map_chart(
            seen.states, seen.in_flight, seen.paused, seen.lost_updates,
            Provenance.of(self._target),
        )  # fmt: skip

    def close(self) -> None:
        """End the panel's thread and take it away."""
        self._stop.set()
        self._publisher.close()
        super().close()

    def _toggled(self, change: dict[str, bool]) -> None:
        if change["new"]:
            self._stop.clear()
            self._publisher.submit(self._keep_drawing)
        else:
            self._stop.set()

    def _keep_drawing(self) -> None:
        while not self._stop.wait(_EVERY_S):
            self._draw()

    def _draw(self) -> None:
        try:
            drawn = self.picture().html()
        except RuntimeError as unseen:
            self._stop.set()
            self._publisher.show(self._said, "value", str(unseen))
            return
        self._publisher.show(self._image, "value", drawn)
