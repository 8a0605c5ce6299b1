"""Saving: pictures, tables and provenance into a folder of their own for each run."""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib.util
import json
import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure

from helpers.provenance import Provenance
from helpers.settings import Settings

LATEST = "latest"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class Picture:
    """A figure with its words.

    Attributes:
        figure: what is drawn.
        title, description: for readers of the screen.
    """

    figure: Figure
    title: str
    description: str


@dataclass(frozen=True)
class Saved:
    """The folder of one save, and the files in it."""

    folder: Path
    files: tuple[Path, ...]

    def __repr__(self) -> str:
        where = "/".join(self.folder.parts[-3:])
        return f"{where}/: {', '.join(path.name for path in self.files)}"


def save(
    name: str,
    pictures: Mapping[str, Picture],
    tables: Mapping[str, pd.DataFrame],
    provenance: Provenance,
    *,
    more: Mapping[str, Any] | None = None,
    parquet: bool = False,
    directory: Path | None = None,
) -> Saved:
    """Write everything into `NAME/TIME`, whole or not at all, and let `NAME/latest` lead there.

    Args:
        name: letters, digits, hyphens and underscores.
        pictures: by file name, without what stands behind the dot.
        tables: KEY goes to NAME-KEY.csv.
        provenance: to NAME.json.
        more: what stands beside it in there.
        parquet: each table as Parquet, too.
        directory: instead of the exports folder (WORKSHOP_EXPORTS).

    Raises:
        ValueError: the name cannot be a file's, a table is empty, or pyarrow is not there.
    """
    _check(name, tables, parquet=parquet)
    folder = (directory or Settings.read().exports) / name
    folder.mkdir(parents=True, exist_ok=True)
    work = folder / f".part-{secrets.token_hex(4)}"
    work.mkdir()
    try:
        for stem, picture in pictures.items():
            _draw(work / stem, picture)
        for key, table in tables.items():
            table.to_csv(work / f"{name}-{key}.csv", index=False)
            if parquet:
                table.to_parquet(work / f"{name}-{key}.parquet", engine="pyarrow", index=False)
        described = {stem: picture.description for stem, picture in pictures.items()}
        content = {
            "name": name,
            "described": described,
            "provenance": provenance.told(),
            "tables": {
                key: {"rows": len(table), "columns": list(table.columns)}
                for key, table in tables.items()
            },
            **(more or {}),
        }
        text = json.dumps(content, indent=2, default=str) + "\n"
        (work / f"{name}.json").write_text(text, encoding="utf-8")
        final = _settle(work, folder)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    return Saved(final, tuple(sorted(final.iterdir())))


def newest(name: str, directory: Path) -> Path | None:
    """Find the folder of the last save under a name."""
    saved = sorted(path for path in (directory / name).glob("2*") if path.is_dir())
    return saved[-1] if saved else None


def _check(name: str, tables: Mapping[str, pd.DataFrame], *, parquet: bool) -> None:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} must be made of letters, digits, hyphens and underscores.")
    empty = [key for key, table in tables.items() if table.empty]
    if empty or not tables:
        raise ValueError(
            f"The data of {name} {' '.join(empty)} is empty; measure first, then save."
        )
    if parquet and importlib.util.find_spec("pyarrow") is None:
        raise ValueError(
            "Parquet needs the package pyarrow, which is not installed: `pip install pyarrow`, or "
            "save without parquet."
        )


def _settle(work: Path, folder: Path) -> Path:
    """Give the finished folder the time as its name, and let `latest` lead to it."""
    now = dt.datetime.now(dt.UTC)
    while True:
        final = folder / f"{now:%Y%m%dT%H%M%S}.{now.microsecond // 1000:03}Z"
        if not final.exists():
            break
        now += dt.timedelta(milliseconds=1)
    work.rename(final)
    # Where links cannot be made, the last name is the latest.
    with contextlib.suppress(OSError):
        link = folder / f".latest-{final.name}"
        link.symlink_to(final.name, target_is_directory=True)
        link.replace(folder / LATEST)
    return final


def _draw(stem: Path, picture: Picture) -> None:
    """Draw PNG, SVG and PDF: the same figure gives the same bytes."""
    figure = picture.figure
    figure.savefig(stem.with_suffix(".png"), dpi=192, metadata={"Software": None})
    with mpl.rc_context({"pdf.fonttype": 42}):
        blank = dict.fromkeys(("Creator", "Producer", "CreationDate"))
        figure.savefig(
            stem.with_suffix(".pdf"), metadata={**blank, "Title": picture.title,
                                                "Subject": picture.description},
        )  # fmt: skip
    stem.with_suffix(".svg").write_text(_accessible_svg(picture, stem.name), encoding="utf-8")


def _accessible_svg(picture: Picture, name: str) -> str:
    """Draw the figure as SVG that a reader of the screen can speak."""
    drawn = StringIO()
    with mpl.rc_context({"svg.hashsalt": name, "svg.fonttype": "none"}):
        picture.figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
    before, attributes, after = re.split(r"<svg ([^>]*)>", drawn.getvalue(), maxsplit=1)
    head = (
        f'<svg role="img" aria-labelledby="{name}-title {name}-desc" {attributes}>'
        f'\n <title id="{name}-title">{escape(picture.title)}</title>'
        f'\n <desc id="{name}-desc">{escape(picture.description)}</desc>'
    )
    return before + head + after
