"""How long a round trip takes: between Regions, and from where the learner sits."""

from __future__ import annotations

import json
import math
from itertools import combinations
from pathlib import Path

_HERE = Path(__file__).parent
_DATA = json.loads((_HERE / "round_trips.json").read_text(encoding="utf-8"))
# The one list of Regions is data that the whole project shares.
_LISTED = json.loads((_HERE.parent / "regions.json").read_text(encoding="utf-8"))
_SITES: dict[str, tuple[float, float]] = {
    r["name"]: tuple(r["north_east"]) for r in _LISTED["regions"]
}
_EARTH_RADIUS_KM = 6371.0
_FIBRE_KM_PER_MS = 200.0
_DETOUR = 1.5
_OVERHEAD_MS = 1.0

REGIONS: tuple[str, ...] = tuple(_SITES)
# Multi-Region strong consistency stays within one of these.
REGION_SETS: tuple[frozenset[str], ...] = tuple(map(frozenset, _LISTED["strong"]))
PLACES: tuple[str, ...] = tuple(_DATA["places"])


def estimate_ms(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Estimate a round trip from two places on Earth, in degrees north and east.

    One and a half times the way of light in fibre, there and back, plus a millisecond; within a
    third of the published figures for Regions on different continents (see the test).
    """
    (lat_1, lon_1), (lat_2, lon_2) = (tuple(map(math.radians, place)) for place in (one, other))
    half_chord = (
        math.sin((lat_2 - lat_1) / 2) ** 2
        + math.cos(lat_1) * math.cos(lat_2) * math.sin((lon_2 - lon_1) / 2) ** 2
    )
    distance_km = 2 * _EARTH_RADIUS_KM * math.asin(math.sqrt(half_chord))
    return round(_OVERHEAD_MS + _DETOUR * 2 * distance_km / _FIBRE_KM_PER_MS, 1)


def read_round_trips() -> dict[frozenset[str], float]:
    """Read the round trip of every pair of Regions and places from the dated data file, in ms.

    What is published goes before what is estimated.
    """
    sites = {**_DATA["places"], **_SITES}
    trips = {
        frozenset((one, other)): estimate_ms(sites[one], sites[other])
        for one, other in combinations(sites, 2)
    }
    trips |= {frozenset((one, other)): float(ms) for one, other, ms in _DATA["round_trip_ms"]}
    return trips
