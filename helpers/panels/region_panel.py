"""The Region panel: a row of buttons for each Region, and one history."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial

import ipywidgets as widgets

from helpers import deploy
from helpers.api import Api, CallResult, not_called
from helpers.panels.history import LOST, STALE, Entry, History
from helpers.panels.publisher import Publisher
from helpers.targets import Target

_LINES = 12
_STEP_S = 15
# Colour-blind safe, light enough for black text; the word says the same.
_COLOURS = {STALE: "#fff3b0", LOST: "#f6c5a8", "FAILED": "#e0e0e0", "UNKNOWN": "#e0e0e0"}


class RegionPanel(widgets.VBox):  # type: ignore[misc]
    """Buttons ping, get-item, << and >> for each Region, as on the web page, and a shared history.

    Each button has a method of the same name that does the same and returns the result.

    Args:
        target: where the APIs are deployed.
        regions: one row each.
        user, show: whose bookmark the buttons move.
    """

    def __init__(
        self,
        target: Target,
        regions: Sequence[str],
        user: str = "user100",
        show: str = "AshlandValley",
    ) -> None:
        self._target = target
        self._user, self._show = user, show
        self._apis: dict[str, Api] = {}
        # One connection a Region: its calls take turns, and a dead Region holds up no other.
        self._turns = {region: threading.Lock() for region in regions}
        self._history = History()
        self._publisher = Publisher()
        self._answers = {region: widgets.Label("") for region in regions}
        self._lines = [widgets.Label("", style={"font_family": "monospace"}) for _ in range(_LINES)]
        self._entries: list[Entry] = []
        title = widgets.Label(f"{show} of {user}", style={"font_weight": "bold"})
        super().__init__([title, *(self._row(region) for region in regions), *self._lines])

    def ping(self, region: str) -> CallResult:
        """Ask whether the Region's API answers."""
        return self._do(region, lambda api: api.ping())

    def get_item(self, region: str) -> CallResult:
        """Read the bookmark in a Region."""
        return self._do(region, lambda api: api.get(self._user, self._show))

    def rewind(self, region: str) -> CallResult:
        """Press << in a Region: 15 s back."""
        return self._do(region, lambda api: api.rewind(self._user, self._show, _STEP_S), -_STEP_S)

    def forward(self, region: str) -> CallResult:
        """Press >> in a Region: 15 s on."""
        return self._do(region, lambda api: api.forward(self._user, self._show, _STEP_S), _STEP_S)

    def history(self) -> list[str]:
        """Return the history as text, newest first."""
        return [_word(entry) for entry in self._entries]

    def close(self) -> None:
        """End the panel's threads and connections."""
        self._publisher.close()
        for api in self._apis.values():
            api.close()
        super().close()

    def _row(self, region: str) -> widgets.HBox:
        buttons = [
            self._button("ping", partial(self.ping, region)),
            self._button("get-item", partial(self.get_item, region)),
            self._button("<<", partial(self.rewind, region), "15 seconds back"),
            self._button(">>", partial(self.forward, region), "15 seconds on"),
        ]
        name = widgets.Label(region, layout={"width": "9em"}, style={"font_weight": "bold"})
        return widgets.HBox([name, *buttons, self._answers[region]])

    def _button(self, text: str, work: Callable[[], object], tooltip: str = "") -> widgets.Button:
        button = widgets.Button(description=text, tooltip=tooltip, layout={"width": "6em"})
        button.on_click(lambda _button: self._publisher.submit(work))
        return button

    def _do(self, region: str, call: Callable[[Api], CallResult], delta: int = 0) -> CallResult:
        with self._turns[region]:
            return self._call(region, call, delta)

    def _call(self, region: str, call: Callable[[Api], CallResult], delta: int) -> CallResult:
        api = self._apis.get(region)
        if api is None:
            url = deploy.url(self._target, region)
            if url is None:
                message = f"no API is deployed in {region} yet; notebook 02 deploys the first."
                result = not_called(region, message)
                self._tell(region, Entry(region, message, "FAILED"))
                return result
            api = self._apis.setdefault(region, Api(region, url))
        result = call(api)
        self._tell(region, self._history.record(result, delta))
        return result

    def _tell(self, region: str, entry: Entry) -> None:
        self._entries.insert(0, entry)
        del self._entries[100:]
        self._publisher.show(self._answers[region], "value", entry.text)
        for line, shown in zip(self._lines, self._entries, strict=False):
            self._publisher.show(line, "value", _word(shown))
            colour = _COLOURS.get(shown.mark)
            style = {"background": colour, "font_family": "monospace"}
            self._publisher.show(line, "style", style)


def _word(entry: Entry) -> str:
    mark = f"{entry.mark}: " if entry.mark else ""
    return f"{entry.region:<12} {mark}{entry.text}"
