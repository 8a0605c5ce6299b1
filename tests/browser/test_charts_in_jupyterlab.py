"""Notebooks as a learner runs them: JupyterLab in a browser, "Run All Cells", charts on the screen."""

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

from helpers.notebooks import own_cloud
from tests.learner.terminal import a_copy_of_the_project

_IDLE = '.jp-Notebook-ExecutionIndicator[data-status="idle"]'
# Pictures in outputs that are wholly on the screen, by their words: size in pixels.
_PICTURES = """() => Object.fromEntries(
    [...document.querySelectorAll('.jp-OutputArea-output img')]
        .filter(img => {
            const box = img.getBoundingClientRect();
            return img.complete && box.height > 0 && box.top >= 0 && box.bottom <= innerHeight;
        })
        .map(img => [img.alt, img.naturalWidth * img.naturalHeight]))"""


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """`workshop lab` in a copy of the project with an empty local cloud: its address and token."""
    project = a_copy_of_the_project(tmp_path)
    with own_cloud(tmp_path, tmp_path / "exports") as variables:
        environment = {
            **os.environ, **variables, "PYTHONPATH": str(project),
            "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
            "JUPYTER_DATA_DIR": str(tmp_path / "data"),
        }  # fmt: skip
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "JUPYTERHUB_SERVICE_PREFIX"):
            environment.pop(name, None)
        command = [sys.executable, "-m", "helpers", "lab"]
        server = subprocess.Popen(
            command, cwd=project, env=environment, stdout=subprocess.PIPE, text=True
        )
        assert server.stdout is not None
        line = server.stdout.readline()
        found = re.search(r"(http://\S+?/)lab\S*\?token=(\w+)", line)
        assert found, line
        yield found[1], found[2]
        server.terminate()
        server.communicate(timeout=60)


@pytest.mark.parametrize(
    ("stem", "charts"),
    [("03_go_global", 2), pytest.param("05_conflicts", 2, marks=pytest.mark.learner)],
)
def test_every_chart_is_on_the_screen(
    lab: tuple[str, str], page: Page, stem: str, charts: int
) -> None:
    """All cells run, and scrolling through one sees each chart, with words for who cannot see."""
    base, token = lab
    page.set_viewport_size({"width": 1300, "height": 1000})
    page.goto(f"{base}lab/tree/notebooks/{stem}.ipynb?token={token}&reset")
    panel = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    title = panel.get_by_role("heading", name=re.compile(rf"^{int(stem[:2])}\. "))
    expect(title).to_be_visible(timeout=120_000)
    expect(panel.locator(_IDLE)).to_be_attached(timeout=120_000)
    title.click()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    wait_until_all_have_run(base, token, stem)
    seen: dict[str, int] = {}
    panel.locator(".jp-WindowedPanel-outer").hover()
    page.mouse.wheel(0, -100_000)
    for screen in range(60):
        page.wait_for_timeout(300)
        new = page.evaluate(_PICTURES).items() - seen.items()
        seen.update(new)
        if new and (folder := os.environ.get("WORKSHOP_SCREENSHOTS")):
            page.screenshot(path=Path(folder) / f"{stem}-{screen:02}.png")
        page.mouse.wheel(0, 400)
    described = {words: pixels for words, pixels in seen.items() if len(words.split()) >= 8}
    assert described == seen
    assert len(seen) >= charts, seen
    assert min(seen.values()) > 100_000


def wait_until_all_have_run(base: str, token: str, stem: str) -> None:
    """Wait until the kernel of a notebook has been idle for three looks in a row."""
    deadline, idle = time.monotonic() + 300, -1
    while idle < 3:
        assert time.monotonic() < deadline, f"{stem} has not ended"
        sessions = requests.get(f"{base}api/sessions", params={"token": token}, timeout=30).json()
        states = [s["kernel"]["execution_state"] for s in sessions if stem in s["path"]]
        state = states[0] if states else ""
        idle = idle + 1 if state == "idle" and idle >= 0 else 0 if state == "busy" else idle
        time.sleep(1)
