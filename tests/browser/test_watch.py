"""Watch as a viewer uses it: films, a Region that goes dark in the middle, and the way back."""

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
from tests.conftest import AWAY, HOME

BOTH = pytest.mark.parametrize("watch", ["bucket", "folder"], indirect=True)
TITLE = "Night Ferry"


_PUT = """async ([url, body]) => (await fetch(url, {method: "PUT",
  headers: {"Content-Type": "application/json"}, body: JSON.stringify(body)})).status"""


def seconds(text: str) -> int:
    """Read the first clock in a text, in s."""
    found = re.search(r"(\d+):(\d\d):(\d\d)", text)
    assert found, text
    hours, minutes, rest = map(int, found.groups())
    return hours * 3600 + minutes * 60 + rest


@pytest.fixture
def watch(
    request: pytest.FixtureRequest, global_app: LocalTarget, page: Page, viewer: str
) -> Iterator[Page]:
    """The page with both APIs, on a viewer of its own; errors of the page count as failures."""
    client = global_app.client("dynamodb", HOME)
    for show, title, length_s in (("show1", TITLE, 7020), ("show2", "<b>Bold</b>", 60)):
        item = {"PK": viewer, "SK": show, "Title": title}
        typed = {name: {"S": value} for name, value in item.items()}
        numbers = {"Length": {"N": str(length_s)}, "Bookmark": {"N": "0"}}
        client.put_item(TableName="global-serverless", Item=typed | numbers)
    hosted = getattr(request, "param", "bucket") == "bucket"
    start = website.publish(global_app, HOME) if hosted else (website.PAGES / "index.html").as_uri()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "console", lambda line: wrong.append(line.text) if "Content Security" in line.text else None
    )
    urls = [deploy.url(global_app, region) or "" for region in (HOME, AWAY)]
    page.goto(start + "?" + "&".join(f"api={quote(url, safe='')}" for url in urls))
    page.wait_for_timeout(500)  # The viewer's items are on their way to the other Region.
    page.get_by_role("link", name="Watch").click()
    page.get_by_label("Viewer").select_option(viewer)
    yield page
    for show in ("show1", "show2"):
        key = {"PK": {"S": viewer}, "SK": {"S": show}}
        client.delete_item(TableName="global-serverless", Key=key)
    if hosted:
        website.remove(global_app, HOME)
    assert wrong == []


@BOTH
def test_a_viewer_loses_nothing_shown_as_saved_when_the_region_fails(
    watch: Page, calm: RunningCloud
) -> None:
    """Play, Region offline: it fails over by itself, goes on, and resumes at the right second."""
    saved = watch.locator("#saved")
    watch.get_by_role("button", name=TITLE).first.click()
    watch.get_by_role("button", name="15 s on").click()
    watch.get_by_role("button", name="15 s on").click()
    expect(saved).to_contain_text(re.compile(rf"saved 0:00:[3-5]\d in {HOME}"), timeout=25_000)
    expect(watch.locator("#badge")).to_contain_text(f"Served by {HOME}, saved in {HOME}")
    promised = seconds(saved.inner_text())
    assert promised >= 30

    calm.post(f"regions/{HOME}", {"state": "offline"})
    expect(watch.get_by_role("alert")).to_contain_text(f"You go on in {AWAY}", timeout=25_000)
    expect(saved).to_contain_text(f"in {AWAY}", timeout=25_000)
    assert seconds(saved.inner_text()) >= promised
    expect(watch.locator("#regions")).to_contain_text("no answer")
    watch.get_by_role("button", name="Leave").click()
    expect(watch.locator("#player")).to_be_hidden()
    shown = watch.locator("#continue").get_by_role("button", name=TITLE)
    expect(shown).to_be_visible()
    resume = seconds(shown.inner_text())
    assert resume >= promised
    shown.click()
    expect(saved).to_contain_text("resumed at")
    assert abs(seconds(saved.inner_text()) - resume) <= 1
    if path := os.environ.get("WORKSHOP_SCREENSHOT"):
        watch.set_viewport_size({"width": 1280, "height": 1500})
        watch.wait_for_timeout(1_200)
        watch.screenshot(path=path)

    calm.post(f"regions/{HOME}", {"state": "online"})
    back = watch.get_by_role("button", name=f"go back to {HOME}")
    expect(back).to_be_visible(timeout=25_000)
    back.click()
    expect(watch.locator("#badge")).to_contain_text(f"Served by {HOME}")
    # What has not moved since its save is not sent again: it plays on until HOME has one.
    expect(saved).to_contain_text(re.compile(rf"saved \S+ in {HOME}"), timeout=25_000)
    watch.get_by_role("button", name="Pause").click()
    # The save of the pause itself is the last one.
    watch.wait_for_timeout(500)
    paused = watch.locator("#position").inner_text().split(" of ")[0]
    expect(saved).to_contain_text(f"saved {paused} in {HOME}", timeout=25_000)
    final = saved.inner_text()
    expect(watch.locator("#regions tr").nth(0)).to_contain_text(f"0:0{final.split(':')[1][1]}")
    watch.wait_for_timeout(2_500)
    rows = watch.locator("#regions tr").all_inner_texts()
    assert {seconds(row) for row in rows} == {seconds(final)}


