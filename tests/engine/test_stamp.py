"""Stamps and clocks: what last writer wins stands on."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from helpers.localcloud.engine.stamp import HybridClock, Stamp, WallClock, wins

# Few distinct values, so that ties are common: they are where naive engines fail.
stamps = st.builds(
    Stamp,
    time_us=st.integers(0, 3),
    counter=st.integers(0, 2),
    region=st.sampled_from(["eu-west-1", "us-east-1", "us-west-2"]),
)


@given(stamps, stamps)
def test_one_of_two_different_stamps_wins(one: Stamp, other: Stamp) -> None:
    """`wins` is total: of two different stamps exactly one wins, of two equal ones none does."""
    assert wins(one, other) + wins(other, one) == (one != other)


@given(stamps, stamps, stamps)
def test_wins_is_transitive(one: Stamp, two: Stamp, three: Stamp) -> None:
    """What wins over a winner wins over its loser, so the order of arrival does not matter."""
    if wins(one, two) and wins(two, three):
        assert wins(one, three)


@given(st.lists(stamps, min_size=1), st.randoms())
def test_every_order_of_arrival_has_the_same_winner(arrived: list[Stamp], random) -> None:
    """Merging is commutative, associative and idempotent: shuffled and repeated, same winner."""

    def winner(order: list[Stamp]) -> Stamp:
        held = order[0]
        for stamp in order[1:]:
            held = stamp if wins(stamp, held) else held
        return held

    shuffled = arrived + arrived[:2]
    random.shuffle(shuffled)
    assert winner(shuffled) == winner(arrived)


@given(st.lists(st.one_of(st.integers(-5_000_000, 5_000_000), stamps)))
def test_stamps_of_one_region_only_grow(history: list[int | Stamp]) -> None:
    """Whatever the wall clock shows and whatever arrives, a new stamp is the greatest so far."""
    clock = HybridClock("us-west-2")
    last = Stamp(0, 0, "")
    for event in history:
        if isinstance(event, Stamp):
            clock.observe(event)
            last = max(last, event)
        else:
            stamp = clock.stamp(event)
            assert stamp > last
            last = stamp


def test_a_plain_clock_heeds_its_own_region_only() -> None:
    """What it has seen makes its stamps no later; it never gives one twice."""
    clock = WallClock("b")
    clock.observe(Stamp(9_000, 0, "a"))
    stamps = [clock.stamp(1_000), clock.stamp(1_000), clock.stamp(2_000)]
    assert stamps == [Stamp(1_000, 0, "b"), Stamp(1_000, 1, "b"), Stamp(2_000, 0, "b")]
