"""The Regions that the workshop knows: one data file, read by Python, pages and stages alike."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

REGIONS_FILE = Path(__file__).with_name("regions.json")


@dataclass(frozen=True)
class Region:
    """A Region and the look that it has in every chart and page.

    Attributes:
        name, city: such as us-west-2, Oregon.
        colour: as #rrggbb; colour-blind safe.
        dash: lengths of dashes and gaps of its line, in points; empty for a solid line.
        marker: its marker, as matplotlib names it.
    """

    name: str
    city: str
    colour: str
    dash: tuple[float, ...]
    marker: str


_DATA = json.loads(REGIONS_FILE.read_text(encoding="utf-8"))
REGIONS: dict[str, Region] = {
    r["name"]: Region(r["name"], r["city"], r["colour"], tuple(r["dash"]), r["marker"])
    for r in _DATA["regions"]
}
# The table's home, its first replica and a third Region, unless the settings say otherwise.
DEFAULT: tuple[str, ...] = tuple(_DATA["default"])
# AWS offers strong consistency within any one of these sets (developer guide).
STRONG_SETS: tuple[tuple[str, ...], ...] = tuple(map(tuple, _DATA["strong"]))
_OTHER = Region("", "", "#56B4E9", (1, 1), "P")


def look(name: str) -> Region:
    """Return a Region's look; one that is not in the data file has that of every other."""
    return REGIONS.get(name, _OTHER)


def choose(names: tuple[str, ...]) -> tuple[str, ...]:
    """Check the Regions a learner chose, and fill them up to three.

    Raises:
        ValueError: one is unknown, or named twice.
    """
    unknown = [name for name in names if name not in REGIONS]
    if unknown:
        raise ValueError(
            f"regions cannot have {', '.join(unknown)}. The workshop knows {', '.join(REGIONS)}."
        )
    if len(set(names)) < len(names):
        raise ValueError(f"regions names a Region twice: {', '.join(names)}.")
    spare = [name for name in (*DEFAULT, *STRONG_SETS[0]) if name not in names]
    return (*names, *dict.fromkeys(spare))[: max(3, len(names))]


def strong_three(names: tuple[str, ...]) -> tuple[str, ...]:
    """Choose three Regions for strong consistency: as many of the learner's own as one set has.

    The set is the first Region's; where that is in none, the set with most of the others.
    """

    def fits(candidates: tuple[str, ...]) -> tuple[bool, int]:
        return names[0] in candidates, len(set(names) & set(candidates))

    chosen = max(STRONG_SETS, key=fits)
    own = [name for name in names if name in chosen]
    return (*own, *(name for name in chosen if name not in own))[:3]
