"""What a notebook shows once it has run: pictures, checkpoints, words."""

from __future__ import annotations

import ast
import base64
import io
import re
from collections.abc import Iterator
from typing import Any

import matplotlib.image
import nbformat

_TROUBLE = re.compile(r"Traceback|\b(failed|refused|error)\b", re.IGNORECASE)
# A text announces trouble in words of its own.
_ANNOUNCED = re.compile(r"fail|refuse|error|wrong|missing|dark|\*unknown\*|deploy", re.IGNORECASE)
_AS_PYTHON = re.compile(r"<Figure|<Axes| at 0x[0-9a-f]+>")
# A picture of one colour has a spread of zero; the emptiest chart of ours has far more than this.
_BLANK = 0.01
_DESCRIBED = 8
# As `new_key` and `make_keys` draw them; a token stands behind the # of a page's address.
_SECRET = re.compile(r"\bLOCAL[A-Z2-7]{26}\b|token=[\w-]{43}")


def code_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """List the cells that were run."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def text_of(cell: nbformat.NotebookNode) -> str:
    """Join all that a cell has said: what it printed, what it showed, and a traceback."""
    return "\n".join(_texts(cell))


def _texts(cell: nbformat.NotebookNode) -> Iterator[str]:
    for output in cell.outputs:
        if output.output_type == "stream":
            yield output.text
        elif output.output_type == "error":
            yield "\n".join(output.traceback)
        else:
            yield output.data.get("text/plain", "")


def pictures(cell: nbformat.NotebookNode) -> list[tuple[bytes | str, str]]:
    """List each picture of a cell, PNG or SVG, with its text alternative ("" without one)."""
    found = []
    for output in cell.outputs:
        data = output.get("data", {})
        for kind in ("image/png", "image/svg+xml"):
            if kind in data:
                found.append((_decoded(data[kind], kind), _alternative(output, kind)))
                break
    return found


def _decoded(data: str, kind: str) -> bytes | str:
    return base64.b64decode(data) if kind == "image/png" else data


def _alternative(output: nbformat.NotebookNode, kind: str) -> str:
    said = output.metadata.get(kind, {}).get("alt", "")
    in_page = re.search(r'<img[^>]*\salt="([^"]*)"', output.data.get("text/html", ""))
    in_svg = re.search(r"<title[^>]*>(.*?)</title>", output.data.get(kind, ""), re.DOTALL)
    return str(said or (in_page and in_page[1]) or (in_svg and in_svg[1]) or "")


def is_blank(picture: bytes | str) -> bool:
    """Return whether nothing can be seen: one colour all over, or no path and no text."""
    if isinstance(picture, str):
        return not re.search(r"<(path|text|use|line|rect)\b", picture)
    shades = matplotlib.image.imread(io.BytesIO(picture), format="png")[..., :3]
    return bool(shades.std() < _BLANK)


def draws(source: str) -> bool:
    """Return whether a cell's code makes a chart: `charts.some_chart(...)` or `seen.chart()`."""
    return any(_is_chart_call(node) for node in ast.walk(ast.parse(source)))


def _is_chart_call(node: Any) -> bool:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    of_charts = isinstance(node.func.value, ast.Name) and node.func.value.id == "charts"
    return of_charts or node.func.attr == "chart"


def unseen_charts(notebook: nbformat.NotebookNode) -> list[str]:
    """Return each cell that draws and shows no picture, a blank one, or one without words.

    A name or a size is no description; a sentence with what was measured is.
    """
    found = []
    for cell in code_cells(notebook):
        if not draws(cell.source):
            continue
        shown = pictures(cell)
        if not shown:
            found.append(f"no picture after:\n{cell.source}")
        for picture, alternative in shown:
            if is_blank(picture):
                found.append(f"blank picture after:\n{cell.source}")
            if len(alternative.split()) < _DESCRIBED:
                found.append(f"described as {alternative!r}:\n{cell.source}")
    return found


def shown_as_python(notebook: nbformat.NotebookNode) -> list[str]:
    """Return each cell that shows `<Figure ...>` or `<object at 0x...>`."""
    return [c.source for c in code_cells(notebook) if _AS_PYTHON.search(text_of(c))]


def missed_checkpoints(notebook: nbformat.NotebookNode) -> list[str]:
    """Return what each checkpoint says that shows a ✗."""
    return [text_of(cell) for cell in code_cells(notebook) if "✗" in text_of(cell)]


def unannounced_trouble(notebook: nbformat.NotebookNode) -> list[str]:
    """Return each output that something failed where the text before it did not say it would."""
    said, found = "", []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            said = cell.source
        elif (trouble := _TROUBLE.search(text_of(cell))) and not _ANNOUNCED.search(said):
            found.append(f"{trouble[0]!r} after:\n{said}\n\n{text_of(cell)}")
    return found


def said_aside(notebook: nbformat.NotebookNode) -> list[str]:
    """Return what came on stderr, such as a library's warning: a learner looks for their mistake."""
    return [
        output.text
        for cell in code_cells(notebook)
        for output in cell.outputs
        if output.output_type == "stream" and output.name == "stderr"
    ]


def secrets_shown(notebook: nbformat.NotebookNode) -> list[str]:
    """Return each key of a local cloud and each page's token, in outputs and the state of widgets.

    A notebook is sent to others; who has them can run code as the learner.
    """
    return [f"a secret: {found[0][:9]}…" for found in _SECRET.finditer(nbformat.writes(notebook))]


EXAMINATIONS = (
    unseen_charts, shown_as_python, missed_checkpoints, unannounced_trouble, said_aside,
    secrets_shown,
)  # fmt: skip


def faults(notebook: nbformat.NotebookNode) -> list[str]:
    """Return all that a learner should not have seen in a notebook that has run."""
    return [fault for examine in EXAMINATIONS for fault in examine(notebook)]
