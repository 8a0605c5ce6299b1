"""A panel in JupyterLab itself: its buttons are clicked, and the history says what happened."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Page, expect

from helpers import website
from helpers.localcloud.process.daemon import RunningCloud
from helpers.settings import Settings
from helpers.targets import LocalTarget
from tests.browser.jupyter import jupyterlab, run_cell
from tests.conftest import AWAY, HOME

_NOTEBOOK = f"""
from helpers import connect, panels
target = connect()
panel = panels.RegionPanel(target, ["{HOME}", "{AWAY}"], user="clicker", show="show1")
panel
"""


_PAGES = f"""
from helpers import connect, panels
panels.PagesPanel(connect(), "{HOME}", ["{HOME}", "{AWAY}"])
"""


@pytest.fixture
def lab(global_app: LocalTarget, tmp_path: Path) -> Iterator[str]:
    """JupyterLab on a notebook with a panel; returns the address of the notebook."""
    with jupyterlab(global_app, tmp_path, (_NOTEBOOK, _PAGES)) as address:
        yield address


def test_buttons_of_the_panel_work_in_jupyterlab(lab: str, page: Page, calm: RunningCloud) -> None:
    """>> here, get-item there: a stale read is marked, and after the lag the read is fresh."""
    # Long enough for a person, or a slow machine, to catch the stale read.
    calm.post("lag", {"lag": "fixed:3000"})
    page.set_viewport_size({"width": 1400, "height": 1000})
    page.goto(lab)
    run_cell(page, 0)
    forward = page.get_by_role("button", name=">>")
    read = page.get_by_role("button", name="get-item")
    expect(forward).to_have_count(2, timeout=60_000)

    forward.nth(0).click()
    written = page.get_by_text(re.compile(rf"{HOME}\s+\+1 s, bookmark is 1 s"))
    expect(written.first).to_be_visible(timeout=20_000)
    stale = page.get_by_text(re.compile(rf"{AWAY}\s+STALE READ: bookmark is 0 s"))
    read.nth(1).click()
    expect(stale.first).to_be_visible(timeout=20_000)
    page.wait_for_timeout(3_500)
    read.nth(1).click()
    fresh = page.get_by_text(re.compile(rf"{AWAY}\s+bookmark is 1 s"))
    expect(fresh.first).to_be_visible(timeout=20_000)
    page.screenshot(path=os.environ.get("WORKSHOP_SCREENSHOT") or None)


def test_the_pages_open_through_jupyter(lab: str, page: Page, calm: RunningCloud) -> None:
    """Where a browser reaches Jupyter and nothing else: Watch plays, saves and fails over."""
    page.goto(lab)
    run_cell(page, 1)
    line = page.locator(".widget-html", has_text="through Jupyter")
    expect(line).to_be_visible(timeout=60_000)
    reached: list[str] = []
    page.context.on("request", lambda request: reached.append(request.url))
    with page.context.expect_page() as opened:
        line.get_by_role("link", name="Watch").click()
    watch = opened.value
    assert "/workshop/" in watch.url
    watch.locator("#catalogue button").first.click(timeout=15_000)
    saved = watch.locator("#saved")
    expect(saved).to_contain_text(f"in {HOME}", timeout=15_000)
    calm.post(f"regions/{HOME}", {"state": "offline"})
    expect(watch.get_by_role("alert")).to_contain_text(f"You go on in {AWAY}", timeout=15_000)
    expect(saved).to_contain_text(f"in {AWAY}", timeout=15_000)
    jupyter = re.match(r"http://[^/]+/", lab)
    assert jupyter
    elsewhere = [url for url in reached if not url.startswith(jupyter[0])]
    assert [url for url in elsewhere if url.startswith("http")] == []
    assert calm.keys.token not in page.content()
    page.get_by_role("button", name="let them steer").click()
    expect(page.locator('a[href*="#ticket="]').first).to_be_visible(timeout=15_000)
    assert calm.keys.token not in page.content()
    with page.context.expect_page() as opened:
        line.get_by_role("link", name="Replication map").click()
    expect(opened.value.locator("#said")).to_contain_text("Lag", timeout=15_000)
    # As on Binder: the browser calls Jupyter by a name that the local cloud must refuse by itself.
    there = {"Host": "hub.example"}
    token = lab.partition("token=")[2].partition("&")[0]
    folder = watch.url.partition("watch.html")[0]
    assert requests.get(f"{folder}index.html?token={token}", headers=there, timeout=10).ok
    cloud = f"{jupyter[0]}proxy/{calm.port}/_cloud/status?token={token}"
    assert requests.get(cloud, headers=there, timeout=10).status_code == 403
    calm.post(f"regions/{HOME}", {"state": "online"})
    website.remove(LocalTarget(calm, Settings.read()), HOME)
