"""A lag that was measured, in a file: read here, at the edge, and handed on as text.

What starts or changes a cloud is told `file:mylag.csv`; the cloud itself gets the quantiles, as
`file:mylag.csv#401,402.5,...`, and never looks for the file.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable
from pathlib import Path

from helpers.localcloud.engine.lag import FILE, MeasuredLag

_MOST_BYTES = 100_000
_MOST_ROWS = 1_001
_ROUNDING = 1e-6
_COLUMNS = ["quantile", "lag_ms"]


def copies(state_dir: Path) -> Path:
    """Return the folder in which a cloud's files have copies of the lags it was told."""
    return state_dir / "lags"


def resolve(lag: str, kept: Path | None = None) -> str:
    """Put the quantiles in place of a file's name; any other lag model is returned as it is.

    Args:
        lag: as the command line writes it.
        kept: a folder that keeps a copy, which is taken once the file itself is gone.

    Raises:
        ValueError: the file is not there, or is none that `workshop calibrate` writes.
    """
    if not lag.startswith(FILE) or "#" in lag:
        return lag
    path = Path(lag.removeprefix(FILE)).expanduser()
    copy = kept / path.name if kept else None
    try:
        text = _read(path)
    except FileNotFoundError:
        if copy is None or not copy.is_file():
            raise ValueError(
                f"There is no file {path}. `workshop calibrate {path.name}` makes one of a "
                "staleness run."
            ) from None
        path = copy
        text = _read(path)
    model = MeasuredLag(path.name, _quantiles(path, text.splitlines()))
    if copy is not None and path != copy:
        copy.parent.mkdir(exist_ok=True)
        copy.write_text(text, encoding="utf-8")
    return model.name


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        raise
    except (OSError, UnicodeDecodeError) as wrong:
        raise ValueError(f"{path} cannot be read: {wrong}.") from wrong
    if len(text) > _MOST_BYTES:
        raise ValueError(f"{path} is longer than {_MOST_BYTES:,} bytes: it holds no lag.")
    return text


def _quantiles(path: Path, lines: Iterable[str]) -> tuple[float, ...]:
    rows = list(csv.reader(line for line in lines if line and not line.startswith("#")))
    if not rows or rows[0] != _COLUMNS or not 2 < len(rows) <= _MOST_ROWS + 1:  # noqa: PLR2004
        raise ValueError(
            f"{path} must have the columns {','.join(_COLUMNS)} and 2 to {_MOST_ROWS:,} rows, as "
            "`workshop calibrate` writes them."
        )
    try:
        table = [(float(quantile), float(lag_ms)) for quantile, lag_ms in rows[1:]]
    except ValueError:
        table = [(math.nan, math.nan)]
    last = len(table) - 1
    if not all(abs(q - n / max(last, 1)) < _ROUNDING for n, (q, _) in enumerate(table)):
        raise ValueError(f"{path}: quantile must rise evenly from 0 to 1, in numbers.")
    return tuple(lag_ms for _, lag_ms in table)