def test_a_region_without_a_table_is_failed_over_from(watch: Page) -> None:
    """An answer of 503 counts as no service: the next Region serves, and the page says why."""
    watch.route(
        re.compile(rf"execute-api\.{HOME}\..*/bookmark/"),
        lambda route: route.fulfill(
            status=503, json={"Outcome": "failed"}, headers={"Access-Control-Allow-Origin": "*"}
        ),
    )
    watch.get_by_role("button", name=TITLE).first.click()
    expect(watch.get_by_role("alert")).to_contain_text("it answered 503", timeout=25_000)
    expect(watch.locator("#saved")).to_contain_text(f"in {AWAY}", timeout=25_000)


def test_a_late_retry_does_not_overwrite_a_newer_position(
    global_app: LocalTarget, page: Page, viewer: str
) -> None:
    """The same save twice is one; an older one is answered 409 and changes nothing."""
    url = f"{deploy.url(global_app, HOME)}bookmark/{viewer}/show1"
    statuses = []
    page.goto(str(deploy.url(global_app, HOME)))
    for at, bookmark in ((1000, 10), (2000, 20), (1000, 10), (2000, 20)):
        statuses.append(page.evaluate(_PUT, [url, {"Bookmark": bookmark, "At": at}]))
    assert statuses == [200, 200, 409, 200]
    read = url.replace("bookmark/", "get/") + "?consistent=true"
    item = page.evaluate("async (url) => (await fetch(url)).json()", read)["Item"]
    assert item["Bookmark"] == {"N": "20"}
    assert item["SavedIn"] == {"S": HOME}
    key = {"PK": {"S": viewer}, "SK": {"S": "show1"}}
    global_app.client("dynamodb", HOME).delete_item(TableName="global-serverless", Key=key)


def test_a_read_that_is_behind_does_not_take_a_save_back(watch: Page, calm: RunningCloud) -> None:
    """After a failover the other Region may lack the last save: the player knows better."""
    calm.post("lag", {"lag": "fixed:8000"})
    watch.get_by_role("button", name=TITLE).first.click()
    for _ in range(4):
        watch.get_by_role("button", name="15 s on").click()
    watch.get_by_role("button", name="Pause").click()
    expect(watch.locator("#saved")).to_contain_text(re.compile(rf"saved 0:01:\d\d in {HOME}"))
    promised = seconds(watch.locator("#saved").inner_text())
    watch.get_by_role("button", name="Leave").click()
    expect(watch.locator("#player")).to_be_hidden()
    calm.post(f"regions/{HOME}", {"state": "offline"})
    watch.locator("#catalogue").get_by_role("button", name=TITLE).click()
    said = watch.locator("#saved")
    expect(said).to_contain_text(f"{AWAY} has not got your last save yet", timeout=25_000)
    assert seconds(said.inner_text().split("resumed")[1]) == promised


def test_hostile_titles_stay_text(watch: Page) -> None:
    """A title with tags in it is shown with its tags."""
    expect(watch.locator("#catalogue").get_by_role("button", name="<b>Bold</b>")).to_be_visible()
    assert watch.locator("#catalogue b").count() == 0


@pytest.mark.parametrize("width", [360, 1920])
def test_the_page_fits(watch: Page, width: int) -> None:
    """No sideways scrolling on a telephone, nor on a wall, with a film open."""
    watch.set_viewport_size({"width": width, "height": 900})
    watch.get_by_role("button", name=TITLE).first.click()
    expect(watch.locator("#player")).to_be_visible()
    assert watch.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_film_is_dragged_finished_and_watched_again(watch: Page) -> None:
    """A drag while it plays, the end, and no place in Continue watching; keys do what they say."""
    watch.locator("#catalogue").get_by_role("button", name="<b>Bold</b>").click()
    seek = watch.locator("#seek")
    seek.evaluate("node => { node.value = 30; node.dispatchEvent(new Event('input')); }")
    watch.wait_for_timeout(400)
    assert seek.input_value() == "30"
    seek.evaluate("node => node.dispatchEvent(new Event('change'))")
    expect(watch.locator("#saved")).to_contain_text("saved 0:00:3", timeout=25_000)
    for _ in range(2):
        watch.keyboard.press("ArrowRight")
    expect(watch.locator("#play")).to_have_text("Watch again")
    expect(watch.locator("#saved")).to_contain_text("saved 0:01:00", timeout=25_000)
    watch.keyboard.press("Escape")
    expect(watch.locator("#player")).to_be_hidden()
    bold = watch.locator("#catalogue").get_by_role("button", name="<b>Bold</b>")
    expect(bold).to_contain_text("watch again")
    expect(watch.locator("#going")).to_be_hidden()
    bold.click()
    expect(watch.locator("#play")).to_have_text("Pause")
    assert seconds(watch.locator("#position").inner_text()) < 5


