"""What all panels share: how they look, and that one without its kernel is not taken for working.

A picture of a panel stays on the page when its kernel has ended, with buttons that do nothing. No
word can come from a kernel that is gone, so it speaks while it lives: one small widget, shared by
all panels, is renewed every few seconds, and what it holds is a sentence that a style sheet shows
once it has stood for long. JupyterLab tells of a restart at once, by a class of its own.
"""

from __future__ import annotations

import atexit
import itertools
import threading
from collections.abc import Sequence
from typing import Any

import ipywidgets as widgets
from IPython.core.getipython import get_ipython

BEAT_S = 4.0
# More than three beats that nobody heard: no slow moment of a busy machine.
SILENT_S = 15
ENDED = (
    "The kernel of this panel is silent: it was restarted or has ended, or is very busy. If it has "
    "ended, run the cell again."
)
INK = "#1d2329"
_GROUND = "#fff3b0"
# Labels that wrap, and buttons that keep their size and place whatever stands beside them; over a
# panel whose kernel is silent lies a veil that takes no click.
_LOOK = f"""<style>
.workshop-panel {{ position: relative; }}
.workshop-panel .widget-html-content {{ overflow-wrap: anywhere; line-height: 1.5; }}
.workshop-panel a {{ color: var(--jp-content-link-color, #005a92); text-decoration: underline; }}
.workshop-panel .widget-dropdown > select {{ height: var(--jp-widgets-inline-height, 28px); }}
.workshop-line.jupyter-widgets {{ white-space: pre-wrap; overflow-wrap: anywhere;
  overflow: visible; height: auto; line-height: 1.5; padding: 0 6px; border-radius: 3px;
  font-family: var(--jp-code-font-family, monospace); }}
.workshop-words.jupyter-widgets {{ white-space: normal; overflow-wrap: anywhere; overflow: visible;
  height: auto; line-height: 1.5; margin-right: 12px; }}
.workshop-panel .widget-inline-hbox {{ height: auto; min-width: 0; }}
.workshop-panel .widget-inline-hbox > .widget-label {{ white-space: normal; height: auto;
  line-height: 1.3; overflow-wrap: anywhere; align-self: center; }}
.workshop-row .jupyter-button {{ flex: 0 0 6em; }}
.workshop-row .workshop-line {{ flex: 1 1 18em; min-width: min(18em, 100%); }}
.workshop-pulse.jupyter-widgets, .workshop-pulse .widget-html-content {{
  position: static !important; margin: 0; height: 0; min-height: 0; overflow: visible; }}
.workshop-pulse .widget-html-content > div {{
  position: absolute; z-index: 3; inset: 0; visibility: hidden;
  background: color-mix(in srgb, var(--jp-layout-color0, #ffffff) 60%, transparent);
  animation: workshop-silent 0s {SILENT_S}s forwards; }}
.workshop-pulse p {{ margin: 0; padding: 6px 10px; border-radius: 3px; line-height: 1.4;
  color: {INK}; background: {_GROUND}; }}
.jupyter-widgets-disconnected .workshop-pulse .widget-html-content > div {{ visibility: visible; }}
@keyframes workshop-silent {{ to {{ visibility: visible; }} }}
</style>"""


class Panel(widgets.VBox):  # type: ignore[misc]
    """A column of widgets that says so when its kernel is silent."""

    def __init__(self, children: Sequence[Any] = ()) -> None:
        super().__init__()
        self.add_class("workshop-panel")
        self.fill(children)

    def fill(self, children: Sequence[Any]) -> None:
        """Show these widgets, and none from before."""
        self.children = [_PULSE.widget(), *children]


def words(text: str, *, bold: bool = False) -> widgets.Label:
    """Make a label that shows all of its text, on as many lines as that takes."""
    label = widgets.Label(text, style={"font_weight": "bold"} if bold else {})
    label.add_class("workshop-words")
    return label


class _Pulse:
    """Renews one widget for as long as the kernel lives; a view that hears nothing grows old."""

    def __init__(self) -> None:
        self._widget: widgets.HTML | None = None
        self._stop = threading.Event()

    def widget(self) -> widgets.HTML:
        """Return the widget; the first call in a kernel makes it beat."""
        if self._widget is None:
            self._widget = widgets.HTML(_beat(0))
            self._widget.add_class("workshop-pulse")
            if getattr(get_ipython(), "kernel", None) is not None:
                threading.Thread(target=self._keep_beating, name="pulse", daemon=True).start()
                atexit.register(self._stop.set)
        return self._widget

    def _keep_beating(self) -> None:
        for number in itertools.count(1):
            if self._stop.wait(BEAT_S) or self._widget is None:
                return
            try:
                self._widget.value = _beat(number)
            except Exception:  # noqa: BLE001 - a kernel that is ending has nobody to tell
                return


def _beat(number: int) -> str:
    # Another number is another element to the browser, whose age begins anew.
    return f'{_LOOK}<div data-beat="{number}" role="status"><p>{ENDED}</p></div>'


_PULSE = _Pulse()
