"""Models of replication lag: how long an image travels from commit to apply, in ms."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

# The 99th percentile of a standard normal distribution.
_Z99 = 2.3263478740408408

# Median and 99th percentile of the service's share of the lag: this project's model of AWS's
# published 0.5 to 2.5 s.
AWS_MEDIAN_MS = 700.0
AWS_P99_MS = 2300.0

# How a lag that was measured begins; a name, a # and its quantiles follow.
FILE = "file:"
_MOST_LAG_MS = 3_600_000.0
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Random(Protocol):
    """What the engine needs of a random source; `random.Random` has it."""

    def random(self) -> float:
        """Return a float in [0, 1)."""

    def uniform(self, a: float, b: float) -> float:
        """Return a float between a and b."""

    def lognormvariate(self, mu: float, sigma: float) -> float:
        """Return a lognormal variate."""


class LagModel(Protocol):
    """Draws the lag of one image on the link from one Region to another."""

    @property
    def name(self) -> str:
        """The model as the command line writes it."""

    def draw_ms(self, random: Random, source: str, target: str) -> float:
        """Draw one lag."""


@dataclass(frozen=True)
class FixedLag:
    """Every image takes the same time."""

    lag_ms: float

    @property
    def name(self) -> str:
        """The model as the command line writes it."""
        return f"fixed:{self.lag_ms:g}"

    def draw_ms(self, random: Random, source: str, target: str) -> float:  # noqa: ARG002
        """Return the one lag."""
        return self.lag_ms


@dataclass(frozen=True)
class UniformLag:
    """Every lag between two bounds is as likely."""

    low_ms: float
    high_ms: float

    @property
    def name(self) -> str:
        """The model as the command line writes it."""
        return f"uniform:{self.low_ms:g},{self.high_ms:g}"

    def draw_ms(self, random: Random, source: str, target: str) -> float:  # noqa: ARG002
        """Draw one lag."""
        return random.uniform(self.low_ms, self.high_ms)


@dataclass(frozen=True)
class LognormalLag:
    """A long right tail, described by its median and its 99th percentile."""

    median_ms: float
    p99_ms: float

    @property
    def name(self) -> str:
        """The model as the command line writes it."""
        return f"lognormal:{self.median_ms:g},{self.p99_ms:g}"

    @property
    def sigma(self) -> float:
        """The standard deviation of the logarithm."""
        return math.log(self.p99_ms / self.median_ms) / _Z99

    def draw_ms(self, random: Random, source: str, target: str) -> float:  # noqa: ARG002
        """Draw one lag."""
        return random.lognormvariate(math.log(self.median_ms), self.sigma)


AWS_SERVICE = LognormalLag(AWS_MEDIAN_MS, AWS_P99_MS)


@dataclass(frozen=True)
class AwsLag:
    """Half the round trip between the Regions plus a lognormal delay of the service.

    Attributes:
        round_trip_ms: typical round trips, keyed by the unordered pair of Region names.
    """

    round_trip_ms: Mapping[frozenset[str], float]

    @property
    def name(self) -> str:
        """The model as the command line writes it."""
        return "aws"

    def draw_ms(self, random: Random, source: str, target: str) -> float:
        """Draw one lag."""
        travel_ms = self.round_trip_ms.get(frozenset((source, target)), 0.0) / 2
        return travel_ms + AWS_SERVICE.draw_ms(random, source, target)


@dataclass(frozen=True)
class MeasuredLag:
    """A lag that was measured, by its quantiles: at even steps from the least to the longest.

    Between two of them every lag is as likely.

    Raises:
        ValueError: the name or the quantiles cannot be used.
    """

    label: str
    quantiles_ms: tuple[float, ...]

    def __post_init__(self) -> None:
        lags = self.quantiles_ms
        rising = all(early <= late for early, late in pairwise(lags))
        if len(lags) < 2 or not rising or not 0 <= lags[0] <= lags[-1] <= _MOST_LAG_MS:  # noqa: PLR2004
            raise ValueError(
                "The quantiles of a lag must be two or more numbers of ms that do not fall, from 0 "
                f"to {_MOST_LAG_MS:,.0f}."
            )
        if not _NAME.fullmatch(self.label):
            raise ValueError(
                f"The file of a lag must be named with up to 64 of A-Z a-z 0-9 . _ and -, not "
                f"{self.label!r}."
            )

    @property
    def name(self) -> str:
        """The model with all its quantiles: it needs no file to be read again."""
        return f"{FILE}{self.label}#" + ",".join(f"{lag_ms:g}" for lag_ms in self.quantiles_ms)

    def draw_ms(self, random: Random, source: str, target: str) -> float:  # noqa: ARG002
        """Draw one lag."""
        step, part = divmod(random.random() * (len(self.quantiles_ms) - 1), 1)
        low_ms, high_ms = self.quantiles_ms[int(step)], self.quantiles_ms[int(step) + 1]
        return low_ms + part * (high_ms - low_ms)


def short_name(text: str) -> str:
    """Name a lag model for people: of a measured one, its file without path and quantiles."""
    if not text.startswith(FILE):
        return text
    return FILE + text.removeprefix(FILE).partition("#")[0].rpartition("/")[2]


def parse_lag(text: str, round_trip_ms: Mapping[frozenset[str], float]) -> LagModel:
    """Read a lag model as the command line writes it.

    Args:
        text: `aws`, `fixed:400`, `uniform:150,900` or `lognormal:700,2300`, all in ms; or the
            name of a MeasuredLag, with its quantiles.
        round_trip_ms: what `aws` takes for the distance between two Regions.

    Raises:
        ValueError: the text is no such model; the message says what is.
    """
    kind, _, rest = text.strip().partition(":")
    label = ""
    if text.startswith(FILE) and "#" in text:
        label, _, rest = rest.partition("#")
    try:
        numbers = [float(part) for part in rest.split(",")] if rest else []
    except ValueError:
        numbers = [math.nan]
    if all(math.isfinite(n) and n >= 0 for n in numbers):
        match kind, numbers:
            case "file", [_, _, *_] if label:
                return MeasuredLag(label, tuple(numbers))
            case "aws", []:
                return AwsLag(round_trip_ms)
            case "fixed", [lag_ms]:
                return FixedLag(lag_ms)
            case "uniform", [low_ms, high_ms] if low_ms <= high_ms:
                return UniformLag(low_ms, high_ms)
            case "lognormal", [median_ms, p99_ms] if 0 < median_ms <= p99_ms:
                return LognormalLag(median_ms, p99_ms)
    raise ValueError(
        f"{text[:80]!r} is not a lag model. Write aws, fixed:400, uniform:150,900 or "
        "lognormal:700,2300 (median and 99th percentile), numbers in ms; or file:mylag.csv, as "
        "`workshop calibrate` writes it."
    )
