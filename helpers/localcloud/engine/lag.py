"""Models of replication lag: how long an image travels from commit to apply, in ms."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

# The 99th percentile of a standard normal distribution.
_Z99 = 2.3263478740408408

# Median and 99th percentile of the service's share of the lag: this project's model of AWS's
# published 0.5 to 2.5 s.
AWS_MEDIAN_MS = 700.0
AWS_P99_MS = 2300.0


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


def parse_lag(text: str, round_trip_ms: Mapping[frozenset[str], float]) -> LagModel:
    """Read a lag model as the command line writes it.

    Args:
        text: `aws`, `fixed:400`, `uniform:150,900` or `lognormal:700,2300`, all in ms.
        round_trip_ms: what `aws` takes for the distance between two Regions.

    Raises:
        ValueError: the text is no such model; the message says what is.
    """
    kind, _, rest = text.strip().partition(":")
    try:
        numbers = [float(part) for part in rest.split(",")] if rest else []
    except ValueError:
        numbers = [math.nan]
    if all(math.isfinite(n) and n >= 0 for n in numbers):
        match kind, numbers:
            case "aws", []:
                return AwsLag(round_trip_ms)
            case "fixed", [lag_ms]:
                return FixedLag(lag_ms)
            case "uniform", [low_ms, high_ms] if low_ms <= high_ms:
                return UniformLag(low_ms, high_ms)
            case "lognormal", [median_ms, p99_ms] if 0 < median_ms <= p99_ms:
                return LognormalLag(median_ms, p99_ms)
    raise ValueError(
        f"{text!r} is not a lag model. Write aws, fixed:400, uniform:150,900 or "
        "lognormal:700,2300 (median and 99th percentile); numbers are in ms."
    )
