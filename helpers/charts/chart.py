"""A chart: a picture, what it shows in numbers and in words, and where that comes from."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from helpers.charts import saving
from helpers.provenance import Provenance

# Pixels of CSS an inch; the picture has twice as many, for screens that show them.
_CSS_DPI = 96
_DENSITY = 2


@dataclass(frozen=True, eq=False, repr=False)
class Chart:
    """A chart that shows itself in any notebook, and saves itself.

    Attributes:
        figure: a matplotlib Figure, made without pyplot.
        data: the tables that are drawn, by name.
        description: a sentence or two that say what is seen, with numbers; the text alternative.
        provenance: of the observations.
    """

    figure: Figure
    data: Mapping[str, pd.DataFrame]
    description: str
    provenance: Provenance

    @property
    def title(self) -> str:
        """The chart's title."""
        axes = self.figure.axes[0]
        return str(axes.get_title(loc="left") or axes.get_title())

    def png(self) -> bytes:
        """Draw it for a screen, with two pixels for each of CSS."""
        drawn = BytesIO()
        self.figure.savefig(
            drawn, format="png", dpi=_CSS_DPI * _DENSITY, metadata={"Software": None}
        )
        return drawn.getvalue()

    def html(self) -> str:
        """Format it as an HTML image with its text alternative, which is escaped.

        JupyterLab and nbconvert give an `image/png` no text alternative; an image in HTML keeps it.
        """
        picture = base64.b64encode(self.png()).decode("ascii")
        return (
            f'<img src="data:image/png;base64,{picture}" alt="{escape(self.description)}" '
            f'width="{self._size()[0]}" style="max-width: 100%; height: auto">'
        )

    def save(
        self,
        name: str,
        *,
        parquet: bool = False,
        directory: Path | None = None,
        **more: pd.DataFrame,
    ) -> saving.Saved:
        """Save PNG, SVG, PDF, each table as CSV, and the provenance as JSON.

        They go into a folder of their own, `NAME/TIME` in the exports folder; `NAME/latest` leads
        to it.

        Args:
            name: letters, digits, hyphens and underscores.
            parquet: each table as Parquet, too; needs the package pyarrow.
            directory: instead of the exports folder (WORKSHOP_EXPORTS).
            more: tables that belong to it and are not drawn, such as raw observations.

        Raises:
            ValueError: the name cannot be a file's, a table is empty, or pyarrow is not there.
        """
        picture = saving.Picture(self.figure, self.title, self.description)
        tables = {**self.data, **more}
        return saving.save(
            name, {name: picture}, tables, self.provenance, parquet=parquet, directory=directory
        )

    def _size(self) -> tuple[int, int]:
        width, height = self.figure.get_size_inches() * _CSS_DPI
        return round(width), round(height)

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> tuple[dict[str, str], dict[str, Any]]:
        """Return the chart as every notebook front end can show it; no magic is needed."""
        del include, exclude
        width, height = self._size()
        html = self.html()
        picture = html.partition("base64,")[2].partition('"')[0]
        bundle = {"image/png": picture, "text/html": html, "text/plain": self.description}
        return bundle, {
            "image/png": {"width": width, "height": height, "alt": self.description},
        }

    def __repr__(self) -> str:
        return self.description