def test_the_address_keeps_viewer_and_film(watch: Page, viewer: str) -> None:
    """Back leaves the film, forward and reload come back to it."""
    watch.get_by_role("button", name=TITLE).first.click()
    expect(watch.locator("#player")).to_be_visible()
    watch.go_back()
    expect(watch.locator("#player")).to_be_hidden()
    watch.go_forward()
    expect(watch.locator("#player")).to_be_visible()
    watch.reload()
    expect(watch.locator("#film")).to_have_text(TITLE)
    expect(watch.get_by_label("Viewer")).to_have_value(viewer)


def test_an_old_paused_tab_takes_nothing_back(watch: Page) -> None:
    """Paused early, closed late: it sends nothing, and what the other tab saved stands."""
    watch.get_by_role("button", name=TITLE).first.click()
    watch.get_by_role("button", name="15 s on").click()
    watch.get_by_role("button", name="Pause").click()
    expect(watch.locator("#saved")).to_contain_text(f"in {HOME}", timeout=25_000)
    later = watch.context.new_page()
    later.goto(watch.url)
    expect(later.locator("#film")).to_have_text(TITLE)
    for _ in range(4):
        later.get_by_role("button", name="15 s on").click()
    later.get_by_role("button", name="Pause").click()
    expect(later.locator("#saved")).to_contain_text("saved 0:01:1", timeout=25_000)
    sent: list[str] = []
    watch.context.on("request", lambda made: sent.append(made.method))
    watch.goto("about:blank")
    watch.wait_for_timeout(500)
    assert "PUT" not in sent
    expect(later.locator("#regions tr").first).to_contain_text("0:01:1")
    later.close()


def test_what_is_kept_here_is_kept_through_the_dark(watch: Page, calm: RunningCloud) -> None:
    """No Region at all: the film goes on, a reload resumes it, and it is saved by itself later."""
    watch.get_by_role("button", name=TITLE).first.click()
    expect(watch.locator("#saved")).to_contain_text("resumed at")
    for region in (HOME, AWAY):
        calm.post(f"regions/{region}", {"state": "offline"})
    watch.get_by_role("button", name="15 s on").click()
    watch.get_by_role("button", name="15 s on").click()
    expect(watch.get_by_role("alert")).to_contain_text("No Region answers", timeout=40_000)
    expect(watch.locator("#badge")).to_have_text("No Region serves")
    watch.get_by_role("button", name="Pause").click()
    expect(watch.locator("#saved")).to_contain_text("kept here", timeout=25_000)
    kept = seconds(watch.locator("#position").inner_text())
    assert kept >= 30
    watch.reload()
    expect(watch.locator("#film")).to_have_text(TITLE, timeout=40_000)
    expect(watch.locator("#empty")).to_contain_text("could not be loaded")
    assert seconds(watch.locator("#position").inner_text()) >= kept
    for region in (HOME, AWAY):
        calm.post(f"regions/{region}", {"state": "online"})
    expect(watch.locator("#saved")).to_contain_text("saved", timeout=60_000)
    expect(watch.get_by_role("alert")).to_have_text("", timeout=40_000)
    expect(watch.locator("#catalogue button")).to_have_count(2)


@pytest.mark.parametrize("answer", ["[]", "null", "<html>", '{"ok": true}'])
def test_an_answer_that_makes_no_sense_is_not_saved(watch: Page, answer: str) -> None:
    """200 is not enough: the next Region is asked, and the page says why."""
    watch.route(
        re.compile(rf"execute-api\.{HOME}\..*/bookmark/"),
        lambda route: route.fulfill(
            status=200, body=answer, headers={"Access-Control-Allow-Origin": "*"}
        ),
    )
    watch.get_by_role("button", name=TITLE).first.click()
    expect(watch.get_by_role("alert")).to_contain_text("makes no sense", timeout=25_000)
    expect(watch.locator("#saved")).to_contain_text(f"in {AWAY}", timeout=25_000)
