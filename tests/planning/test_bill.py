"""What a million hours cost: each Region at its own price, and what is estimated says so."""

from __future__ import annotations

import datetime as dt
import json
import urllib.parse
from importlib import resources

import pytest

from helpers import planning
from helpers.regions import DEFAULT, REGIONS

AMERICAN = ("us-west-2", "us-east-1", "us-east-2")


def test_a_write_is_charged_in_every_region_and_a_call_in_one() -> None:
    """360 million saves at $0.625, $3.50 and $0.20 a million, and 20 ms of half a GB."""
    costs = planning.costs(regions=AMERICAN).set_index("regions")
    for count in (1, 2, 3):
        row = costs.loc[count]
        assert row["api_usd"] == pytest.approx(1260)
        assert row["function_usd"] == pytest.approx(360 * (0.2 + 0.0000166667 * 1e6 * 0.01))
        assert row["home_usd"] == pytest.approx(225)
        assert row["replicated_usd"] == pytest.approx(225 * (count - 1))
        parts = ["api_usd", "function_usd", "home_usd", "replicated_usd"]
        assert row["total_usd"] == pytest.approx(row[parts].sum())


def test_each_region_has_its_own_price() -> None:
    """Half of the saves come in where they are dearer, and all are written there."""
    dear, cheap = planning.price("ap-southeast-1"), planning.price("us-east-1")
    row = planning.costs(regions=("us-east-1", "ap-southeast-1")).iloc[1]
    both = dear["per_million_writes"] + cheap["per_million_writes"]
    assert row["home_usd"] + row["replicated_usd"] == pytest.approx(360 * both)
    calls = (dear["per_million_api_calls"] + cheap["per_million_api_calls"]) / 2
    assert row["api_usd"] == pytest.approx(360 * calls)


def test_every_price_has_a_date_and_says_whether_it_is_estimated() -> None:
    """Each belongs to a service with a date and a source; a default Region has a row of its own."""
    told = planning.prices(tuple(REGIONS))
    dated = []
    for service in told["services"].values():
        assert urllib.parse.urlsplit(service["source"]).scheme == "https"
        assert dt.date.fromisoformat(service["as_of"]) <= dt.date(2026, 12, 31)
        dated += service["prices"]
    for region, price in told["regions"].items():
        names = [name for name in price if name.startswith("per_")]
        assert sorted(names) == sorted(dated)
        assert all(price[name] > 0 for name in names)
        assert set(price["estimated"]) <= set(names)
        assert bool(price["estimated"]) == (region != "us-east-1")


def test_the_default_regions_have_prices_of_their_own() -> None:
    """A Region that a learner meets without choosing it is never priced as another in silence."""
    file = resources.files("helpers.planning").joinpath("prices.json")
    assert set(DEFAULT) <= set(json.loads(file.read_text("utf-8"))["regions"])


def test_another_bill_can_take_its_place() -> None:
    """A learner's own function prices the saves of each Region."""
    given = []

    def flat(saves_m: float, here: dict, others: list, *, function_ms: float) -> dict[str, float]:
        given.append((saves_m, here["per_gb_s"], len(others), function_ms))
        return {"api_usd": 1, "function_usd": 0, "home_usd": 0, "replicated_usd": 0}

    costs = planning.costs(regions=AMERICAN[:2], bill=flat)
    assert [count for _, _, count, _ in given] == [0, 1, 1]
    assert [saves for saves, *_ in given] == [360, 180, 180]
    assert list(costs["total_usd"]) == [1, 2]
