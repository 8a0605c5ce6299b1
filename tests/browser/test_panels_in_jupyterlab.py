"""Panels as JupyterLab shows them: readable in both themes and at any width, and honest when dead."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from helpers.localcloud.process.daemon import RunningCloud
from helpers.panels.panel import ENDED, SILENT_S
from helpers.targets import LocalTarget
from tests.browser.jupyter import (
    choose_theme,
    fill_panels,
    jupyterlab,
    open_panels,
    panel,
    panel_cells,
    restart_kernel,
)  # fmt: skip
from tests.conftest import AWAY, HOME

pytestmark = pytest.mark.learner

PATIENCE_MS = 60_000
# A panel's silence is seen some time after its last word, and a beat may be late.
SILENCE_MS = 1000 * (SILENT_S + 30)
# Texts of a panel whose contrast, as rendered, is below WCAG's AA; and texts that are cut off.
_UNREADABLE = """(panel) => {
  const rgba = (text) => {
    const parts = text.match(/[\\d.]+/g).map(Number);
    const unit = text.startsWith("color(") ? 255 : 1;
    return [...parts.slice(0, 3).map((part) => part * unit), parts[3] ?? 1];
  };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
  const ground = (node) => {
    const layers = [];
    for (let at = node; at; at = at.parentElement) layers.push(rgba(getComputedStyle(at).backgroundColor));
    return layers.reduceRight((below, layer) => over(layer, below), [255, 255, 255, 1]);
  };
  const luminance = (colour) => {
    const [r, g, b] = colour.map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  for (const node of panel.querySelectorAll("*")) {
    const own = [...node.childNodes].filter((each) => each.nodeType === 3).map((each) => each.textContent.trim()).join("");
    const text = own || (node.matches("input, select") ? node.value : "");
    if (!text || node.closest("style, option, :disabled") || !node.checkVisibility({visibilityProperty: true})) continue;
    const below = ground(node);
    const lights = [luminance(over(rgba(getComputedStyle(node).color), below)), luminance(below)].sort((a, b) => b - a);
    const ratio = (lights[0] + 0.05) / (lights[1] + 0.05);
    if (ratio < 4.5) found.push(`${ratio.toFixed(1)}: ${text}`);
    if (node.scrollWidth > node.clientWidth + 1 && !node.matches("input, select") && node.clientWidth) found.push(`cut off: ${text}`);
    const [box, frame] = [node.getBoundingClientRect(), panel.getBoundingClientRect()];
    if (box.right > frame.right + 1) found.push(`sticks out: ${text}`);
  }
  return found;
}"""


@pytest.fixture
def lab(
    global_app: LocalTarget, tmp_path: Path, page: Page, request: pytest.FixtureRequest
) -> Iterator[Page]:
    """JupyterLab with a panel of each kind, or the first one only."""
    with jupyterlab(global_app, tmp_path, panel_cells(HOME, AWAY)) as address:
        open_panels(page, address, 1 if "ending" in request.fixturenames else 4)
        yield page


def picture(page: Page, name: str) -> None:
    """Leave a screenshot where WORKSHOP_SCREENSHOTS says."""
    if folder := os.environ.get("WORKSHOP_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def test_panels_are_readable_in_both_themes_and_at_any_width(lab: Page, calm: RunningCloud) -> None:
    """Each text has AA's contrast as rendered, none is cut off, and buttons stand in columns."""
    fill_panels(lab, calm, HOME, AWAY)
    for theme in ("Light", "Dark"):
        choose_theme(lab, theme)
        for width in (1366, 480):
            lab.set_viewport_size({"width": width, "height": 900})
            for number in range(4):
                panel(lab, number).scroll_into_view_if_needed()
                lab.wait_for_timeout(500)
                picture(lab, f"panel-{number}-{theme}-{width}")
                wrong = panel(lab, number).evaluate(_UNREADABLE)
                assert wrong == [], (theme, width, number)
            rows = panel(lab, 0).locator(".workshop-row")
            boxes = [
                [button.bounding_box() for button in row.get_by_role("button").all()]
                for row in rows.all()
            ]
            assert (
                len({tuple((box["x"], box["width"]) for box in row if box) for row in boxes}) == 1
            )
        lab.set_viewport_size({"width": 1366, "height": 900})


@pytest.mark.parametrize("ending", ["restarted", "killed"])
def test_a_panel_without_its_kernel_says_so(lab: Page, ending: str) -> None:
    """While the kernel lives nothing is said; afterwards a sentence, and a veil takes the clicks."""
    said = panel(lab, 0).get_by_text(ENDED)
    ping = panel(lab, 0).get_by_role("button", name="ping").first
    expect(ping).to_be_visible(timeout=PATIENCE_MS)
    lab.wait_for_timeout(1000 * SILENT_S + 5_000)
    expect(said).to_be_hidden()
    ping.click(timeout=PATIENCE_MS)
    if ending == "restarted":
        restart_kernel(lab)
    else:
        printed = lab.locator(".jp-OutputArea-output", has_text="kernel").first.inner_text()
        os.kill(int(printed.split()[-1]), signal.SIGKILL)
    expect(said).to_be_visible(timeout=SILENCE_MS)
    if (dialog := lab.locator(".jp-Dialog")).count():
        dialog.get_by_role("button", name="OK").click()
    picture(lab, f"panel-{ending}")
    under = ping.evaluate(
        """(button) => { const {x, y, width, height} = button.getBoundingClientRect();
        return button.contains(document.elementFromPoint(x + width / 2, y + height / 2)); }"""
    )
    assert not under
    assert panel(lab, 0).locator(".workshop-pulse").evaluate(_UNREADABLE) == []
    run_cell_again(lab)
    expect(said).to_be_hidden(timeout=PATIENCE_MS)
    expect(ping).to_be_visible(timeout=PATIENCE_MS)


def run_cell_again(page: Page) -> None:
    """Run the first cell in the new kernel."""
    page.locator(".jp-NotebookPanel .jp-CodeCell").first.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
