"""What prepares an experiment may be lost once; what is refused again and again ends it in words."""

from __future__ import annotations

import pytest

from helpers.experiments import prober
from helpers.experiments.prober import Probe, insist
from helpers.outcomes import Outcome


def answers(*outcomes: Outcome) -> list[Probe]:
    return [Probe(0.0, 1.0, outcome, None, "no answer in 2 s") for outcome in outcomes]


def test_a_lost_call_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is busy for a moment does not end a notebook."""
    monkeypatch.setattr(prober, "_PAUSES_S", (0.0, 0.0))
    calls = iter(answers(Outcome.UNKNOWN, Outcome.FAILED, Outcome.OK))
    assert insist(lambda: next(calls)).outcome == Outcome.OK


def test_what_never_succeeds_says_what_was_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last answer is told, and what to look at."""
    monkeypatch.setattr(prober, "_PAUSES_S", (0.0, 0.0))
    calls = iter(answers(*[Outcome.UNKNOWN] * 3))
    with pytest.raises(ValueError, match=r"no answer in 2 s.*workshop prepare"):
        insist(lambda: next(calls))
    assert list(calls) == []
