"""All charts that were saved as one deck, to be taken away: a page and a PDF, with provenance."""

from __future__ import annotations

import base64
import json
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import matplotlib.image as mpl_image
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from helpers.charts import saving

_SLIDE_INCHES = (13.33, 7.5)
_WIDTH_CHARACTERS = 150
_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Global tables, measured: the charts</title>
<style>
body {{ margin: 0; font: 18px/1.5 system-ui, sans-serif; color: #1d2329; background: #fff; }}
section {{ max-width: 70rem; margin: 0 auto; padding: 2rem; break-after: page; }}
img {{ max-width: 100%; max-height: 78vh; display: block; margin: 0 auto; }}
h2 {{ margin: 0 0 0.5rem; font-size: 1.1rem; color: #59626b; }}
small {{ color: #59626b; overflow-wrap: anywhere; }}
</style></head>
<body>
{slides}
</body></html>
"""


@dataclass(frozen=True)
class Slide:
    """One saved chart: its name, its words, where it comes from, and its picture."""

    name: str
    description: str
    source: str
    picture: Path


def slides(exports: Path) -> list[Slide]:
    """Read the last save of each name in the exports folder, in the order of the names."""
    found: list[Slide] = []
    for folder in sorted(path for path in exports.glob("*") if path.is_dir()):
        last = saving.newest(folder.name, exports)
        if last and (last / f"{folder.name}.json").is_file():
            found += _read(last, folder.name)
    return found


def write(exports: Path) -> tuple[list[Slide], Path]:
    """Write the deck of an exports folder into `deck` in there: index.html and charts.pdf.

    Returns:
        The slides, and the folder.

    Raises:
        RuntimeError: no chart was saved there yet.
    """
    shown = slides(exports)
    if not shown:
        raise RuntimeError(
            f"No chart was saved in {exports} yet. Run a notebook, or all of them: workshop charts"
        )
    folder = exports / "deck"
    folder.mkdir(exist_ok=True)
    page = _PAGE.format(slides="\n".join(map(_html, shown)))
    (folder / "index.html").write_text(page, encoding="utf-8")
    _write_pdf(folder / "charts.pdf", shown)
    return shown, folder


def _read(folder: Path, name: str) -> Iterator[Slide]:
    told = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    source = _source(told["provenance"])
    for stem, description in told["described"].items():
        picture = folder / f"{stem}.png"
        if picture.is_file():
            yield Slide(stem, description, source, picture)


def _source(provenance: dict[str, Any]) -> str:
    """Format a provenance in a line: what a reader needs to make the chart again."""
    lag, place = provenance.get("lag_model"), provenance.get("place")
    parts = [
        f"target {provenance['target']}",
        " and ".join(provenance.get("regions", [])),
        f"lag {lag}" if lag else "",
        f"as if from {place}" if place else "",
        f"seed {provenance['seed']}" if provenance.get("seed") not in (None, "") else "",
        f"{provenance.get('started_at', '')} to {provenance.get('ended_at', '')}",
        *(f"{name} {version}" for name, version in provenance.get("versions", {}).items()),
    ]
    return "; ".join(part for part in parts if part)


def _html(slide: Slide) -> str:
    picture = base64.b64encode(slide.picture.read_bytes()).decode("ascii")
    return (
        f"<section><h2>{escape(slide.name)}</h2>"
        f'<img src="data:image/png;base64,{picture}" alt="{escape(slide.description)}">'
        f"<p>{escape(slide.description)}</p><small>{escape(slide.source)}</small></section>"
    )


def _write_pdf(path: Path, shown: Sequence[Slide]) -> None:
    with PdfPages(path, metadata={"Title": "Global tables, measured: the charts"}) as pdf:
        for slide in shown:
            pdf.savefig(_page(slide))


def _page(slide: Slide) -> Figure:
    figure = Figure(figsize=_SLIDE_INCHES)
    axes = figure.add_axes((0.04, 0.2, 0.92, 0.74))
    axes.imshow(mpl_image.imread(slide.picture), interpolation="antialiased")
    axes.axis("off")
    figure.text(0.04, 0.96, slide.name, fontsize=11, color="#59626b", va="center")
    words = textwrap.fill(slide.description, _WIDTH_CHARACTERS)
    figure.text(0.04, 0.18, words, fontsize=9.5, va="top", parse_math=False)
    source = textwrap.fill(slide.source, _WIDTH_CHARACTERS + 50)
    figure.text(0.04, 0.02, source, fontsize=7, color="#59626b", va="bottom", parse_math=False)
    return figure
