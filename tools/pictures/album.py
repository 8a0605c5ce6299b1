"""An album of screenshots: each state in light and dark, on a telephone, a laptop and a wall."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page

from tests.axe import wrong

SIZES = {"phone": (360, 780), "laptop": (1366, 768), "wall": (2560, 1440)}
_SETTLES_MS = 700
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>The pages and panels, state by state</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 2rem; background: #f3f3f0; color: #1d2329; }}
.row {{ display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start; }}
figure {{ margin: 0; }} figcaption {{ font-size: .8rem; }}
img {{ max-width: 30rem; max-height: 24rem; border: 1px solid #b6bec7; background: #fff; }}
.wrong {{ color: #a33f00; font-weight: 700; }}
</style></head><body>
<h1>The pages and panels, state by state</h1>
<p>Made by <code>make pictures</code>. A click shows a picture in its full size.</p>
{states}
</body></html>
"""


@dataclass(frozen=True)
class Picture:
    """One screenshot: its file in the album, how it was taken, and what is wrong in it."""

    file: str
    caption: str
    wrong: str = ""


@dataclass
class Album:
    """Screenshots in a folder, by the state that they show; `bind` writes a page with all."""

    folder: Path
    states: dict[str, list[Picture]] = field(default_factory=dict)

    def take(self, page: Page, state: str, *, whole: bool = True) -> None:
        """Take a state in both colour schemes and in every size.

        Args:
            page: as it stands; its size and scheme are changed.
            state: in words; the first is that of the page.
            whole: all of the page, however long; else what is seen without scrolling.
        """
        schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            for scheme in schemes:
                page.emulate_media(color_scheme=scheme)
                page.wait_for_timeout(_SETTLES_MS)
                caption = f"{size}, {scheme}"
                self.keep(page, state, caption, whole=whole, axe=size == "laptop")

    def keep(
        self, page: Page, state: str, caption: str, *, whole: bool = False, axe: bool = False
    ) -> None:
        """Take one picture of a page as it is; look for what a person would trip over."""
        name = re.sub(r"\W+", "-", f"{state} {caption}").lower()
        page.screenshot(path=self.folder / f"{name}.png", full_page=whole)
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found = [f"{over} px too wide"] * (over > 0) + (wrong(page) if axe else [])
        picture = Picture(f"{name}.png", caption, "; ".join(found))
        self.states.setdefault(state, []).append(picture)

    def wrong(self) -> list[str]:
        """Format what is wrong with any picture."""
        return [
            f"{state} ({picture.caption}): {picture.wrong}"
            for state, pictures in self.states.items()
            for picture in pictures
            if picture.wrong
        ]

    def bind(self) -> Path:
        """Write the page that shows all pictures; return its path."""
        states = "\n".join(_state(name, pictures) for name, pictures in self.states.items())
        index = self.folder / "index.html"
        index.write_text(_PAGE.format(states=states), encoding="utf-8")
        return index


def _state(name: str, pictures: list[Picture]) -> str:
    figures = "".join(
        f'<figure><a href="{escape(p.file)}"><img src="{escape(p.file)}" loading="lazy" '
        f'alt="{escape(f"{name}: {p.caption}")}"></a>'
        f'<figcaption>{escape(p.caption)} <span class="wrong">{escape(p.wrong)}</span></figcaption>'
        "</figure>"
        for p in pictures
    )
    return f'<h2>{escape(name)}</h2><div class="row">{figures}</div>'
