"""axe-core, in a real browser, finds nothing on any page that a person would trip over."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from helpers import deploy, website
from helpers.localcloud.process.daemon import RunningCloud
from helpers.targets import LocalTarget
from tests.axe import wrong
from tests.conftest import AWAY, HOME


@pytest.fixture
def pages(global_app: LocalTarget) -> Iterator[str]:
    """Where the pages are, with `{}` for a page's name, and the APIs they are opened with."""
    urls = [deploy.url(global_app, region) or "" for region in (HOME, AWAY)]
    query = "&".join(f"api={quote(url, safe='')}" for url in urls)
    address = website.publish(global_app, HOME).replace("index.html", "{}.html?") + query
    yield f"{address}#token={global_app.page_token()}"
    website.remove(global_app, HOME)


@pytest.mark.parametrize("name", ["index", "console", "watch", "map", "demo"])
def test_a_page_is_for_everybody(pages: str, page: Page, name: str) -> None:
    """As it opens."""
    page.goto(pages.format(name))
    page.wait_for_timeout(1_000)
    assert wrong(page) == []


def test_axe_would_find_one(pages: str, page: Page) -> None:
    """The test can fail: a button without a name is found."""
    page.goto(pages.format("index"))
    page.evaluate("document.body.append(document.createElement('button'))")
    assert any(line.startswith("button-name") for line in wrong(page))


def test_watch_with_a_film_open_and_a_notice(pages: str, page: Page, calm: RunningCloud) -> None:
    """In the middle of a failover, too."""
    page.goto(pages.format("watch"))
    page.locator("#catalogue button").first.click()
    expect(page.locator("#saved")).to_contain_text("saved", timeout=25_000)
    calm.post(f"regions/{HOME}", {"state": "offline"})
    expect(page.get_by_role("alert")).to_contain_text("You go on in", timeout=25_000)
    assert wrong(page) == []


def test_watch_is_usable_by_keyboard(pages: str, page: Page) -> None:
    """Tab to a film, Enter opens it, Space pauses."""
    page.goto(pages.format("watch"))
    first = page.locator("#catalogue button").first
    expect(first).to_be_visible()
    first.focus()
    page.keyboard.press("Enter")
    play = page.locator("#play")
    expect(play).to_be_focused()
    expect(play).to_have_text("Pause")
    page.keyboard.press("Space")
    expect(play).to_have_text("Play")


def test_the_map_shows_images_under_way_and_a_dark_region(
    pages: str, page: Page, global_app: LocalTarget, calm: RunningCloud
) -> None:
    """A write appears as a dot on its link; an offline Region is named so; words say the same."""
    calm.post("lag", {"lag": "fixed:6000"})
    page.goto(pages.format("map"))
    expect(page.locator("#said")).to_contain_text("Lag fixed:6000")
    client = global_app.client("dynamodb", HOME)
    key = {"PK": {"S": "map"}, "SK": {"S": "map"}}
    client.put_item(TableName="global-serverless", Item=key)
    expect(page.locator("#map .image")).not_to_have_count(0)
    # With more than three Regions there is room for the number alone.
    under_way = re.compile(r"^1( under way)?$")
    expect(page.locator("#map text", has_text=under_way).first).to_be_visible()
    calm.post(f"regions/{AWAY}", {"state": "offline"})
    expect(page.locator("#map .offline text").first).to_have_text(AWAY)
    expect(page.locator("#news")).to_contain_text(f"{AWAY} is offline")
    if path := os.environ.get("WORKSHOP_SCREENSHOT"):
        page.set_viewport_size({"width": 1920, "height": 1080})
        page.screenshot(path=path)
    assert wrong(page) == []
    client.delete_item(TableName="global-serverless", Key=key)
    for width in (360, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_pages_link_to_one_another(page: Page) -> None:
    """The way in leads to each page, and each page to all others; the APIs go along."""
    names = {path.name for path in website.PAGES.glob("*.html")} - {"index.html"}
    api = "http://posed00000.execute-api.us-west-2.localhost:9/api/"
    for name in ("index.html", *sorted(names)):
        page.goto(website.opened_with((website.PAGES / name).as_uri(), [api]))
        hrefs = page.evaluate("[...document.querySelectorAll('a[data-page]')].map((a) => a.href)")
        assert {href.rpartition("/")[2].partition("?")[0] for href in hrefs} == names - {name}
        assert all(quote(api, safe="") in href for href in hrefs)
