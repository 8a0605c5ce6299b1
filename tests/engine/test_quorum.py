"""Who can agree with whom, and which writes collide, without a network."""

from __future__ import annotations

from itertools import combinations, product

from hypothesis import given
from hypothesis import strategies as st

from helpers.localcloud.engine.faults import Faults
from helpers.localcloud.engine.quorum import Quorum

A, B, C = MEMBERS = ("us-east-1", "us-east-2", "us-west-2")
TRIPS = {frozenset((A, B)): 12.0, frozenset((B, C)): 52.0, frozenset((A, C)): 65.0}
LINKS = [pair for pair in product(MEMBERS, MEMBERS) if pair[0] != pair[1]]


def test_a_write_goes_to_the_nearest_member_that_can_answer() -> None:
    """The nearest sets the price; if it is away the next does; alone there is none."""
    quorum = Quorum(MEMBERS, TRIPS)
    assert quorum.nearest_ms(A, Faults()) == 12
    assert quorum.nearest_ms(A, Faults(offline={B})) == 65
    assert quorum.nearest_ms(A, Faults(paused={(B, A)})) == 65
    assert quorum.nearest_ms(A, Faults(offline={B, C})) is None


@given(st.sets(st.sampled_from(LINKS)), st.sets(st.sampled_from(MEMBERS)))
def test_two_that_can_act_are_never_strangers(
    paused: set[tuple[str, str]], offline: set[str]
) -> None:
    """If two members can act at once, one knows of the other through a third or directly."""
    quorum, faults = Quorum(MEMBERS, TRIPS), Faults(paused=paused, offline=offline)
    talks = {
        frozenset(pair)
        for pair in combinations(MEMBERS, 2)
        if not faults.blocks(*pair) and not faults.blocks(*reversed(pair))
    }
    able = {m for m in MEMBERS if quorum.nearest_ms(m, faults) is not None}
    for one, other in combinations(sorted(able), 2):
        third = next(m for m in MEMBERS if m not in (one, other))
        through = {frozenset((one, third)), frozenset((other, third))} <= talks
        assert frozenset((one, other)) in talks or through


def test_the_second_of_two_concurrent_writes_from_different_regions_collides() -> None:
    """Whoever is there first wins; a write of the same Region, or one begun later, is no matter."""
    quorum = Quorum(MEMBERS, TRIPS)
    first, second, third = (quorum.begin(region, ["k"]) for region in (A, B, A))
    assert not quorum.collides(first)
    quorum.commit(A, "k")
    assert quorum.collides(second)
    assert not quorum.collides(third)
    assert not quorum.collides(quorum.begin(B, ["k"]))
    assert not quorum.collides(quorum.begin(B, ["other"]))


def test_what_is_over_is_forgotten() -> None:
    """Memory does not grow with the table."""
    quorum = Quorum(MEMBERS, TRIPS)
    intent = quorum.begin(A, ["k"])
    quorum.commit(A, "k")
    quorum.end(intent)
    assert quorum._latest == {}
    quorum.commit(A, "k")
    assert quorum._latest == {}
