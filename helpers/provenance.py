"""Where observations come from: target, Regions, lag, place, seed, settings, versions and times."""

from __future__ import annotations

import datetime as dt
import functools
import importlib.metadata
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Protocol

_PACKAGES = (
    "global-tables-workshop",
    "boto3",
    "matplotlib",
    "ministack",
    "numpy",
    "pandas",
    "scipy",
)


@functools.cache
def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that a result depends on."""
    found = {package: importlib.metadata.version(package) for package in _PACKAGES}
    return {"python": platform.python_version(), **found}


def now() -> str:
    """Return the time of this machine, UTC, to the second."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


class Described(Protocol):
    """A target, as far as this module knows one."""

    def describe(self) -> dict[str, str]:
        """Describe what a chart says about it: target, lag model, seed, place."""


@dataclass(frozen=True)
class Provenance:
    """What a chart may say about its observations; it is recorded once and travels with them.

    Attributes:
        target: `local`, `aws`, `simulated` or `computed`.
        regions: that took part.
        lag_model: of the local cloud or the simulation while it ran; empty on AWS.
        place: from where calls were made, if distance was added.
        seed: of what was drawn at random.
        settings: what was asked, defaults included.
        started_at, ended_at: UTC, of this machine's clock.
        versions: of Python and the packages.
    """

    target: str
    regions: tuple[str, ...] = ()
    lag_model: str = ""
    place: str = ""
    seed: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    started_at: str = field(default_factory=now)
    ended_at: str = field(default_factory=now)
    versions: Mapping[str, str] = field(default_factory=versions)

    @classmethod
    def of(cls, target: Described, **settings: Any) -> Provenance:
        """Take over what a target says of itself."""
        described = target.describe()
        return cls(
            described["target"],
            lag_model=described.get("lag_model", ""),
            place=described.get("place", ""),
            seed=described.get("cloud_seed", ""),
            settings=settings,
        )

    @classmethod
    def simulated(cls, lag_model: str, **settings: Any) -> Provenance:
        """State that it was simulated with a lag model, on a virtual clock."""
        return cls("simulated", lag_model=lag_model, settings=settings)

    @classmethod
    def computed(cls, **settings: Any) -> Provenance:
        """State that it was computed from figures, and measured nowhere."""
        return cls("computed", settings=settings)

    def until(self, target: Described) -> Provenance:
        """Return the provenance of what has just ended; a lag changed meanwhile is said to be."""
        lag_model = target.describe().get("lag_model", "")
        if lag_model != self.lag_model:
            lag_model = f"{self.lag_model}, changed to {lag_model} during the run"
        return replace(self, lag_model=lag_model, ended_at=now())

    def told(self) -> dict[str, Any]:
        """Return all of it for a file."""
        return asdict(self)
