"""The Region panel: a row of buttons for each Region, and one history."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial

import ipywidgets as widgets
from botocore.exceptions import BotoCoreError, ClientError

from helpers import deploy
from helpers.api import Api, CallResult, not_called
from helpers.panels.history import LOST, STALE, Entry, History
from helpers.panels.panel import INK, Panel, words
from helpers.panels.publisher import Publisher
from helpers.targets import Target

_LINES = 12
# The original workshop moves a bookmark by 1 s.
STEPS_S = (1, 15, 30)
# Ground by mark, colour-blind safe; the text on it is dark in every theme, and the word says the
# same as the colour. A line without a mark has the colours of the theme.
GROUNDS = {STALE: "#fff3b0", LOST: "#f6c5a8", "FAILED": "#e0e0e0", "UNKNOWN": "#e0e0e0"}


class RegionPanel(Panel):
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
        self._answers = {region: _line() for region in regions}
        self._lines: list[widgets.Label] = []
        self._log = widgets.VBox()
        self._telling = threading.Lock()
        self._entries: list[Entry] = []
        title = words(f"{show} of {user}", bold=True)
        self._step = widgets.Dropdown(
            options=[(f"{step} s", step) for step in STEPS_S], description="Step",
            layout={"width": "9em"}, style={"description_width": "initial"},
        )  # fmt: skip
        rows = [self._row(region) for region in regions]
        super().__init__(
            [widgets.HBox([title, self._step], layout={"flex_flow": "row wrap"}), *rows, self._log]
        )

    @property
    def step_s(self) -> int:
        """How far << and >> move the bookmark, in s: one of STEPS_S."""
        return int(self._step.value)

    @step_s.setter
    def step_s(self, step: int) -> None:
        if step not in STEPS_S:
            raise ValueError(f"step_s is one of {', '.join(map(str, STEPS_S))}, not {step}.")
        self._step.value = step

    def ping(self, region: str) -> CallResult:
        """Ask whether the Region's API answers."""
        return self._do(region, lambda api: api.ping())

    def get_item(self, region: str) -> CallResult:
        """Read the bookmark in a Region."""
        return self._do(region, lambda api: api.get(self._user, self._show))

    def rewind(self, region: str) -> CallResult:
        """Press << in a Region: back by the step."""
        step = self.step_s
        return self._do(region, lambda api: api.rewind(self._user, self._show, step), -step)

    def forward(self, region: str) -> CallResult:
        """Press >> in a Region: on by the step."""
        step = self.step_s
        return self._do(region, lambda api: api.forward(self._user, self._show, step), step)

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
            self._button("<<", partial(self.rewind, region), "back by the step"),
            self._button(">>", partial(self.forward, region), "forward by the step"),
        ]
        name = widgets.Label(region, layout={"width": "9em"}, style={"font_weight": "bold"})
        row = widgets.HBox(
            [name, *buttons, self._answers[region]], layout={"flex_flow": "row wrap"}
        )
        row.add_class("workshop-row")
        return row

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
            url, message = self._find(region)
            if url is None:
                result = not_called(region, message)
                self._tell(region, Entry(region, message, "FAILED"))
                return result
            api = self._apis.setdefault(region, Api(region, url))
        result = call(api)
        self._tell(region, self._history.record(result, delta, user=self._user, show=self._show))
        return result

    def _find(self, region: str) -> tuple[str | None, str]:
        try:
            url = deploy.url(self._target, region)
        except (BotoCoreError, ClientError) as away:
            lost = f"{type(away).__name__}; is it online? `workshop status` shows it."
            return None, f"{region} did not say whether an API is deployed there: {lost}"
        return url, f"no API is deployed in {region} yet; notebook 02 deploys the first."

    def _tell(self, region: str, entry: Entry) -> None:
        with self._telling:
            self._entries.insert(0, entry)
            del self._entries[100:]
            if len(self._lines) < min(_LINES, len(self._entries)):
                self._lines.append(_line())
                self._publisher.show(self._log, "children", list(self._lines))
            self._write(self._answers[region], entry, _words(entry))
            for line, shown in zip(self._lines, self._entries, strict=False):
                self._write(line, shown, _word(shown))

    def _write(self, line: widgets.Label, entry: Entry, text: str) -> None:
        ground = GROUNDS.get(entry.mark)
        style = {"background": ground, "text_color": INK if ground else None}
        self._publisher.show(line, "value", text)
        self._publisher.show(line, "style", style)


def _line() -> widgets.Label:
    line = widgets.Label("")
    line.add_class("workshop-line")
    return line


def _words(entry: Entry) -> str:
    return f"{entry.mark}: {entry.text}" if entry.mark else entry.text


def _word(entry: Entry) -> str:
    return f"{entry.region:<12} {_words(entry)}"
