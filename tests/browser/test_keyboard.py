"""The pages by keyboard alone: each control is reached, in the order of the page, and keeps the focus."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from helpers import deploy, website
from helpers.localcloud.process.daemon import RunningCloud
from helpers.targets import LocalTarget
from tests.conftest import AWAY, HOME

PATIENCE_MS = 30_000
# What the focus is on: its place among all controls that can be used, and whether that is to be seen.
_FOCUS = """() => {
  const at = document.activeElement;
  const usable = (node) => !node.disabled && node.checkVisibility({visibilityProperty: true});
  const all = [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex]")]
    .filter(usable);
  const {outlineStyle, outlineWidth} = getComputedStyle(at);
  const box = at.getBoundingClientRect();
  return {
    index: all.indexOf(at), count: all.length, name: at.outerHTML.slice(0, 80),
    outlined: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
    onScreen: box.top < innerHeight && box.bottom > 0 && box.left < innerWidth && box.right > 0,
  };
}"""


@pytest.fixture
def address(global_app: LocalTarget) -> Iterator[str]:
    """Where the pages are, with `{}` for a page's name."""
    folder = website.publish(global_app, HOME).removesuffix("index.html")
    apis = [deploy.url(global_app, region) or "" for region in (HOME, AWAY)]
    yield website.opened_with(f"{folder}{{}}.html", apis, global_app.page_token())
    website.remove(global_app, HOME)


def reach(page: Page, name: str) -> None:
    """Press Tab until the focus is on a button or link of this name."""
    for _ in range(80):
        page.keyboard.press("Tab")
        text = page.evaluate("document.activeElement.textContent.trim()")
        if text == name or text.startswith(f"{name} "):
            return
    raise AssertionError(f"Tab does not lead to {name}.")


@pytest.mark.parametrize(
    ("name", "ready"),
    [("console", ".row"), ("map", "#map circle"), ("demo", ".card"), ("index", "a")],
)
def test_tab_goes_through_all_controls_in_the_order_of_the_page(
    address: str, page: Page, name: str, ready: str
) -> None:
    """Each has a ring that is seen, and is scrolled to; none holds the focus or is left out."""
    page.goto(address.format(name))
    expect(page.locator(ready).first).to_be_visible(timeout=PATIENCE_MS)
    page.wait_for_timeout(500)
    seen: list[int] = []
    for _ in range(page.evaluate(_FOCUS)["count"]):
        page.keyboard.press("Tab")
        focus = page.evaluate(_FOCUS)
        assert focus["outlined"], focus
        assert focus["onScreen"], focus
        seen.append(focus["index"])
    assert seen == list(range(focus["count"]))


def test_the_console_by_keyboard(address: str, page: Page, viewer: str) -> None:
    """A write, a read and an outage; the focus stays where it was though all is drawn anew."""
    page.goto(address.format("console"))
    page.get_by_label("User").fill(viewer)
    row = page.get_by_role("region", name=HOME, exact=True)
    reach(page, ">>")
    page.keyboard.press("Enter")
    expect(row.locator(".answer")).to_contain_text("bookmark is 1 s", timeout=PATIENCE_MS)
    page.keyboard.press("Space")
    expect(row.locator(".answer")).to_contain_text("bookmark is 2 s", timeout=PATIENCE_MS)
    expect(row.get_by_role("button", name=">>")).to_be_focused()
    reach(page, "take offline")
    page.keyboard.press("Enter")
    back = row.get_by_role("button", name="bring back")
    expect(back).to_be_focused(timeout=PATIENCE_MS)
    page.keyboard.press("Enter")
    expect(row.get_by_role("button", name="take offline")).to_be_focused(timeout=PATIENCE_MS)
    reach(page, "remove")
    page.keyboard.press("Enter")
    expect(page.locator(".row")).to_have_count(1)
    assert page.evaluate("document.activeElement !== document.body")


def test_what_undoes_something_hands_the_focus_on(
    address: str, page: Page, calm: RunningCloud
) -> None:
    """The button that goes with its line leaves the focus on a control, not nowhere."""
    calm.post(f"regions/{AWAY}", {"state": "offline"})
    page.goto(address.format("console"))
    expect(page.locator("#unusual button")).to_have_count(1, timeout=PATIENCE_MS)
    page.locator("#unusual button").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#unusual button")).to_have_count(0, timeout=PATIENCE_MS)
    assert page.evaluate("document.activeElement !== document.body")


def test_the_live_page_by_keyboard(address: str, page: Page) -> None:
    """A button that was reached by Tab is pressed by Enter, and keeps the focus."""
    page.goto(address.format("demo"))
    reach(page, "Write +15 s")
    page.keyboard.press("Enter")
    card = page.get_by_role("region", name=HOME)
    expect(card).to_contain_text("0:00:15", timeout=PATIENCE_MS)
    reach(page, "Outage")
    page.keyboard.press("Space")
    expect(card).to_contain_text("offline", timeout=PATIENCE_MS)
    expect(card.get_by_role("button", name="Outage")).to_be_focused()
    page.keyboard.press("Space")
    expect(card).not_to_contain_text("offline", timeout=PATIENCE_MS)
