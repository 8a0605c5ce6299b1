"""A panel in JupyterLab itself: its buttons are clicked, and the history says what happened."""

from __future__ import annotations

import os
import re
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
import requests
from playwright.sync_api import Page, expect

from helpers import website
from helpers.localcloud.process.daemon import RunningCloud
from helpers.settings import Settings
from helpers.targets import LocalTarget
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
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(text.strip()) for text in (_NOTEBOOK, _PAGES)]
    )
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, tmp_path / "panel.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(8)
    settings = global_app.settings
    environment = {
        **os.environ,
        "WORKSHOP_PORT": str(global_app.cloud.port),
        "WORKSHOP_STATE_DIR": str(settings.state_dir),
        "WORKSHOP_BACKEND": str(settings.backend),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
        "JUPYTER_DATA_DIR": str(tmp_path / "data"),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--port={port}", f"--IdentityProvider.token={token}", "--ServerApp.port_retries=0"]
    command += ["--ServerApp.allow_remote_access=True"]
    never = "jupyterlab.handlers.announcements.NeverCheckForUpdate"
    command += ["--LabApp.news_url=None", f"--LabApp.check_for_updates_class={never}"]
    with (tmp_path / "lab.log").open("w") as log:
        server = subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if requests.get(f"http://127.0.0.1:{port}/api?token={token}", timeout=2).ok:
                break
        except requests.ConnectionError:
            time.sleep(0.2)
    yield f"http://127.0.0.1:{port}/lab/tree/panel.ipynb?token={token}&reset"
    server.terminate()
    server.wait(30)


def run_cell(page: Page, number: int) -> None:
    """Run a cell as a person does: again, if JupyterLab was not ready and did nothing."""
    # A cell that is run before its kernel is there is not run at all.
    idle = page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
    expect(idle.first).to_be_attached(timeout=60_000)
    cell = page.locator(".jp-NotebookPanel .jp-CodeCell").nth(number)
    untouched = cell.locator(".jp-InputPrompt", has_text=re.compile(r"^\[ \]:?$"))
    for _ in range(5):
        cell.locator(".cm-content").click(timeout=60_000)
        page.keyboard.press("Shift+Enter")
        page.wait_for_timeout(2_000)
        if untouched.count() == 0:
            return
    raise AssertionError("JupyterLab did not run the cell.")


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
    expect(page.locator('a[href*="#token="]').first).to_be_visible(timeout=15_000)
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
