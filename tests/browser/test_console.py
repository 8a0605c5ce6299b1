"""The Region console as a person uses it: from a bucket of the local cloud, and from the folder."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from helpers import deploy, website
from helpers.localcloud.process.daemon import RunningCloud
from helpers.targets import LocalTarget
from tests.conftest import AWAY, HOME

LAG_MS = 2_500


@pytest.fixture
def slow(calm: RunningCloud) -> RunningCloud:
    """Long enough for a person, or a slow machine, to catch a stale read."""
    calm.post("lag", {"lag": f"fixed:{LAG_MS}"})
    return calm


BOTH = pytest.mark.parametrize("console", ["bucket", "folder"], indirect=True)


@pytest.fixture
def console(
    request: pytest.FixtureRequest, global_app: LocalTarget, page: Page, viewer: str
) -> Iterator[Page]:
    """The page with an API of each Region saved, and errors of its own counted as failures."""
    hosted = getattr(request, "param", "bucket") == "bucket"
    address = (website.PAGES / "console.html").as_uri()
    if hosted:
        address = website.publish(global_app, HOME).replace("index.html", "console.html")
        address = website.opened_with(address, [], global_app.page_token())
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "console", lambda line: wrong.append(line.text) if "Content Security" in line.text else None
    )
    page.goto(address)
    for region in (HOME, AWAY):
        page.get_by_label("Address of a deployed API").fill(deploy.url(global_app, region) or "")
        page.get_by_role("button", name="Save").click()
    page.get_by_label("User").fill(viewer)
    yield page
    if hosted:
        website.remove(global_app, HOME)
    assert wrong == []


def press(page: Page, region: str, button: str) -> None:
    """Press a button in a Region's row."""
    row = page.get_by_role("region", name=region, exact=True)
    row.get_by_role("button", name=button, exact=True).click()


def answer(page: Page, region: str):
    """Find what a Region's row says."""
    return page.get_by_role("region", name=region, exact=True).locator(".answer")


@BOTH
@pytest.mark.usefixtures("slow")
def test_a_stale_read_is_seen_and_then_a_fresh_one(console: Page) -> None:
    """>> here, get-item there: marked in words; after the lag it is fresh."""
    press(console, HOME, "ping")
    expect(answer(console, HOME)).to_contain_text("ping answered")
    press(console, HOME, ">>")
    expect(answer(console, HOME)).to_contain_text("+1 s, bookmark is 1 s")
    console.get_by_label("Step").select_option("15")
    press(console, HOME, ">>")
    expect(answer(console, HOME)).to_contain_text("+15 s, bookmark is 16 s")
    press(console, AWAY, "get-item")
    expect(answer(console, AWAY)).to_contain_text("STALE READ: bookmark is 0 s")
    expect(console.locator("#history tr").first).to_contain_text("since the last update")
    console.wait_for_timeout(LAG_MS + 300)
    press(console, AWAY, "get-item")
    expect(answer(console, AWAY)).to_contain_text("bookmark is 16 s")
    expect(answer(console, AWAY)).not_to_contain_text("STALE")
    expect(console.locator("#chart path.line")).to_have_count(2)
    if path := os.environ.get("WORKSHOP_SCREENSHOT"):
        console.set_viewport_size({"width": 1280, "height": 1100})
        console.screenshot(path=path)


@pytest.mark.usefixtures("slow")
def test_a_conflict_is_made_and_shown(console: Page) -> None:
    """>> in both Regions within the lag: one of them is gone afterwards, and said to be."""
    console.get_by_label("Step").select_option("15")
    press(console, HOME, ">>")
    expect(answer(console, HOME)).to_contain_text("bookmark is 15 s")
    press(console, AWAY, "<<")
    expect(answer(console, AWAY)).to_contain_text("bookmark is -15 s")
    console.wait_for_timeout(LAG_MS + 300)
    press(console, HOME, "get-item")
    expect(answer(console, HOME)).to_contain_text("LOST UPDATE")
    expect(answer(console, HOME)).to_contain_text(f"+15 s of {HOME} is gone")


def test_a_dark_region_says_so_and_the_other_goes_on(console: Page, calm: RunningCloud) -> None:
    """The message says what to look at; a write that was sent is unknown, not failed."""
    calm.post(f"regions/{HOME}", {"state": "offline"})
    press(console, HOME, ">>")
    expect(answer(console, HOME)).to_contain_text("UNKNOWN: >>: no connection")
    press(console, AWAY, ">>")
    expect(answer(console, AWAY)).to_contain_text("bookmark is 1 s")


