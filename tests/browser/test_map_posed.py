"""The replication map on a journal of a test's own: nothing is stretched, hidden, or slow."""

from __future__ import annotations

import itertools
import os
import statistics
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import CDPSession, Page, Route, expect

from helpers import website

REGIONS = ("us-west-2", "us-east-2", "eu-west-1", "ap-southeast-1", "sa-east-1")
_PAGES = "http://posed.localhost/pages/"
_API = "http://posed00000.execute-api.{}.localhost:9/api/"
# Texts that a line or another text crosses, and texts that leave the picture.
_CROSSED = """() => {
  const map = document.getElementById("map");
  const frame = map.getBoundingClientRect();
  const crossed = [];
  const shown = [...map.querySelectorAll("text")].filter((text) => text.textContent && text.checkVisibility({visibilityProperty: true}));
  for (const text of shown) {
    if (text.classList.contains("count")) continue;
    const box = text.getBoundingClientRect();
    for (const other of shown.slice(shown.indexOf(text) + 1)) {
      const its = other.getBoundingClientRect();
      if (box.left < its.right && its.left < box.right && box.top + 3 < its.bottom - 3
        && its.top + 3 < box.bottom - 3) crossed.push(`${text.textContent} on ${other.textContent}`);
    }
    if (box.left < frame.left || box.right > frame.right || box.top < frame.top
      || box.bottom > frame.bottom) crossed.push(`${text.textContent} leaves the picture`);
    for (const line of map.querySelectorAll("polyline")) {
      const length = line.getTotalLength();
      for (let at = 0; at <= length; at += 2) {
        const {x, y} = line.getPointAtLength(at).matrixTransform(map.getScreenCTM());
        if (x > box.left && x < box.right && y > box.top + 2 && y < box.bottom - 2) {
          crossed.push(`${text.textContent} is crossed`);
          break;
        }
      }
    }
  }
  return crossed;
}"""


def posed(
    page: Page, regions: tuple[str, ...], images: int, wait_ms: float = 120_000,
    name: str = "map.html",
) -> None:  # fmt: skip
    """Open a page with the map on a cloud with images under way, evenly on each link and in time."""
    now_ms = time.time() * 1000
    links = list(itertools.permutations(regions, 2))
    events: list[dict[str, Any]] = [
        {
            "sequence": n + 1, "kind": "ship", "table": "t", "key": n, "stamp": n,
            "source": links[n % len(links)][0], "region": links[n % len(links)][1],
            "t_ms": now_ms - wait_ms * n / images, "due_ms": now_ms + wait_ms * (1 - n / images),
        }
        for n in range(images)
    ]  # fmt: skip
    status = {
        "now_ms": now_ms, "lag": "fixed:120000", "last_event": images, "tables": [], "counts": {},
        "regions": {region: {"state": "online"} for region in regions},
        "links": [
            {"from": a, "to": b, "state": "running", "in_flight": images // len(links)}
            for a, b in links
        ],
    }  # fmt: skip

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path.startswith("/pages/"):
            route.fulfill(path=website.PAGES / path.removeprefix("/pages/"))
        elif path.endswith("status"):
            route.fulfill(json=status | {"now_ms": time.time() * 1000})
        else:
            since = int(urlsplit(route.request.url).query.partition("=")[2])
            route.fulfill(json={"events": events[since:], "last_event": images})

    page.route("http://posed.localhost/**", answer)
    page.route("**/*.execute-api.*/**", lambda route: route.fulfill(json={"Item": {}}))
    page.goto(website.opened_with(_PAGES + name, [_API.format(region) for region in regions]))
    expect(page.locator("#said")).to_have_text("Lag fixed:120000", timeout=25_000)


@pytest.mark.parametrize("count", [2, 3, 5])
def test_labels_are_clear_of_lines_and_the_picture_fills_the_screen(page: Page, count: int) -> None:
    """On a telephone, a laptop and a wall."""
    posed(page, REGIONS[:count], 24)
    for width, height in ((360, 780), (1366, 768), (2560, 1440)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(600)
        assert page.evaluate(_CROSSED) == [], (width, height)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        box = page.locator("#map").bounding_box()
        assert box
        assert box["width"] >= 0.85 * width
        assert box["height"] >= 0.55 * height


@pytest.mark.parametrize("count", [2, 3, 5])
def test_labels_are_clear_where_the_map_is_part_of_a_page(page: Page, count: int) -> None:
    """The page for the wall has larger words in a smaller map: they are placed for what they are."""
    posed(page, REGIONS[:count], 40, name="demo.html")
    for width, height in ((1366, 768), (2560, 1440)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(600)
        if folder := os.environ.get("WORKSHOP_SCREENSHOTS"):
            page.screenshot(path=f"{folder}/live-{count}-{width}.png")
        assert page.evaluate(_CROSSED) == [], (width, height)
        assert page.evaluate("document.documentElement.scrollHeight - innerHeight") <= 0


def cost_ms(devtools: CDPSession, page: Page, seconds: float) -> float:
    """Return how much of the page's thread a frame takes, in ms of CPU time."""

    def read() -> tuple[float, int]:
        metrics = devtools.send("Performance.getMetrics")["metrics"]
        named = {metric["name"]: metric["value"] for metric in metrics}
        return named["TaskDuration"], page.evaluate("window.frames_drawn")

    page.evaluate("""() => { window.frames_drawn = 0;
      const count = () => { window.frames_drawn += 1; requestAnimationFrame(count); };
      requestAnimationFrame(count); }""")
    (busy_s, drawn), _ = read(), time.sleep(seconds)
    after_s, after = read()
    return 1000 * (after_s - busy_s) / (after - drawn)


@pytest.mark.learner
def test_a_thousand_images_cost_at_most_twice_what_twenty_do(page: Page) -> None:
    """Measured side by side, in turns, so that what else the machine does falls on both."""
    costs: dict[int, list[float]] = {20: [], 1000: []}
    for _ in range(4):
        for images, taken in costs.items():
            tab = page.context.new_page()
            posed(tab, REGIONS[:3], images)
            devtools = tab.context.new_cdp_session(tab)
            devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
            taken.append(cost_ms(devtools, tab, 2))
            tab.close()
    few, many = (statistics.median(costs[images]) for images in (20, 1000))
    print(f"20 images: {few:.2f} ms a frame; 1,000: {many:.2f} ms; {many / few:.2f} times")
    assert many <= 2 * few, costs
