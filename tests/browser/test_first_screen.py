"""The first screen: what `workshop lab` prints opens the first notebook, and a terminal is there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Page, expect

from helpers.targets import LocalTarget

_IDLE = '.jp-Notebook-ExecutionIndicator[data-status="idle"]'


@pytest.fixture
def printed(global_table: LocalTarget, tmp_path: Path) -> Iterator[list[str]]:
    """What a learner sees in the terminal once JupyterLab runs."""
    settings = global_table.settings
    environment = {
        **os.environ, "WORKSHOP_STATE_DIR": str(settings.state_dir),
        "WORKSHOP_BACKEND": str(settings.backend), "WORKSHOP_EXPORTS": str(settings.exports),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"), "JUPYTER_DATA_DIR": str(tmp_path / "data"),
    }  # fmt: skip
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "JUPYTERHUB_SERVICE_PREFIX"):
        environment.pop(name, None)
    command = [sys.executable, "-m", "helpers", "lab", "--port", str(global_table.cloud.port)]
    lab = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert lab.stdout is not None
    lines = [lab.stdout.readline().strip() for _ in range(2)]
    yield lines
    lab.terminate()
    rest, errors = lab.communicate(timeout=60)
    assert lab.returncode == 0, errors
    assert "JupyterLab has ended" in rest


def test_two_lines_lead_to_the_first_notebook_and_a_terminal(
    printed: list[str], page: Page, tmp_path: Path
) -> None:
    """The printed address opens notebook 0 with its kernel; nothing asks anything first."""
    found = re.fullmatch(
        r"JupyterLab: (http://localhost:\d+/)(lab/tree/\S+)\?token=(\w+)", printed[0]
    )
    assert found, printed
    assert "Ctrl-C" in printed[1]
    server, first, token = found.groups()
    assert first == "lab/tree/notebooks/00_verify_environment.ipynb"
    page.set_viewport_size({"width": 1400, "height": 900})
    page.goto(f"{server}{first}?token={token}")
    expect(page.locator(_IDLE).first).to_be_attached(timeout=120_000)
    expect(page.get_by_role("heading", name="Two targets, one workshop")).to_be_visible()
    expect(page.locator(".jp-Dialog")).to_have_count(0)
    expect(page.get_by_text("official Jupyter news")).to_have_count(0)

    # The root is the project: what the text speaks of can be opened.
    listed = requests.get(f"{server}api/contents", params={"token": token}, timeout=10).json()
    assert {"backend", "notebooks", "README.md"} <= {entry["name"] for entry in listed["content"]}

    # One click away, and set up: the commands of the target are simply there.
    page.locator(".lm-TabBar-tab", has_text="Terminal").click()
    expect(page.locator(".jp-Terminal")).to_be_visible()
    seen = tmp_path / "seen"
    wanted = f"which chalice workshop aws && aws dynamodb list-tables > {seen}.part && mv {seen}.part {seen}"
    deadline = time.monotonic() + 120
    while not seen.exists() and time.monotonic() < deadline:
        # A shell that is still starting loses what is typed, and a notebook that is still being
        # opened may come to the front once more.
        page.locator(".lm-TabBar-tab", has_text="Terminal").click()
        page.locator(".jp-Terminal").click()
        page.keyboard.type(f"{wanted}\n")
        for _ in range(50):
            page.wait_for_timeout(200)
            if seen.exists():
                break
    assert "global-serverless" in seen.read_text(encoding="utf-8")
    page.screenshot(path=os.environ.get("WORKSHOP_SCREENSHOT") or None)
