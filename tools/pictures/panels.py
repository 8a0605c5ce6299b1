"""The panels, in JupyterLab: both themes, a laptop and a narrow window, and without a kernel."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from helpers.panels.panel import ENDED
from tests.browser import jupyter
from tools.pictures.album import Album
from tools.pictures.pages import Stage

_STATES = ("panel of Regions", "panel of an experiment", "panel of the map", "panel of the pages")
_DEAD = "panel whose kernel has ended"
_WIDTHS = {"laptop": 1366, "narrow": 480}
_HEIGHT = 900


def take_all(stage: Stage, browser: Browser, album: Album, folder: Path, wanted: str = "") -> None:
    """Take each panel whose state has `wanted` in its name.

    Args:
        stage: the cloud behind the panels.
        browser: to look with.
        album: for the pictures.
        folder: an empty one for the notebook and for JupyterLab.
        wanted: a part of a state's name.
    """
    states = [state for state in _STATES if wanted in state]
    if not states and wanted not in _DEAD:
        return
    stage.calm()
    home, away = stage.regions[:2]
    page = browser.new_context().new_page()
    with jupyter.jupyterlab(stage.target, folder, jupyter.panel_cells(home, away)) as address:
        jupyter.open_panels(page, address, len(_STATES))
        jupyter.fill_panels(page, stage.cloud, home, away)
        for theme in ("Dark", "Light"):
            jupyter.choose_theme(page, theme)
            for state in states:
                print(state, theme, flush=True)
                for size, width in _WIDTHS.items():
                    page.set_viewport_size({"width": width, "height": _HEIGHT})
                    seen = jupyter.panel(page, _STATES.index(state))
                    seen.scroll_into_view_if_needed()
                    page.wait_for_timeout(700)
                    album.keep(page, state, f"{size}, {theme.lower()}")
            page.set_viewport_size({"width": _WIDTHS["laptop"], "height": _HEIGHT})
        if wanted in _DEAD:
            jupyter.restart_kernel(page)
            ended = jupyter.panel(page, 0).get_by_text(ENDED)
            ended.scroll_into_view_if_needed()
            expect(ended).to_be_visible(timeout=60_000)
            album.keep(page, _DEAD, "laptop, light")
        page.context.close()
