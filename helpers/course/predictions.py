"""Predictions: a guess before the measurement, and both in one sentence after it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from helpers.charts.chart import Chart
from helpers.charts.guess import with_guess
from helpers.course import notes, wording

_SKIPPED = "○ No guess, which is fine. To add one, replace None and run this cell again."
_CLOSE = 0.1
_TIMES = 2.0


def predict(
    name: str,
    question: str,
    guess: Any = None,
    *,
    unit: str = "",
    choices: Sequence[str] = (),
    at: Sequence[float] = (),
    at_unit: str = "",
) -> None:
    """Save the learner's guess and confirm it; a guess that cannot be used is explained.

    Args:
        name: such as 04-median, beginning with the notebook's number.
        question: as it is asked, for the recap.
        guess: None skips; a number of `unit`, one of `choices`, or a number for each of `at`.
        unit: of the guess; a "%" goes from 0 to 100. No guess is less than 0.
        choices: instead of a number.
        at: where a curve is guessed, in `at_unit`.

    Raises:
        ValueError: the notebook's own mistake: a name without number, or choices with a unit.
    """
    notes.notebook_of(name)
    if choices and (unit or at):
        raise ValueError(f"{name} asks for a choice; it has no unit and no `at`.")
    asked = {"question": question, "unit": unit, "choices": list(choices), "at": list(at),
             "at_unit": at_unit}  # fmt: skip
    if guess is None or guess is ...:
        kept = notes.note("predictions", name, asked)
        former = kept.get("guess")
        print(_SKIPPED if former is None else f"Kept from before: {_said(former, kept)}.")
        return
    usable, why = _read(guess, unit, choices, at, at_unit)
    if why:
        notes.note("predictions", name, asked)
        print(f"○ {why}")
        return
    before = notes.read("predictions").get(name, {})
    # Who has seen the measurement guesses better: the recap says so.
    late = before.get("late", False)
    if before.get("guess") != usable:
        late = "measured" in before
    kept = notes.note("predictions", name, {**asked, "guess": usable, "late": late})
    print(f"Your guess: {_said(usable, kept)}. It is saved; now measure.")


def compare(
    name: str,
    measured: Any,
    low: Any = None,
    high: Any = None,
    *,
    chart: Chart | None = None,
) -> Chart | None:
    """Print the learner's guess and the measurement in a sentence, and save the measurement.

    Args:
        name: of the prediction.
        measured: in the unit of the guess, but a share from 0 to 1 where that is "%"; the choice
            that was right; for a curve one number for each of `at`. None: nothing was measured.
        low: lower end of its interval, or of each, if it has one.
        high: upper end.
        chart: of the measurement; the guess is drawn into a copy of it.

    Returns:
        The chart with the guess, or as it was without one; None without a chart.
    """
    scale = 100 if notes.read("predictions").get(name, {}).get("unit") == "%" else 1
    ends = {"measured": measured, "low": low, "high": high}
    found = {end: _plain(value, scale) for end, value in ends.items()}
    kept = notes.note("predictions", name, found)
    print(sentence(kept))
    if chart is None:
        return None
    guess = kept.get("guess")
    if guess is None or isinstance(guess, str):
        return chart
    return with_guess(chart, guess, at=kept.get("at") or (), share=kept.get("unit") == "%")


def sentence(kept: notes.Entry) -> str:
    """Format a guess and its measurement, as far as there are any."""
    told = measurement(kept)
    guess = kept.get("guess")
    if guess is None:
        return f"○ No guess. Measured: {told}."
    return f"You guessed {_said(guess, kept)}. Measured: {told}. {verdict(kept)}".rstrip()


def measurement(kept: notes.Entry) -> str:
    """Describe what was measured, with its interval if any; "nothing" where nothing counts."""
    measured, low, high = kept.get("measured"), kept.get("low"), kept.get("high")
    if measured is None:
        return "nothing that counts"
    if not isinstance(measured, list):
        return _with_interval(measured, low, high, kept.get("unit", ""))
    lows, highs = low or [None] * len(measured), high or [None] * len(measured)
    points = zip(kept.get("at", []), measured, lows, highs, strict=False)
    unit, at_unit = kept.get("unit", ""), kept.get("at_unit", "")
    return "; ".join(
        f"{_with_interval(one, a, b, unit)} at {wording.number(x, at_unit)}"
        for x, one, a, b in points
    )


def said_guess(kept: notes.Entry) -> str:
    """Format the guess; "skipped" without one."""
    guess = kept.get("guess")
    return "skipped" if guess is None else _said(guess, kept)


def verdict(kept: notes.Entry) -> str:
    """Describe how good the guess was; nothing where guess or measurement is missing."""
    guess, measured = kept.get("guess"), kept.get("measured")
    if guess is None or measured is None:
        return ""
    late = " (Guessed after it had been measured.)" if kept.get("late") else ""
    if isinstance(guess, str):
        return ("As you guessed." if guess == measured else "Not as you guessed.") + late
    if isinstance(guess, list):
        right = _right_points(kept)
        return f"{sum(right)} of {len(right)} points are right.{late}"
    return _one(guess, measured, kept) + late


def is_right(kept: notes.Entry) -> bool | None:
    """Return whether a guess is right, a curve in every point; None without guess or measurement.

    Right is what lies in the interval, or within a tenth where there is none.
    """
    guess, measured = kept.get("guess"), kept.get("measured")
    if guess is None or measured is None:
        return None
    if isinstance(guess, list):
        return all(_right_points(kept))
    return _is_right(guess, measured, kept.get("low"), kept.get("high"))


def _right_points(kept: notes.Entry) -> list[bool]:
    none = [None] * len(kept["guess"])
    lows, highs = kept.get("low") or none, kept.get("high") or none
    points = zip(kept["guess"], kept["measured"], lows, highs, strict=False)
    return [_is_right(*point) for point in points]


def _is_right(guess: Any, measured: Any, low: Any, high: Any) -> bool:
    if isinstance(guess, str) or isinstance(measured, str) or measured is None:
        return bool(guess == measured)
    if low is not None or high is not None:
        return (low is None or low <= guess) and (high is None or guess <= high)
    return bool(abs(guess - measured) <= _CLOSE * abs(measured))


def _one(guess: float, measured: float, kept: notes.Entry) -> str:
    if is_right(kept):
        bounded = kept.get("low") is not None or kept.get("high") is not None
        return "Your guess is inside the interval." if bounded else "Your guess is close."
    way = "high" if guess > measured else "low"
    if min(guess, measured) > 0 and (times := max(guess / measured, measured / guess)) >= _TIMES:
        return f"Your guess is {wording.number(float(f'{times:.2g}'))} times too {way}."
    unit = "points" if kept.get("unit") == "%" else kept.get("unit", "")
    return f"Your guess is {wording.number(abs(guess - measured), unit)} too {way}."


def _with_interval(measured: Any, low: Any, high: Any, unit: str) -> str:
    if isinstance(measured, str):
        return measured
    told = wording.number(measured, unit)
    if low is not None and high is not None:
        return f"{told} (interval {wording.span(low, high, unit)})"
    if low is not None:
        return f"{told} (at least {wording.number(low, unit)})"
    return told


def _said(guess: Any, kept: notes.Entry) -> str:
    if isinstance(guess, str):
        return guess
    if isinstance(guess, list):
        pairs = zip(kept["at"], guess, strict=False)
        return ", ".join(
            f"{wording.number(one, kept['unit'])} at {wording.number(x, kept['at_unit'])}"
            for x, one in pairs
        )
    return wording.number(guess, kept.get("unit", ""))


def _read(
    guess: Any, unit: str, choices: Sequence[str], at: Sequence[float], at_unit: str
) -> tuple[Any, str]:
    """Return the guess as it is kept, or why it cannot be used and what can."""
    if choices:
        by_word = {choice.casefold(): choice for choice in choices}
        found = by_word.get(str(guess).strip().casefold())
        wanted = ", ".join(f'"{choice}"' for choice in choices)
        return found, "" if found else f"{guess!r} is not among the choices. They are: {wanted}."
    if not at:
        one = _number(guess, unit)
        return one, "" if one is not None else _wanted(guess, unit)
    places = ", ".join(wording.number(x, at_unit) for x in at)
    if not isinstance(guess, (list, tuple)) or len(guess) != len(at):
        return (
            None,
            f"{guess!r} is not a curve. Wanted: {len(at)} numbers, at {places}, in brackets.",
        )
    points = [_number(point, unit) for point in guess]
    bad = [point for point, read in zip(guess, points, strict=True) if read is None]
    return points, _wanted(bad[0], unit) if bad else ""


def _number(guess: Any, unit: str) -> float | None:
    if isinstance(guess, (bool, str)):
        return None
    try:
        number = float(guess)
    except (TypeError, ValueError):
        return None
    highest = 100.0 if unit == "%" else math.inf
    return number if math.isfinite(number) and 0 <= number <= highest else None


def _wanted(guess: Any, unit: str) -> str:
    words = f" of {unit}" if unit and unit != "%" else ""
    where = "from 0 to 100, in %" if unit == "%" else "0 or more"
    return f"{guess!r} cannot be used. Wanted: a number{words}, {where}, without quotes or unit."


def _plain(found: Any, scale: float) -> Any:
    """Return numbers of numpy as Python's, scaled; what is not finite was not measured."""
    if found is None or isinstance(found, str):
        return found
    if hasattr(found, "tolist"):
        found = found.tolist()
    if isinstance(found, (list, tuple)):
        return [_plain(one, scale) for one in found]
    number = float(found) * scale
    return number if math.isfinite(number) else None
