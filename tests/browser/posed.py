"""APIs that a test poses as: the page is the real one, each Region answers as the test says."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote, unquote, urlsplit

from playwright.sync_api import Page, Route

from helpers import website

_ID = "posed00000"
_OPEN = {"Access-Control-Allow-Origin": "*"}


@dataclass
class Posed:
    """One table that all Regions show at once, of one viewer; Regions in `dark` answer nothing.

    Attributes:
        regions: in the order of preference.
        shows: items as DynamoDB words them, by their id.
        page_size: how many items an answer has.
    """

    regions: tuple[str, ...]
    shows: dict[str, dict[str, dict[str, str]]]
    page_size: int = 100
    dark: set[str] = field(default_factory=set)
    saves: list[tuple[str, int]] = field(default_factory=list)

    def open(self, page: Page) -> None:
        """Open Watch with these APIs, from the folder: nothing but the page is real."""
        page.route("**/*.execute-api.*/**", self._answer)
        urls = [f"http://{_ID}.execute-api.{region}.localhost:9/api/" for region in self.regions]
        query = "&".join(f"api={quote(url, safe='')}" for url in urls)
        page.goto(f"{(website.PAGES / 'watch.html').as_uri()}?{query}")

    def _answer(self, route: Route) -> None:
        parts = urlsplit(route.request.url)
        region = str(parts.hostname).split(".")[2]
        if region in self.dark:
            route.abort()
            return
        path = [unquote(part) for part in parts.path.split("/")[2:]]
        after = int(parse_qs(parts.query).get("after", ["0"])[0])
        route.fulfill(json=self._body(region, path, after, route.request.post_data), headers=_OPEN)

    def _body(
        self, region: str, path: list[str], after: int, sent: str | None
    ) -> dict[str, object]:
        if path[0] == "bookmark":
            save = json.loads(sent or "{}")
            item = self.shows[path[2]]
            item |= {"Bookmark": {"N": str(save["Bookmark"])}, "SavedAt": {"N": str(save["At"])}}
            item["SavedIn"] = {"S": region}
            self.saves.append((region, save["Bookmark"]))
            return {"Attributes": item}
        if path[0] == "get":
            return {"Item": self.shows.get(path[2], {})}
        end = after + self.page_size
        more = {"Next": str(end)} if end < len(self.shows) else {}
        return {"Items": list(self.shows.values())[after:end], **more}


def show(number: int, *, length_s: int = 3600, bookmark_s: int = 0, title: str = "") -> dict:
    """Format a show as the table has it."""
    return {
        "PK": {"S": "user100"}, "SK": {"S": f"show{number}"},
        "Title": {"S": title or f"Film {number}"}, "Length": {"N": str(length_s)},
        "Bookmark": {"N": str(bookmark_s)}, "SavedAt": {"N": str(number if bookmark_s else 0)},
    }  # fmt: skip
