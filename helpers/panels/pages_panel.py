"""Links to the web pages: put into a bucket, and opened with the APIs that are deployed."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import ipywidgets as widgets

from helpers import website
from helpers.targets import Target

_PAGES = {
    "Watch": "watch.html",
    "Region console": "console.html",
    "Replication map": "map.html",
    "Live page": "demo.html",
}
_TOOLTIP = "Then the console can take Regions offline, and the map can show what is under way."


class PagesPanel(widgets.VBox):  # type: ignore[misc]
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
        self._token = target.page_token()
        super().__init__([])
        question = website.question(target, region)
        if question:
            button = widgets.Button(description="make them public")
            button.on_click(lambda _button: self.publish())
            self.children = [widgets.HTML(f"<p>{escape(question)}</p>"), button]
        else:
            self.publish()

    def publish(self) -> None:
        """Publish the pages and link to them; on AWS it is the learner's click that does."""
        self._links = website.links(self._target, self._region, self._regions)
        self._lines = widgets.VBox(self._worded(""))
        children: list[widgets.Widget] = [self._lines]
        if self._token:
            button = widgets.Button(description="let them steer", tooltip=_TOOLTIP)
            button.on_click(lambda _button: self.let_steer())
            children.append(button)
        self.children = children

    def let_steer(self) -> None:
        """Put into the links what lets a page steer the cloud; shown to who is here, kept nowhere.

        It is a secret, so it comes at a click in a live kernel and never with the output.
        """
        self._lines.children = self._worded(self._token)

    def _worded(self, token: str) -> list[widgets.HTML]:
        return [widgets.HTML(_line(where, links, token)) for where, links in self._links.items()]

    def addresses(self) -> dict[str, str]:
        """Return where the pages are: an address by how it is reached."""
        return {where: address for where, (address, _apis) in self._links.items()}


def _line(where: str, links: tuple[str, list[str]], token: str) -> str:
    address, apis = links
    anchors = [
        f'<a href="{escape(website.opened_with(address + page, apis, token), quote=True)}" '
        f'target="_blank" rel="noopener">{escape(name)}</a>'
        for name, page in _PAGES.items()
    ]
    return f"{escape(where)}: {' · '.join(anchors)}"
