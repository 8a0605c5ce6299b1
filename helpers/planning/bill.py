"""What a million hours of watching cost on AWS: calls of the API, the function, and the writes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from helpers.planning.scale import REGIONS
from helpers.planning.workload import Workload

# The memory of the deployed function, and how long a save takes it: an assumption, to be changed.
_MEMORY_GB = 0.5
FUNCTION_MS = 20.0

_KNOWN: dict[str, Any] = json.loads(
    Path(__file__).with_name("prices.json").read_text(encoding="utf-8")
)
# The Region whose prices stand in for those of an unknown one; then all of them are estimated.
_ELSEWHERE = "us-east-1"
PARTS = ("api_usd", "function_usd", "home_usd", "replicated_usd")

Price = Mapping[str, Any]


def prices(regions: Sequence[str] = REGIONS) -> Mapping[str, Any]:
    """Return the prices of some Regions, with dates and sources, and which are estimated.

    Returns:
        `about`; `services`: by name `prices` (their names), `as_of` and `source`; and `regions`: by
        name `estimated` (names of prices), and the prices in US dollars, `per_million_...` and
        `per_gb_s`. A Region that is not in prices.json has us-east-1's, all of them estimated.
    """
    return {**_KNOWN, "regions": {region: price(region) for region in regions}}


def price(region: str) -> Price:
    """Return the prices of one Region; see `prices`."""
    known = _KNOWN["regions"].get(region)
    if known is None:
        other = _KNOWN["regions"][_ELSEWHERE]
        names = [name for name in other if name.startswith("per_")]
        known = {**other, "estimated": names}
    return dict(known)


def bill(
    saves_m: float, here: Price, others: Sequence[Price], *, function_ms: float
) -> dict[str, float]:
    """Price saves that come in through the API of one Region.

    Args:
        saves_m: how many, in millions; each is one call and one write of at most 1 KB.
        here: prices of the Region that takes them.
        others: prices of the other Regions that have a replica.
        function_ms: how long the function takes for one.

    Returns:
        By part, in US dollars: `api_usd`, `function_usd`, `home_usd`, `replicated_usd`.
    """
    gb_s = saves_m * 1e6 * function_ms / 1000 * _MEMORY_GB
    return {
        "api_usd": saves_m * here["per_million_api_calls"],
        "function_usd": saves_m * here["per_million_function_calls"] + gb_s * here["per_gb_s"],
        "home_usd": saves_m * here["per_million_writes"],
        "replicated_usd": saves_m * sum(other["per_million_writes"] for other in others),
    }


def costs(
    workload: Workload | None = None,
    *,
    regions: Sequence[str] = REGIONS,
    function_ms: float = FUNCTION_MS,
    bill: Callable[..., Mapping[str, float]] = bill,
) -> pd.DataFrame:
    """Price a million hours of watching in the first Region, in the first two, and so on.

    Viewers are spread evenly over the Regions. Not in it: the few reads, storage, logs, and what is
    charged for data sent between Regions and to the viewers.

    Args:
        workload: how viewers use the service.
        regions: in the order in which they are added; each at its own prices.
        function_ms: how long the function takes for a save.
        bill: what prices the saves of one Region; another may take its place.

    Returns:
        One row per number of Regions: `regions`, `added` (the last of them), `api_usd`,
        `function_usd`, `home_usd`, `replicated_usd`, `total_usd`, for a million hours of watching.
    """
    workload = workload or Workload()
    saves_m = workload.saves * 3600 / workload.play_s
    rows = []
    for count in range(1, len(regions) + 1):
        among = [price(region) for region in regions[:count]]
        parts = [
            bill(
                saves_m / count, here, [o for o in among if o is not here], function_ms=function_ms
            )
            for here in among
        ]
        row = {part: sum(one[part] for one in parts) for part in PARTS}
        rows.append(
            {"regions": count, "added": regions[count - 1], **row, "total_usd": sum(row.values())}
        )
    return pd.DataFrame(rows)
