"""Links: those of the course lead somewhere, as far as that can be told without the internet."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import pytest

from helpers.notebooks import notebooks
from helpers.settings import PROJECT_DIR

_LINK = re.compile(r"\]\(([^()\s]+)\)")
_GLOSSARY = PROJECT_DIR / "docs" / "glossary.md"
PAGES = sorted([*PROJECT_DIR.glob("*.md"), *(PROJECT_DIR / "docs").rglob("*.md")])
READ = [*notebooks(), *PAGES]
_AWS = "docs.aws.amazon.com"


def prose(path: Path) -> str:
    """Return what is read of a notebook or a page, without code blocks."""
    if path.suffix != ".ipynb":
        text = path.read_text(encoding="utf-8")
    else:
        cells = nbformat.read(path, as_version=4).cells
        text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """List the anchors that GitHub and JupyterLab give to the headings of a page."""
    heads = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def words(text: str) -> str:
    """Return a text in small letters, as one line."""
    return " ".join(text.lower().split())


@pytest.mark.parametrize("path", READ, ids=lambda path: path.stem)
def test_a_link_to_a_file_finds_it_and_its_heading(path: Path) -> None:
    """A notebook that was renamed, or a heading that was reworded, is missed here first."""
    for link in _LINK.findall(prose(path)):
        parts = urlsplit(link)
        if parts.scheme:
            continue
        page = (path.parent / parts.path).resolve() if parts.path else path
        assert page.is_file(), f"{path.name}: {link}"
        if parts.fragment:
            assert parts.fragment in anchors(page), f"{path.name}: {link}"


@pytest.mark.parametrize("path", READ, ids=lambda path: path.stem)
def test_a_link_to_the_web_has_the_form_of_one(path: Path) -> None:
    """Encrypted, without a query that says who came; a page of AWS's documents is a page."""
    for link in _LINK.findall(prose(path)):
        parts = urlsplit(link)
        if not parts.scheme:
            continue
        assert parts.scheme == "https", link
        assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", parts.netloc), link
        assert not parts.query, link
        if parts.netloc == _AWS:
            assert re.fullmatch(r"/[\w./-]+\.html", parts.path), link


def test_the_glossary_has_the_words_in_use() -> None:
    """Each is a word of the notebooks, explained once; the course begins by linking to it."""
    read = words(" ".join(prose(path) for path in notebooks()))
    heads = re.findall(r"^## (.*)$", _GLOSSARY.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(set(heads)) == len(heads)
    for head in heads:
        for word in head.removesuffix(" units").split(" and "):
            assert words(word) in read, head
    assert "(../docs/glossary.md)" in prose(notebooks()[0])
    assert "(../docs/reading.md)" in prose(notebooks()[0])


@pytest.mark.parametrize("path", notebooks()[1:], ids=lambda path: path.stem)
def test_a_claim_about_aws_has_its_source(path: Path) -> None:
    """Each notebook that speaks of AWS links to AWS's own page."""
    assert f"https://{_AWS}/" in prose(path)


def test_every_decision_is_in_the_index() -> None:
    """A decision that the index lacks is never read; each is listed once, by its own title."""
    folder = PROJECT_DIR / "docs" / "decisions"
    listed = re.findall(
        r"^- \[(\d\d)\. (.*)\]\((.*)\)$", (folder / "README.md").read_text(), re.MULTILINE
    )
    there = [
        (
            path.name[:2],
            path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# "),
            path.name,
        )
        for path in sorted(folder.glob("[0-9]*.md"))
    ]
    assert sorted(listed) == there
