"""Watch in what a cloud seldom does: Regions that fail in turn, a frozen tab, hundreds of films."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.posed import Posed, show
from tests.browser.test_watch import seconds

A, B, C = "us-west-2", "us-east-2", "eu-west-1"
PATIENCE_MS = 25_000
STILL_S = 6


@pytest.fixture
def posed() -> Posed:
    """Three Regions and a few films."""
    return Posed((A, B, C), {f"show{n}": show(n) for n in range(1, 4)})


def test_three_regions_fail_one_after_another(posed: Posed, page: Page) -> None:
    """Each time the next one serves and the page says so; after the last nothing is lost."""
    posed.open(page)
    page.get_by_role("button", name="Film 1").click()
    badge, notice = page.locator("#badge"), page.get_by_role("alert")
    expect(page.locator("#saved")).to_contain_text(f"in {A}", timeout=PATIENCE_MS)
    for region, after in ((A, B), (B, C)):
        posed.dark.add(region)
        expect(badge).to_contain_text(f"Served by {after}", timeout=PATIENCE_MS)
        expect(notice).to_contain_text(f"You go on in {after}")
        expect(page.locator("#saved")).to_contain_text(f"in {after}", timeout=PATIENCE_MS)
    posed.dark.add(C)
    expect(badge).to_have_text("No Region serves", timeout=PATIENCE_MS)
    expect(notice).to_contain_text("Your position is kept here")
    page.get_by_role("button", name="15 s on").click()
    page.get_by_role("button", name="Pause").click()
    kept = page.locator("#position").inner_text().split(" of ")[0]
    posed.dark.clear()
    # Whichever Region it asks first serves; back to the preferred one it goes at a click.
    expect(badge).to_contain_text("Served by", timeout=PATIENCE_MS)
    expect(notice).not_to_contain_text("No Region answers")
    expect(page.locator("#saved")).to_contain_text(f"saved {kept} in", timeout=PATIENCE_MS)
    assert posed.saves[-1][1] == seconds(kept)
    assert [bookmark for _, bookmark in posed.saves] == sorted(b for _, b in posed.saves)


def test_a_start_in_the_dark_comes_to_life_by_itself(posed: Posed, page: Page) -> None:
    """It says that nothing could be loaded, keeps trying, and shows the films when it can."""
    posed.dark = {A, B, C}
    posed.open(page)
    expect(page.get_by_role("alert")).to_contain_text("No Region answers", timeout=PATIENCE_MS)
    expect(page.locator("#empty")).to_contain_text("could not be loaded")
    posed.dark = {A}
    expect(page.locator("#catalogue button")).to_have_count(3, timeout=PATIENCE_MS)
    notice = page.get_by_role("alert")
    expect(notice).to_have_text(re.compile(rf"{A} does not serve .+ You go on in {B}\."))
    posed.dark.clear()
    expect(notice).to_have_text(f"{A} answers again. You go on in {B}.", timeout=PATIENCE_MS)
    page.get_by_role("button", name=f"go back to {A}").click()
    expect(notice).to_have_text(f"You are back in {A}.", timeout=PATIENCE_MS)
    expect(page.get_by_role("button", name=f"go back to {A}")).to_be_hidden()


def test_nobody_watches_in_a_frozen_tab(posed: Posed, page: Page) -> None:
    """While the page stands still, as in a laptop that is closed, the film does not move either."""
    posed.open(page)
    page.get_by_role("button", name="Film 1").click()
    expect(page.locator("#saved")).to_contain_text(f"in {A}", timeout=PATIENCE_MS)
    # A headless Chromium freezes no page that it takes for visible; its debugger stops any.
    devtools = page.context.new_cdp_session(page)
    devtools.send("Debugger.enable")
    began_s = page.evaluate("performance.now()") / 1000
    before = seconds(page.locator("#position").inner_text())
    devtools.send("Debugger.pause")
    time.sleep(STILL_S)
    devtools.send("Debugger.resume")
    after = seconds(page.locator("#position").inner_text())
    passed_s = page.evaluate("performance.now()") / 1000 - began_s
    assert passed_s > STILL_S
    assert after - before <= passed_s - STILL_S + 2
    expect(page.locator("#play")).to_have_text("Pause")
    stood = page.locator("#position").inner_text()
    expect(page.locator("#position")).not_to_have_text(stood, timeout=PATIENCE_MS)


def test_two_hundred_films_come_page_by_page(page: Page) -> None:
    """All are there and can be searched; Continue watching is one row until it is opened."""
    shows = {f"show{n}": show(n, bookmark_s=n if n <= 40 else 0) for n in range(1, 201)}
    posed = Posed((A, B), shows, page_size=70)
    posed.open(page)
    expect(page.locator("#catalogue button")).to_have_count(200, timeout=PATIENCE_MS)
    expect(page.locator("#continue button").first).to_contain_text("Film 40")
    tall = "node => node.getBoundingClientRect().height"
    row = page.locator("#continue").evaluate(tall)
    for width in (360, 1366, 2560):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.get_by_role("button", name="Show all").click()
    assert page.locator("#continue").evaluate(tall) > row
    page.get_by_label("Search").fill("film 19")
    expect(page.locator("#catalogue button")).to_have_count(11)
    page.get_by_label("Search").fill("nothing like it")
    expect(page.locator("#empty")).to_have_text("No title is like that.")


def test_a_film_is_watched_by_keyboard_alone(posed: Posed, page: Page) -> None:
    """Tab leads to the films, Enter opens one, arrows, Space and Escape do what the page says."""
    posed.open(page)
    expect(page.locator("#catalogue button")).to_have_count(3, timeout=PATIENCE_MS)
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('#catalogue button')"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("#play")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(page.locator("#play")).to_have_text("Play")
    expect(page.locator("#saved")).to_contain_text(
        re.compile(r"saved 0:00:4\d"), timeout=PATIENCE_MS
    )
    page.keyboard.press("Escape")
    expect(page.locator("#player")).to_be_hidden()
    expect(page.locator("#catalogue button:focus")).to_have_count(1, timeout=PATIENCE_MS)
