"""The one list of Regions, and what is chosen from it."""

from __future__ import annotations

from itertools import permutations

import pytest

from helpers.regions import DEFAULT, REGIONS, STRONG_SETS, choose, look, strong_three


def test_two_regions_never_look_alike() -> None:
    """Colour, dash and marker together tell every Region from every other, also without colour."""
    assert len({(look(name).colour, look(name).dash) for name in REGIONS}) == len(REGIONS)
    assert len({look(name).marker for name in REGIONS}) == len(REGIONS)


@pytest.mark.parametrize("names", [(), ("eu-west-1",), ("us-east-2", "us-west-2")])
def test_fewer_than_three_regions_are_filled_up(names: tuple[str, ...]) -> None:
    """The learner's own come first, and none comes twice."""
    chosen = choose(names)
    assert chosen[: len(names)] == names
    assert len(set(chosen)) == len(chosen) == 3


@pytest.mark.parametrize("names", [("mars-1",), ("us-east-1", "us-east-1")])
def test_what_cannot_be_chosen_is_refused(names: tuple[str, ...]) -> None:
    """A Region that nobody knows, and one that is named twice."""
    with pytest.raises(ValueError, match=names[0]):
        choose(names)


def test_strong_consistency_has_three_regions_of_one_set_for_any_choice() -> None:
    """Whatever three Regions a learner has, in whatever order; theirs first, as far as they fit."""
    for names in permutations(REGIONS, 3):
        three = strong_three(names)
        (within,) = [candidates for candidates in STRONG_SETS if set(three) <= set(candidates)]
        assert len(set(three)) == 3
        own = [name for name in names if name in within]
        assert list(three[: len(own)]) == own
        if any(names[0] in candidates for candidates in STRONG_SETS):
            assert three[0] == names[0]


def test_the_default_regions_keep_their_places_in_a_strong_table() -> None:
    """Home and second are the same in notebook 7 as in all the others."""
    assert strong_three(DEFAULT)[:2] == DEFAULT[:2]
