"""A failover policy is scored in lost seconds, moves and saves that are behind."""

from __future__ import annotations

import pytest

from helpers import planning
from helpers.planning.failover import try_policy


def after(count: int) -> planning.Policy:
    """Make the policy that moves after so many lost saves in a row."""
    return lambda here, other, lost: other if lost >= count else here


def test_who_stays_loses_the_whole_outage() -> None:
    """Thirteen saves from 4.0 to 8.8 s, and the glitches outside of it."""
    calls = try_policy(lambda here, _other, _lost: here)
    assert set(calls["region"]) == {"home"}
    lost = calls.loc[~calls["ok"], "t_s"]
    assert len(lost[lost.between(3.9, 9)]) == 13
    assert lost[~lost.between(3.9, 9)].tolist() == pytest.approx([1.6, 3.2, 11.2])


def test_hasty_moves_often_and_patient_waits_long() -> None:
    """The trade-off is there: more moves and saves behind, or more seconds lost."""
    score = planning.score_policies({"1": after(1), "2": after(2), "5": after(5)})
    score = score.set_index("policy")
    assert score["moves"].tolist() == [6, 1, 1]
    assert score.loc["1", "behind"] > score.loc["2", "behind"]
    assert score["lost_s"].tolist() == pytest.approx([2.4, 2.4, 3.6])


def test_saves_of_the_last_lag_before_the_outage_are_behind() -> None:
    """Two were acknowledged in the last second before it, at 3.6 s, and at 3.2 s but for a glitch."""
    (behind,) = planning.score_policies({"2": after(2)}, lag_s=1.0)["behind"]
    assert behind == 1


def test_a_region_that_is_not_there_is_refused() -> None:
    """With what the policy may return."""
    with pytest.raises(ValueError, match="it can be 'home' or 'spare'"):
        try_policy(lambda *_: "mars")
