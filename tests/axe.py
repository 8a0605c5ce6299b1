"""What axe-core finds on a page, of what a person would trip over."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page


def wrong(page: Page) -> list[str]:
    """Format what is moderate or worse; contrast is among what axe computes."""
    found = Axe().run(page).response["violations"]
    return [
        f"{violation['id']}: {violation['help']} ({violation['nodes'][0]['html'][:200]})"
        for violation in found
        if violation["impact"] in ("moderate", "serious", "critical")
    ]
