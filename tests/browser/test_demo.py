"""The page for the wall, as a speaker uses it: from a bucket of the local cloud, by key and button."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from helpers import deploy, website
from helpers.localcloud.process.daemon import RunningCloud
from helpers.targets import LocalTarget
from tests.conftest import AWAY, HOME

# Long enough for a slow machine to see it pass.
LAG_MS = 4_000
PATIENCE_MS = 30_000


@pytest.fixture
def wall(global_app: LocalTarget, calm: RunningCloud, page: Page) -> Iterator[Page]:
    """The page with both Regions, on a screen as classrooms have; errors of its own are failures."""
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.set_viewport_size({"width": 1366, "height": 768})
    calm.post("lag", {"lag": f"fixed:{LAG_MS}"})
    address = website.publish(global_app, HOME).replace("index.html", "demo.html")
    apis = [url for region in (HOME, AWAY) if (url := deploy.url(global_app, region))]
    page.goto(website.opened_with(address, apis, global_app.page_token()))
    yield page
    website.remove(global_app, HOME)
    assert wrong == []


def card(page: Page, region: str, text: str) -> None:
    """Wait until a Region's card says something."""
    expect(page.get_by_role("region", name=region)).to_contain_text(text, timeout=PATIENCE_MS)


def test_a_write_is_stale_elsewhere_and_then_part_of_the_curve(wall: Page) -> None:
    """The other Region is behind for a while that is shown, catches up, and that is measured."""
    assert "#" not in wall.url
    wall.keyboard.press("1")
    card(wall, HOME, "0:00:15")
    card(wall, AWAY, "stale for")
    card(wall, AWAY, "up to date")
    card(wall, AWAY, "0:00:15")
    expect(wall.locator("#curve-n")).to_contain_text(f"1 seen in {AWAY}")
    expect(wall.locator("#curve .band")).to_have_count(1)
    tall = wall.evaluate("document.documentElement.scrollHeight - innerHeight")
    assert tall <= 0, "A part of the page is below the screen."


def test_of_two_writes_at_once_the_lost_one_is_named(wall: Page) -> None:
    """A conflict ends with the same bookmark in both Regions, and says whose seconds are gone."""
    wall.get_by_role("button", name="Conflict").click()
    expect(wall.locator("#story")).to_contain_text("Lost: +15 s of us-", timeout=PATIENCE_MS)
    for region in (HOME, AWAY):
        card(wall, region, "0:00:15")
        card(wall, region, "up to date")


def test_an_outage_is_seen_and_the_next_group_begins_whole(wall: Page, calm: RunningCloud) -> None:
    """`Next group` brings the Region back, takes AWS's lag, and begins a bookmark at 0."""
    wall.keyboard.press("1")
    card(wall, HOME, "0:00:15")
    wall.keyboard.press("w")
    card(wall, AWAY, "offline")
    wall.keyboard.press("n")
    card(wall, AWAY, "0:00:00")
    card(wall, HOME, "0:00:00")
    status = calm.get("status")
    assert status["regions"][AWAY]["state"] == "online"
    assert status["lag"] == "aws"


def test_a_page_without_regions_says_how_to_get_some(page: Page) -> None:
    """Opened from the folder, it names the command."""
    page.goto((website.PAGES / "demo.html").as_uri())
    expect(page.locator("#none")).to_contain_text("workshop demo")


def test_how_long_a_region_lacked_a_write_lies_between_two_reads(page: Page) -> None:
    """The last read without it and the first with it are the bounds; a lost write counts nowhere."""
    page.goto((website.PAGES / "demo.html").as_uri())
    found = page.evaluate(
        """() => {
        const waits = new Workshop.Staleness();
        waits.wrote("v1", ["b"], 100);
        waits.read("b", 90, 110, () => false);   // began before the acknowledgement: says nothing
        const before = waits.behindMs("b");
        waits.read("b", 300, 310, () => false);
        const behind = waits.behindMs("b");
        waits.read("a", 400, 410, () => true);   // another Region's
        waits.wrote("v2", ["b"], 420);
        waits.lost(["v2"]);
        waits.read("b", 500, 512, (version) => version === "v1");
        return [before, behind, waits.behindMs("b"), waits.curve("b")];
    }"""
    )
    assert found == [None, 200, None, {"n": 1, "atMost": [[200, 1]], "atLeast": [[412, 1]]}]