def test_holding_a_button_repeats_it(console: Page) -> None:
    """Held for a second and a half, >> is pressed several times."""
    row = console.get_by_role("region", name=HOME, exact=True)
    row.get_by_role("button", name=">>", exact=True).hover()
    console.mouse.down()
    console.wait_for_timeout(1_500)
    console.mouse.up()
    expect(answer(console, HOME)).to_contain_text(re.compile(r"bookmark is [3-7] s"))


def test_addresses_are_remembered_and_forgotten(console: Page) -> None:
    """After a reload both rows are there; what was removed stays away."""
    console.reload()
    expect(console.locator(".row")).to_have_count(2)
    press(console, HOME, "remove")
    console.reload()
    expect(console.locator(".row")).to_have_count(1)


def test_the_list_of_apis_is_one_for_all_pages(console: Page, global_app: LocalTarget) -> None:
    """Given ones take the place of those saved; what is removed comes back on no page."""
    given = deploy.url(global_app, AWAY) or ""
    page = console.url.partition("?")[0]
    console.goto(website.opened_with(page, [given]))
    expect(console.locator(".row")).to_have_count(1)
    console.goto(page)
    expect(console.get_by_role("region", name=AWAY, exact=True)).to_be_visible()
    expect(console.locator(".row")).to_have_count(1)
    console.goto(website.opened_with(page, [given]))
    press(console, AWAY, "remove")
    console.reload()
    expect(console.locator("#none")).to_be_visible()
    console.get_by_role("link", name="Watch").click()
    expect(console.locator("#badge")).to_have_text("No Region yet")


def test_an_address_that_is_none_is_explained(console: Page) -> None:
    """Nothing is lost, and the message says what an address looks like."""
    console.get_by_label("Address of a deployed API").fill("https://example.com/")
    console.get_by_role("button", name="Save").click()
    expect(console.get_by_role("alert")).to_contain_text("names no Region")
    expect(console.locator(".row")).to_have_count(2)


def test_hostile_answers_stay_text(console: Page) -> None:
    """What an API says never becomes a part of the page."""
    bomb = '<img src=x onerror="document.title=\\"pwned\\"">'

    def hostile(route: Route) -> None:
        route.fulfill(
            status=500, json={"Message": bomb}, headers={"Access-Control-Allow-Origin": "*"}
        )

    console.route("**/get/**", hostile)
    press(console, HOME, "get-item")
    expect(answer(console, HOME)).to_contain_text("<img src=x")
    assert console.title() == "Region console"
    assert console.locator("img").count() == 0


def slow_answer(seconds: int, wait_ms: int):
    """Answer with a bookmark, after a while."""

    def handle(route: Route) -> None:
        route.request.frame.page.wait_for_timeout(wait_ms)
        body = {"Item": {"Bookmark": {"N": str(seconds)}}, "Latency": 1}
        route.fulfill(json=body, headers={"Access-Control-Allow-Origin": "*"})

    return handle


def test_a_result_stays_with_the_bookmark_it_was_asked_for(console: Page, viewer: str) -> None:
    """Another viewer is named while the answer is on its way: it is not shown as theirs."""
    console.route("**/get/**", slow_answer(77, 600))
    press(console, HOME, "get-item")
    console.get_by_label("User").fill("another")
    console.wait_for_timeout(1_200)
    row = console.get_by_role("region", name=HOME, exact=True)
    expect(row.locator(".number")).to_have_text("\u2013")
    expect(console.locator("#history tr")).to_have_count(0)
    console.get_by_label("User").fill(viewer)
    expect(row.locator(".number")).to_have_text("77 s")
    expect(console.locator("#history tr")).to_have_count(1)


def test_read_all_keeps_what_failed_and_lists_only_news(console: Page) -> None:
    """Failures are counted on their line, the row is dark, and no line that stands is touched."""
    console.evaluate("""() => {
      window.touched = 0;
      new MutationObserver((seen) => { window.touched += seen.filter((each) => each.removedNodes.length
        && each.target.id === "history").length; })
        .observe(document.getElementById("history"), {childList: true, subtree: true});
    }""")
    console.route(re.compile(rf"execute-api\.{HOME}\..*/get/"), lambda route: route.abort())
    console.get_by_label("read all").check()
    expect(console.locator("#history .times", has_text="times").first).to_contain_text(
        re.compile(r", [3-9] times"), timeout=25_000
    )
    console.get_by_label("read all").uncheck()
    expect(console.locator("#history tr")).to_have_count(2)
    expect(console.locator(".row.dark .chip")).to_have_text("FAILED")
    expect(console.locator("#chart path.failed").first).to_be_visible()
    assert console.evaluate("window.touched") == 0


