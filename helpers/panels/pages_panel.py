"""Links to the web pages: put into a bucket, and opened with the APIs that are deployed."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from html import escape

import ipywidgets as widgets

from helpers import website
from helpers.panels.panel import Panel, words
from helpers.targets import TICKET_S, Target

_PAGES = {
    "Watch": "watch.html",
    "Region console": "console.html",
    "Replication map": "map.html",
    "Live page": "demo.html",
}
_TOOLTIP = "Then the console can take Regions offline, and the map can show what is under way."


class PagesPanel(Panel):
    """Publishes the pages in a Region and links to them, also from within SageMaker or Binder.

    On AWS that makes a bucket public, so it asks first.

    Args:
        target: where the pages and the APIs are.
        region: whose bucket holds the pages.
        regions: whose APIs the pages are opened with.
    """

    def __init__(self, target: Target, region: str, regions: Sequence[str]) -> None:
        self._target, self._region, self._regions = target, region, regions
        self._links: dict[str, tuple[str, list[str]]] = {}
        self._timer: threading.Timer | None = None
        super().__init__()
        question = website.question(target, region)
        if question:
            button = widgets.Button(description="make them public")
            button.on_click(lambda _button: self.publish())
            self.fill([widgets.HTML(f"<p>{escape(question)}</p>"), button])
        else:
            self.publish()

    def publish(self) -> None:
        """Publish the pages and link to them; on AWS it is the learner's click that does."""
        self._links = website.links(self._target, self._region, self._regions)
        self._lines = widgets.VBox(self._worded(""))
        children: list[widgets.Widget] = [self._lines]
        if self._target.page_token():
            button = widgets.Button(description="let them steer", tooltip=_TOOLTIP)
            button.on_click(lambda _button: self.let_steer())
            children.append(button)
        self.fill(children)

    def let_steer(self) -> None:
        """Make links whose pages may steer the cloud, if they are opened in the next two minutes.

        They hold a ticket instead of the token: what a widget shows may be saved with the notebook.
        """
        self._lines.children = [
            *self._worded(self._target.page_ticket()),
            words("For two minutes these links let a page steer the cloud. Then click again."),
        ]
        self._forget()
        self._timer = threading.Timer(TICKET_S, self._grow_old)
        self._timer.daemon = True
        self._timer.start()

    def close(self) -> None:
        """Forget the links that steer, and take the panel away."""
        self._forget()
        super().close()

    def _forget(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _grow_old(self) -> None:
        self._lines.children = self._worded("")

    def _worded(self, ticket: str) -> list[widgets.HTML]:
        return [widgets.HTML(_line(where, links, ticket)) for where, links in self._links.items()]

    def addresses(self) -> dict[str, str]:
        """Return where the pages are: an address by how it is reached."""
        return {where: address for where, (address, _apis) in self._links.items()}


def _line(where: str, links: tuple[str, list[str]], ticket: str) -> str:
    address, apis = links
    anchors = [
        f'<a href="{escape(website.opened_with(address + page, apis, ticket=ticket), quote=True)}" '
        f'target="_blank" rel="noopener">{escape(name)}</a>'
        for name, page in _PAGES.items()
    ]
    return f"{escape(where)}: {' · '.join(anchors)}"
