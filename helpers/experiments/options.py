"""Options of an experiment, declared once: command line, panel and docs derive from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from helpers.regions import REGIONS

Kind = Literal["region", "whole", "number", "switch"]


@dataclass(frozen=True)
class Option:
    """One thing that can be asked of an experiment.

    Attributes:
        name: its one name, everywhere.
        line: what it is, in a few words.
        kind: a Region, a whole number, a number, or a switch.
        default: of a Region the place among the target's; None where the run itself chooses.
        least, most: the range of a number.
        unit: of a number.
    """

    name: str
    line: str
    kind: Kind
    default: Any
    least: float = 0
    most: float = 0
    unit: str = ""

    def read(self, value: Any, regions: Sequence[str]) -> Any:
        """Check a value, or its text, and return it; None stands for the default.

        Args:
            value: what was given.
            regions: of the target.

        Raises:
            ValueError: it cannot be used; the message names the option and its range.
        """
        if value is None:
            return regions[self.default] if self.kind == "region" else self.default
        if self.kind == "region":
            return self._region(value)
        if self.kind == "switch":
            if not isinstance(value, bool):
                raise ValueError(f"{self.name} is yes or no, not {value!r}.")
            return value
        return self._number(value)

    def _region(self, value: Any) -> str:
        if value not in REGIONS:
            raise ValueError(
                f"{self.name} cannot be {value!r}. The workshop knows {', '.join(REGIONS)}."
            )
        return str(value)

    def _number(self, value: Any) -> int | float:
        try:
            number = float(value)
            usable = not isinstance(value, bool) and self.least <= number <= self.most
        except (TypeError, ValueError):
            usable = False
        if not usable or (self.kind == "whole" and number != int(number)):
            raise ValueError(f"{self.name} must be {self.range()}, not {value!r}.")
        return int(number) if self.kind == "whole" else number

    def range(self) -> str:
        """Format what values it takes."""
        if self.kind == "region":
            return "a Region"
        if self.kind == "switch":
            return "yes or no"
        what = "a whole number" if self.kind == "whole" else "a number"
        unit = f" {self.unit}" if self.unit else ""
        return f"{what} from {self.least:,g} to {self.most:,g}{unit}"

    def told_default(self) -> str:
        """Format the default."""
        if self.kind == "region":
            return ("the home Region", "the second Region", "the third Region")[self.default]
        if self.kind == "switch":
            return "yes" if self.default else "no"
        return "chosen by the run" if self.default is None else f"{self.default:,g}"


def region(name: str, line: str, place: int) -> Option:
    """Declare a Region; without it the one at this place among the target's is taken."""
    return Option(name, line, "region", place)


def whole(name: str, line: str, default: int | None, least: int, most: int) -> Option:
    """Declare a whole number with its range."""
    return Option(name, line, "whole", default, least, most)


def number(
    name: str, line: str, default: float | None, least: float, most: float, unit: str
) -> Option:
    """Declare a number with its range and unit."""
    return Option(name, line, "number", default, least, most, unit)


def switch(name: str, line: str) -> Option:
    """Declare a switch that is off by default."""
    return Option(name, line, "switch", default=False)
