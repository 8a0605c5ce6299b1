"""The pages' scripts without DOM, run in Chromium on the same cases as their twins in Python."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from helpers.settings import PROJECT_DIR
from tests.history_model import Model
from tests.test_history import CASES, judge

_JUDGE = """(plays) => plays.map((steps) => {
  const history = new Workshop.History();
  return steps.map((step) => {
    const result = {rttMs: step.rtt_ms ?? 5, dynamodbMs: 1, outcome: step.outcome ?? "ok",
      message: "why", region: step.region, operation: step.operation, startedMs: step.started_ms,
      bookmark: step.bookmark, version: step.version, replaced: step.replaced};
    return history.record(result, step.delta, "user1", step.show);
  });
})"""


def load(page: Page, *names: str) -> None:
    """Load scripts into an empty page."""
    page.goto("about:blank")
    for name in names:
        page.add_script_tag(path=PROJECT_DIR / "web" / "js" / f"{name}.js")


def test_the_console_judges_as_the_panel_does(page: Page) -> None:
    """Mark and words are the same in JavaScript and in Python: the shared cases, and 120 plays."""
    load(page, "versions", "history")
    plays: list[list[dict[str, Any]]] = [case["steps"] for case in CASES]
    for others in (0.0, 0.4):
        for overlap in (False, True):
            plays += [Model(seed, overlap, others).play(60) for seed in range(30)]
    theirs = page.evaluate(_JUDGE, plays)
    for steps, judged in zip(plays, theirs, strict=True):
        ours = [(entry.region, entry.mark, entry.text) for entry in judge(steps)]
        assert [(entry["region"], entry["mark"], entry["text"]) for entry in judged] == ours
