"""Exports: a figure as PNG and SVG, its data as CSV, and where both come from as JSON."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import json
import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure

from helpers.settings import Settings

_PACKAGES = (
    "global-tables-workshop",
    "boto3",
    "matplotlib",
    "ministack",
    "numpy",
    "pandas",
    "scipy",
)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class Export:
    """The files of one exported chart."""

    png: Path
    svg: Path
    csv: tuple[Path, ...]
    provenance: Path

    def __repr__(self) -> str:
        names = [path.name for path in (self.png, self.svg, *self.csv, self.provenance)]
        return f"{self.png.parent.name}/: {', '.join(names)}"


def export(
    figure: Figure,
    data: pd.DataFrame | Mapping[str, pd.DataFrame],
    name: str,
    *,
    target: str,
    settings: Mapping[str, Any] | None = None,
    directory: Path | None = None,
) -> Export:
    """Write a chart and its data, replacing what an earlier run left under the name.

    Args:
        figure: the chart.
        data: what it shows; several tables are named, the first goes to NAME.csv, the others to
            NAME-KEY.csv.
        name: letters, digits, hyphens and underscores.
        target: `local` or `aws`.
        settings: of the experiment, lag model and seed among them.
        directory: instead of the exports folder (WORKSHOP_EXPORTS).

    Raises:
        ValueError: the name cannot be a file's, or a table is empty.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} must be made of letters, digits, hyphens and underscores.")
    tables = {"": data} if isinstance(data, pd.DataFrame) else dict(data)
    for key, table in tables.items():
        if table.empty:
            raise ValueError(f"The data of {name} {key} is empty; measure first, then export.")
    folder = directory or Settings.read().exports
    folder.mkdir(parents=True, exist_ok=True)
    png, svg = folder / f"{name}.png", folder / f"{name}.svg"
    figure.savefig(png, dpi=150, metadata={"Software": None})
    svg.write_text(_accessible_svg(figure, name), encoding="utf-8")
    written = []
    for number, (key, table) in enumerate(tables.items()):
        path = folder / (f"{name}-{key}.csv" if number else f"{name}.csv")
        table.to_csv(path, index=False)
        written.append(path)
    provenance = folder / f"{name}.json"
    content = _provenance(name, tables, target, settings or {})
    provenance.write_text(json.dumps(content, indent=2, default=str) + "\n", encoding="utf-8")
    return Export(png, svg, tuple(written), provenance)


def _accessible_svg(figure: Figure, name: str) -> str:
    """Draw the figure as SVG: the same figure gives the same bytes, and a reader can speak it."""
    drawn = StringIO()
    with mpl.rc_context({"svg.hashsalt": name, "svg.fonttype": "none"}):
        figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
    title, description = describe(figure)
    head = (
        f'<svg role="img" aria-labelledby="{name}-title {name}-desc" '
        f'\\g<1>>\n <title id="{name}-title">{escape(title)}</title>'
        f'\n <desc id="{name}-desc">{escape(description)}</desc>'
    )
    # A backslash in a chart's words must not be taken for a group of the pattern.
    parts = re.split(r"<svg ([^>]*)>", drawn.getvalue(), maxsplit=1)
    return parts[0] + head.replace("\\g<1>", parts[1]) + parts[2]


def describe(figure: Figure) -> tuple[str, str]:
    """Return what a chart says in words: its title, and axes and footer for its description."""
    axes = figure.axes[0]
    title = axes.get_title(loc="left") or axes.get_title()
    labels = f"{axes.get_ylabel()} against {axes.get_xlabel()}." if axes.get_ylabel() else ""
    footer = " ".join(word for text in figure.texts for word in text.get_text().split())
    return title, " ".join(part for part in (labels, footer) if part)


def _provenance(
    name: str, tables: Mapping[str, pd.DataFrame], target: str, settings: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "name": name,
        "target": target,
        "settings": dict(settings),
        "exported_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "data": {
            key or name: {"rows": len(table), "columns": list(table.columns)}
            for key, table in tables.items()
        },
        "versions": {
            "python": platform.python_version(),
            **{package: importlib.metadata.version(package) for package in _PACKAGES},
        },
    }
