"""Keep notebooks tidy: no outputs, no execution counts, and navigation at the end of each.

`python tools/tidy_notebooks.py` rewrites them; with `--check` it only tells which are not tidy.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat

FOLDER = Path(__file__).resolve().parent.parent / "notebooks"
_MARK = "<!-- navigation -->"


def titles(paths: list[Path]) -> dict[Path, str]:
    """Read the title of each notebook from its first heading."""
    found = {}
    for path in paths:
        first = nbformat.read(path, as_version=4).cells[0].source  # type: ignore[no-untyped-call]
        found[path] = first.splitlines()[0].removeprefix("# ").strip()
    return found


def navigation(path: Path, names: dict[Path, str]) -> str:
    """Format the links to the notebooks before and after one."""
    order = list(names)
    place = order.index(path)
    links = []
    if place > 0:
        before = order[place - 1]
        links.append(f"Before: [{names[before]}]({before.name})")
    if place + 1 < len(order):
        after = order[place + 1]
        links.append(f"Next: [{names[after]}]({after.name})")
    return f"{_MARK}\n---\n" + " · ".join(links)


def tidy(path: Path, names: dict[Path, str]) -> str:
    """Return the text of a notebook as it should be."""
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    kept = [cell for cell in notebook.cells if not cell.source.startswith(_MARK)]
    for cell in kept:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        tags = cell.metadata.get("tags")
        cell.metadata = {"tags": tags} if tags else {}
    last = nbformat.v4.new_markdown_cell(navigation(path, names))  # type: ignore[no-untyped-call]
    last["id"] = "navigation"
    notebook.cells = [*kept, last]
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return str(nbformat.writes(notebook)).rstrip() + "\n"  # type: ignore[no-untyped-call]


def main() -> int:
    """Tidy or check all notebooks."""
    names = titles(sorted(FOLDER.glob("[0-9]*.ipynb")))
    untidy = [path for path in names if path.read_text(encoding="utf-8") != tidy(path, names)]
    if "--check" in sys.argv[1:]:
        for path in untidy:
            print(f"{path.name} is not tidy. Run: python tools/tidy_notebooks.py")
        return 1 if untidy else 0
    for path in untidy:
        path.write_text(tidy(path, names), encoding="utf-8")
        print(f"tidied {path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
