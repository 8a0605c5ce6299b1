"""The whole course without a screen: its charts, a deck of them, and its pages as a book."""

from __future__ import annotations

import argparse
from pathlib import Path

from helpers import folders
from helpers.commands.base import Commands, out_folder


def add_to(commands: Commands) -> None:
    """Add `charts`, `deck` and `book`."""
    charts = "run every notebook without a browser; saves charts in exports/"
    command = commands.add("charts", _charts, charts)
    command.add_argument("--out", type=Path, metavar="DIR", help="instead of exports/")
    deck = "put all saved charts on one page and into one PDF, with their provenance"
    command = commands.add("deck", _deck, deck)
    command.add_argument(
        "--out", type=Path, metavar="DIR", help="the folder that has them, instead of exports/"
    )
    book = "turn the notebooks as they ran into pages in exports/book/; runs them first if needed"
    commands.add("book", _book, book)


def _charts(options: argparse.Namespace) -> None:
    out = out_folder(options).resolve()
    from helpers import notebooks

    folders.require_checkout(notebooks.NOTEBOOKS, "folder of notebooks")
    took = notebooks.run_all(out)
    charts = sorted(out.glob("*/latest/*.png"))
    print(
        f"{sum(took.values()):6.1f} s  {len(took)} notebooks, {len(charts)} charts in {out.name}/"
    )


def _deck(options: argparse.Namespace) -> None:
    out = out_folder(options).resolve()
    from helpers import deck

    shown, folder = deck.write(out)
    print(f"{len(shown)} charts; open {folder / 'index.html'}, or print {folder / 'charts.pdf'}")


def _book(options: argparse.Namespace) -> None:
    from helpers import book, notebooks

    options.out = None
    folder = out_folder(options).resolve() / "book"
    if not notebooks.is_current(folder):
        _charts(options)
    pages = book.write_pages(folder)
    print(f"{len(pages)} pages; open {folder / 'index.html'}")
