"""Open an address that holds a secret: it stands in no command line, which every user can read."""

from __future__ import annotations

import os
import webbrowser
from html import escape
from pathlib import Path

_PAGE = "open.html"
_LINE = '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={}">'


def open_in_browser(address: str, folder: Path) -> bool:
    """Make the browser go there by way of a file that its owner alone can read.

    Args:
        address: where to go; what stands behind its # stays with the page.
        folder: for the file, as the browser is told its name and not the address.

    Returns:
        Whether there was a browser.
    """
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / _PAGE
    page.unlink(missing_ok=True)
    descriptor = os.open(page, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(_LINE.format(escape(address, quote=True)))
    return webbrowser.open(page.absolute().as_uri())
