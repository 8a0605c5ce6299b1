"""Folders that a run needs: found wanting before any work starts, with the setting to change."""

from __future__ import annotations

import tempfile
from pathlib import Path


class FolderError(RuntimeError):
    """A folder is not there or cannot be written; the message has the setting to change."""


def fault(folder: Path) -> str:
    """Return why nothing can be written into a folder, made first if need be; "" if it can.

    Nothing is left: what counts is the nearest folder of its path that there is.
    """
    nearest = folder.absolute()
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    try:
        with tempfile.TemporaryFile(dir=nearest):
            return ""
    except OSError as refused:
        return refused.strerror or str(refused)


def require(folder: Path, purpose: str, setting: str) -> Path:
    """Return a folder that can be written.

    Args:
        folder: it is not made.
        purpose: what goes there, in words.
        setting: what chooses another folder: a variable or an option.

    Raises:
        FolderError: it cannot be written.
    """
    if why := fault(folder):
        raise FolderError(
            f"Nothing can be written into {folder} ({why}), where {purpose}. "
            f"Choose another folder: {setting}=DIR"
        )
    return folder


def require_backend(folder: Path) -> Path:
    """Return the folder of the Chalice project, in which Chalice keeps its records.

    Raises:
        FolderError: there is no project, or it cannot be written.
    """
    if not (folder / "app.py").is_file():
        raise FolderError(_absent(folder, "Chalice project", "WORKSHOP_BACKEND"))
    return require(folder / ".chalice", "Chalice keeps its records", "WORKSHOP_BACKEND")


def require_checkout(folder: Path, what: str) -> Path:
    """Return a folder of the checkout, such as that of the notebooks.

    Raises:
        FolderError: the package was installed without it.
    """
    if not folder.is_dir():
        raise FolderError(_absent(folder, what, ""))
    return folder


def _absent(folder: Path, what: str, setting: str) -> str:
    choice = f", or set {setting}" if setting else ""
    return (
        f"There is no {what} at {folder}: the installed package has helpers and commands only. "
        f"Work from a checkout of the repository (make setup){choice}."
    )
