"""The exercises of notebook 4: what a lag means for a read."""

from __future__ import annotations

from typing import Any

from helpers.course.exercises import Answer, Case, Exercise, case

_LAGS_MS = (300, 500, 800, 2000)


def _read(remembered: int, nearby: int, home: int, gives: int, asks_home: bool) -> Case:
    """Make a case of a reader that remembers: what it returns, and whether it went home."""

    def run(answer: Answer) -> Any:
        asked: list[int] = []

        def ask_home() -> int:
            asked.append(home)
            return home

        position = answer(remembered, lambda: nearby, ask_home)
        return position if position is None or position is ... else _told(position, bool(asked))

    shown = f"you remember {remembered} s, nearby has {nearby} s, home has {home} s"
    return Case(shown, run, _told(gives, asks_home))


def _told(position: int, asks_home: bool) -> str:
    return f"{position} s, {'home was asked' if asks_home else 'home was not asked'}"


EXERCISES = (
    Exercise(
        name="04-share-unseen",
        task="From a list of lags, the share of writes that are not visible yet after t_ms.",
        size="about 1 line",
        hint="A write is unseen as long as its lag is longer than t_ms. Count those, and divide.",
        cases=(
            case(_LAGS_MS, 0, gives=1.0),
            case(_LAGS_MS, 600, gives=0.5),
            case(_LAGS_MS, 800, gives=0.25),
            case(_LAGS_MS, 2500, gives=0.0),
        ),
    ),
    Exercise(
        name="04-writes-needed",
        task="How many writes make the band k times narrower than n writes do?",
        size="about 1 line",
        hint="Widths go with one over the square root of the number of writes.",
        cases=(case(100, 2, gives=400), case(100, 3, gives=900), case(50, 1, gives=50)),
    ),
    Exercise(
        name="04-read-own-write",
        task="Read your own write anywhere: nearby if that is new enough, else at home.",
        size="about 2 lines",
        hint="Read nearby first. Only if that position is before the one you remember, ask home.",
        cases=(
            _read(70, nearby=70, home=70, gives=70, asks_home=False),
            _read(70, nearby=60, home=70, gives=70, asks_home=True),
            _read(70, nearby=90, home=90, gives=90, asks_home=False),
            _read(70, nearby=0, home=80, gives=80, asks_home=True),
        ),
    ),
)
