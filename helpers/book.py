"""The executed notebooks as pages: the course as a learner sees it, for any browser."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter

_WIDGET = "application/vnd.jupyter.widget-view+json"
_INDEX = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Global tables, measured</title></head>
<body><main><h1>Global tables, measured</h1>
<p>Every notebook, as it ran on the local cloud.</p>
<ul>
{lines}
</ul></main></body></html>
"""


def write_pages(book: Path) -> list[Path]:
    """Turn each executed notebook of a folder into a page beside it, and write an index.

    Links between notebooks lead to their pages; links into the project lead there from `book`,
    which lies one folder deeper than `notebooks/`.
    """
    exporter = HTMLExporter()  # type: ignore[no-untyped-call]
    pages, lines = [], []
    for path in sorted(book.glob("[0-9]*.ipynb")):
        notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        _say_where_panels_are(notebook)
        title = notebook.cells[0].source.splitlines()[0].removeprefix("# ")
        body, _resources = exporter.from_notebook_node(
            notebook, resources={"metadata": {"name": title}}
        )
        # A page that is read offline asks nobody for scripts; ours needs none.
        body = re.sub(r"<script\b.*?</script>", "", body, flags=re.DOTALL)
        body = re.sub(r'href="(\d\d_\w+)\.ipynb"', r'href="\1.html"', body)
        body = body.replace('href="../', 'href="../../')
        page = path.with_suffix(".html")
        page.write_text(body, encoding="utf-8")
        pages.append(page)
        lines.append(f'<li><a href="{page.name}">{escape(title)}</a></li>')
    (book / "index.html").write_text(_INDEX.format(lines="\n".join(lines)), encoding="utf-8")
    return pages


def _say_where_panels_are(notebook: nbformat.NotebookNode) -> None:
    """Put a sentence where a panel was: its buttons need a kernel, and a page has none."""
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if _WIDGET in output.get("data", {}):
                name = output.data.get("text/plain", "").partition("(")[0]
                output.data = {"text/plain": f"[{name}: buttons, where the notebook runs]"}
