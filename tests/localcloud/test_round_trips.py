"""Round trips: what is published stands, what is not is estimated within reason."""

from __future__ import annotations

from itertools import combinations

from helpers.localcloud.round_trips import (
    _DATA,
    _SITES,
    PLACES,
    REGION_SETS,
    REGIONS,
    estimate_ms,
    read_round_trips,
)


def test_every_pair_of_regions_and_places_has_a_round_trip() -> None:
    """Wherever the learner sits and whatever Regions a table has, there is a figure."""
    trips = read_round_trips()
    assert all(trips[frozenset(pair)] > 0 for pair in combinations(REGIONS, 2))
    assert all(trips[frozenset((place, region))] > 0 for place in PLACES for region in REGIONS)


def test_published_figures_go_before_estimates() -> None:
    """The dated table is what is used where it has a pair."""
    trips = read_round_trips()
    assert all(trips[frozenset((a, b))] == ms for a, b, ms in _DATA["round_trip_ms"])


def test_the_estimate_is_near_what_is_published() -> None:
    """Between continents within a third; nearby, within 20 ms."""
    sites = _SITES
    for one, other, published_ms in _DATA["round_trip_ms"]:
        off_ms = abs(estimate_ms(sites[one], sites[other]) - published_ms)
        assert off_ms <= max(20, published_ms / 3), (one, other, off_ms)


def test_a_region_set_of_strong_consistency_is_close_together() -> None:
    """A write that has to reach another Region of its set does so in well under 100 ms."""
    trips = read_round_trips()
    for regions in REGION_SETS:
        assert all(trips[frozenset(pair)] < 70 for pair in combinations(regions, 2))
