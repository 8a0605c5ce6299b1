"""Write the lag that a staleness run measured into a file, which a local cloud replays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from helpers import measures
from helpers.charts import saving

_RUN = "staleness"
_HEAD = """\
# A lag that was measured: workshop up --lag file:{name} replays it.
"""


def calibrate(file: Path, exports: Path, run: Path | None = None) -> str:
    """Write a lag's distribution, with where it comes from; return what was written, in words.

    Args:
        file: where it goes, a CSV file; one that is there is replaced.
        exports: where the last staleness run is looked for.
        run: the folder of another run, which holds its JSON and its brackets.

    Raises:
        ValueError: there is no such run, or not one write of it was seen; or the file's name cannot
            be used.
    """
    if file.suffix != ".csv":
        raise ValueError(f"The file must be named like mylag.csv, not {file.name!r}.")
    told, brackets = _read(run or saving.newest(_RUN, exports), exports)
    table = measures.lag_distribution_function(brackets)
    unseen = int(table.attrs["unseen"])
    head = _HEAD.format(name=file.name) + "".join(
        f"# {name}: {value}\n" for name, value in _provenance(told, brackets, unseen).items()
    )
    file.write_text(head + table.to_csv(index=False, float_format="%.6g"), encoding="utf-8")
    middle = table["lag_ms"].iloc[len(table) // 2]
    left_out = f", {unseen} of which were never seen and are left out" if unseen else ""
    return (
        f"{file}: the lag of {len(brackets)} writes{left_out}; half of them within "
        f"{middle:.0f} ms. Replay it: workshop up --lag file:{file}"
    )


def _read(folder: Path | None, exports: Path) -> tuple[dict[str, Any], pd.DataFrame]:
    if folder is None:
        raise ValueError(
            f"There is no staleness run in {exports}. `workshop experiment staleness` makes one, "
            "or name its folder with --run."
        )
    for described in sorted(folder.glob("*.json")):
        told: dict[str, Any] = json.loads(described.read_text(encoding="utf-8"))
        brackets = described.with_name(f"{described.stem}-brackets.csv")
        if told.get("experiment") == _RUN and brackets.is_file():
            return told, pd.read_csv(brackets)
    raise ValueError(f"{folder} does not hold a staleness run with its brackets.")


def _provenance(told: Mapping[str, Any], brackets: pd.DataFrame, unseen: int) -> dict[str, Any]:
    """Choose what a reader of the file wants to know of the run."""
    about, settings = told["provenance"], told["provenance"]["settings"]
    return {
        "target": about["target"],
        "from": settings["writer"],
        "to": settings["reader"],
        "place": about["place"] or "where it ran",
        "lag_model": about["lag_model"] or "AWS's own",
        "writes": f"{len(brackets)}, {unseen} never seen",
        "bracket_ms": settings.get("bracket_ms"),
        "note": settings.get("note") or "none",
        "began": about["started_at"],
        "ended": about["ended_at"],
        "version": about["versions"]["global-tables-workshop"],
        "estimate": "Turnbull's, from the commit of the write to its visibility",
    }