@pytest.mark.usefixtures("slow")
def test_the_projector_shows_all_on_one_screen(console: Page) -> None:
    """Numbers, mark, chart and legend within 1366 by 768; the numbers are large."""
    console.get_by_label("for the projector").check()
    assert "projector" in console.url
    console.set_viewport_size({"width": 1366, "height": 768})
    press(console, HOME, ">>")
    expect(answer(console, HOME)).to_contain_text("bookmark is 1 s")
    before = console.get_by_role("button", name=">>").nth(1).bounding_box()
    press(console, AWAY, "get-item")
    chip = console.get_by_role("region", name=AWAY, exact=True).locator(".chip")
    expect(chip).to_have_text("STALE READ")
    assert console.get_by_role("button", name=">>").nth(1).bounding_box() == before
    for seen in [chip, *console.locator(".number, #chart, #legend, .answer").all()]:
        box = seen.bounding_box()
        assert box
        assert box["height"] > 0
        assert box["y"] + box["height"] <= 768
    expect(console.locator("#chart path.stale-read")).to_have_count(1)
    size = console.locator(".number").first.evaluate("node => getComputedStyle(node).fontSize")
    assert float(size.removesuffix("px")) >= 64
    assert console.evaluate("document.documentElement.scrollHeight - innerHeight") <= 0
    console.reload()
    expect(console.get_by_label("for the projector")).to_be_checked()


@pytest.mark.parametrize("width", [360, 1366, 2560])
def test_the_page_fits(console: Page, width: int) -> None:
    """No sideways scrolling on a telephone, nor on a wall."""
    console.set_viewport_size({"width": width, "height": 900})
    overflow = console.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert overflow <= 0


@BOTH
def test_the_local_cloud_is_steered_from_its_own_page_only(
    console: Page, calm: RunningCloud
) -> None:
    """From the bucket a Region goes offline; a page from a folder is told the command instead."""
    assert "token" not in console.url
    press(console, HOME, "take offline")
    said = console.locator("#cloud-said")
    if console.url.startswith("file:"):
        expect(said).to_contain_text(f"workshop outage {HOME} on")
        assert calm.get("status")["regions"][HOME]["state"] == "online"
    else:
        expect(said).to_have_text(f"{HOME} is offline.")
        assert calm.get("status")["regions"][HOME]["state"] == "offline"
        unusual = console.get_by_role("list", name="Not as usual")
        expect(unusual).to_contain_text(f"{HOME} is offline: set by hand, so it stays")
        expect(console.locator(".row.dark .chip")).to_have_text("OFFLINE")
        unusual.get_by_role("button", name=f"bring {HOME} back").click()
        expect(console.locator(".row.dark")).to_have_count(0)
        assert calm.get("status")["regions"][HOME]["state"] == "online"
        lease = {"state": "offline", "owner": "an-experiment", "lease_s": 60}
        calm.post(f"regions/{HOME}", lease)
        expect(unusual).to_contain_text("set by an experiment, and ends by itself")
        calm.post("leases/an-experiment", {"lease_s": 0})
        expect(console.locator("#unusual li")).to_have_count(0)


def test_without_its_token_a_page_steers_nothing(
    page: Page, global_app: LocalTarget, calm: RunningCloud
) -> None:
    """The bucket's own page, opened by who has only its address: the command is shown instead."""
    folder = website.publish(global_app, HOME).removesuffix("index.html")
    page.goto(website.opened_with(f"{folder}console.html", [deploy.url(global_app, HOME) or ""]))
    page.get_by_role("button", name="take offline").click()
    expect(page.locator("#cloud-said")).to_contain_text(f"workshop outage {HOME} on")
    assert calm.get("status")["regions"][HOME]["state"] == "online"
    page.goto(f"{folder}map.html")
    expect(page.locator("#said")).to_contain_text("workshop website")
    page.goto(website.opened_with(f"{folder}index.html", [], global_app.page_token()))
    page.get_by_role("link", name="Replication map").click()
    expect(page.locator("#said")).to_contain_text("Lag fixed:")
    website.remove(global_app, HOME)
