"""JupyterLab on a notebook of a few cells, and the hands that run them."""

from __future__ import annotations

import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import nbformat
import requests
from playwright.sync_api import Locator, Page, expect

from helpers.localcloud.process.daemon import RunningCloud
from helpers.targets import LocalTarget

_PATIENCE_MS = 60_000
_IDLE = '.jp-Notebook-ExecutionIndicator[data-status="idle"]'


def panel_cells(home: str, away: str) -> tuple[str, ...]:
    """Return cells that show a panel of each kind; the first one prints the kernel's process."""
    return (
        f"""
import os
from helpers import connect, experiments, panels
target = connect()
print("kernel", os.getpid())
panels.RegionPanel(target, ["{home}", "{away}"], user="reader", show="show1")
""",
        "panels.ExperimentPanel(target, experiments.staleness, trials=10)",
        "panels.MapPanel(target)",
        f'panels.PagesPanel(target, "{home}", ["{home}", "{away}"])',
    )


def open_panels(page: Page, address: str, count: int) -> None:
    """Open the notebook without the side bar, and run its first `count` cells."""
    page.set_viewport_size({"width": 1366, "height": 900})
    page.goto(address)
    cells = page.locator(".jp-NotebookPanel .jp-CodeCell")
    expect(cells.first).to_be_visible(timeout=_PATIENCE_MS)
    page.keyboard.press("Control+b")
    for number in range(count):
        run_cell(page, number)
        expect(panel(page, number)).to_be_visible(timeout=_PATIENCE_MS)


def panel(page: Page, number: int) -> Locator:
    """Find the panel below a cell."""
    return page.locator(".jp-CodeCell").nth(number).locator(".workshop-panel")


def press(page: Page, region: str, button: str, seen: str) -> None:
    """Press a button of the Region panel; wait until its row says something."""
    row = panel(page, 0).locator(".workshop-row", has_text=region)
    row.get_by_role("button", name=button, exact=True).click()
    expect(row.locator(".workshop-line")).to_contain_text(re.compile(seen), timeout=_PATIENCE_MS)


def fill_panels(page: Page, cloud: RunningCloud, home: str, away: str) -> None:
    """Bring marks and long words into the panels, and a chart."""
    cloud.post("lag", {"lag": "fixed:30000"})
    press(page, home, ">>", "bookmark is")
    press(page, away, "get-item", "STALE READ")
    cloud.post(f"regions/{away}", {"state": "offline"})
    press(page, away, "get-item", "FAILED")
    cloud.post("lag", {"lag": "fixed:300"})
    cloud.post(f"regions/{away}", {"state": "online"})
    panel(page, 1).get_by_role("button", name="Run").click()
    expect(panel(page, 1).locator("img")).to_be_visible(timeout=_PATIENCE_MS)
    panel(page, 3).get_by_role("button", name="let them steer").click()
    expect(panel(page, 3)).to_contain_text("Then click again", timeout=_PATIENCE_MS)


def restart_kernel(page: Page) -> None:
    """Restart the kernel by the menu."""
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.get_by_role("menuitem", name="Restart Kernel…").click()
    page.locator(".jp-Dialog").get_by_role("button", name="Confirm").click()


@contextmanager
def jupyterlab(target: LocalTarget, folder: Path, cells: Sequence[str]) -> Iterator[str]:
    """Run JupyterLab on a notebook with these cells; the address of the notebook.

    Args:
        target: the local cloud that the notebook's kernel finds.
        folder: for the notebook, and for what JupyterLab keeps.
        cells: the notebook's code.
    """
    code = [nbformat.v4.new_code_cell(text.strip()) for text in cells]  # type: ignore[no-untyped-call]
    notebook = nbformat.v4.new_notebook(cells=code)  # type: ignore[no-untyped-call]
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, folder / "panel.ipynb")  # type: ignore[no-untyped-call]
    # Else cells that are not on the screen are taken out of the page.
    overrides = folder / "config" / "labconfig" / "default_setting_overrides.json"
    overrides.parent.mkdir(parents=True)
    whole = {"@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"}}
    overrides.write_text(json.dumps(whole), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(8)
    settings = target.settings
    environment = {
        **os.environ,
        "WORKSHOP_PORT": str(target.cloud.port),
        "WORKSHOP_STATE_DIR": str(settings.state_dir),
        "WORKSHOP_BACKEND": str(settings.backend),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--port={port}", f"--IdentityProvider.token={token}", "--ServerApp.port_retries=0"]
    command += ["--ServerApp.allow_remote_access=True"]
    never = "jupyterlab.handlers.announcements.NeverCheckForUpdate"
    command += [
        "--LabApp.news_url=None",
        "--LabApp.expose_app_in_browser=True",
        f"--LabApp.check_for_updates_class={never}",
    ]
    with (folder / "lab.log").open("w") as log:
        server = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and server.poll() is None:
            try:
                if requests.get(f"http://127.0.0.1:{port}/api?token={token}", timeout=2).ok:
                    break
            except requests.ConnectionError:
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/lab/tree/panel.ipynb?token={token}&reset"
    finally:
        server.terminate()
        try:
            server.wait(60)
        except subprocess.TimeoutExpired:  # It waits for a kernel that is just being restarted.
            server.kill()
            server.wait()


def run_cell(page: Page, number: int) -> None:
    """Run a cell as a person does: again, if JupyterLab was not ready and did nothing."""
    # A cell that is run before its kernel is there is not run at all.
    expect(page.locator(_IDLE).first).to_be_attached(timeout=60_000)
    cell = page.locator(".jp-NotebookPanel .jp-CodeCell").nth(number)
    untouched = cell.locator(".jp-InputPrompt", has_text=re.compile(r"^\[ \]:?$"))
    for _ in range(5):
        cell.locator(".cm-content").click(timeout=60_000)
        page.keyboard.press("Shift+Enter")
        page.wait_for_timeout(2_000)
        if untouched.count() == 0:
            return
    dialogs = page.locator(".jp-Dialog").all_inner_texts()
    raise AssertionError(f"JupyterLab did not run the cell: {dialogs}")


def choose_theme(page: Page, theme: str) -> None:
    """Choose a theme of JupyterLab, Light or Dark, by the command behind its menu."""
    page.evaluate(
        "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})",
        f"JupyterLab {theme}",
    )
    light = str(theme == "Light").lower()
    expect(page.locator(f'body[data-jp-theme-light="{light}"]')).to_be_attached(timeout=30_000)
