"""Settings: an argument goes before a WORKSHOP_* variable, and that before the default."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import platformdirs

from helpers import regions as known

PROJECT_DIR = Path(__file__).resolve().parent.parent
_STATE_DIR = platformdirs.user_state_path("global-tables-workshop")
# Installed without the checkout, the package's own folder is no place for a learner's files.
_WORK_DIR = PROJECT_DIR if (PROJECT_DIR / "notebooks").is_dir() else Path()
_TARGETS = ("local", "aws")
LEARNER = re.compile(r"\w[\w.-]{0,39}")
_PREFIX = re.compile(r"([a-z][a-z0-9-]{0,18}-)?")


@dataclass(frozen=True)
class Settings:
    """What a run of the workshop can be told.

    Attributes:
        target: `local` (the local cloud) or `aws`.
        regions: the table's home, its first replica and a third, three or more; fewer are filled
            up. As text: us-west-2,us-east-2,eu-west-1.
        prefix: stands before every name of what the workshop makes, so that several learners can
            share an AWS account; lower-case letters, digits and dashes.
        learner: whose account of a shared local cloud to act in, as `workshop learners add` named
            them; "" is who started it. Their exports go into a folder of their own.
        port: of the local cloud; None finds the running one, or takes 4566 or another.
        lag: lag model of a local cloud that is started: aws, fixed:400, uniform:150,900 or
            lognormal:700,2300 (median, 99th percentile), in ms; or file:mylag.csv, as
            `workshop calibrate` writes it.
        seed: of all that the local cloud draws at random.
        timescale: how much of AWS's time making and removing a replica takes locally; 1 is AWS's.
        keep: whether a local cloud that is started keeps what it holds over a restart.
        state_dir: where the local cloud leaves its address, its log and its files.
        exports: where charts and their data go.
        backend: the Chalice project that is deployed; Chalice keeps its records in there.
    """

    target: str = "local"
    regions: tuple[str, ...] = known.DEFAULT
    prefix: str = ""
    learner: str = ""
    port: int | None = None
    lag: str = "aws"
    seed: int = 0
    timescale: float = 0.05
    keep: bool = False
    state_dir: Path = _STATE_DIR
    exports: Path = _WORK_DIR / "exports"
    backend: Path = PROJECT_DIR / "backend"

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ, **arguments: Any) -> Settings:
        """Read the settings; arguments that are None count as not given.

        Raises:
            ValueError: a value cannot be used; the message names the setting.
        """
        chosen: dict[str, Any] = {}
        for field in fields(cls):
            value = arguments.get(field.name)
            if value is None:
                value = environment.get(f"WORKSHOP_{field.name.upper()}") or None
            if value is not None:
                chosen[field.name] = _convert(field.name, value)
        if (learner := chosen.get("learner")) and "exports" not in chosen:
            chosen["exports"] = cls.exports / learner
        return cls(**chosen)


def _convert(name: str, value: Any) -> Any:
    convert: dict[str, Any] = {"port": int, "seed": int, "timescale": float}
    convert["keep"] = lambda given: str(given).lower() in ("1", "true", "yes")
    convert |= dict.fromkeys(("state_dir", "exports", "backend"), Path)
    convert["regions"] = _read_regions
    try:
        converted = convert.get(name, str)(value)
    except ValueError as wrong:
        raise ValueError(
            f"{name} cannot be {value!r}: {wrong}. It comes from an argument or from "
            f"WORKSHOP_{name.upper()}."
        ) from wrong
    if name == "target" and converted not in _TARGETS:
        raise ValueError(f"target must be one of {', '.join(_TARGETS)}, not {value!r}.")
    if name == "learner" and not LEARNER.fullmatch(converted):
        raise ValueError(f"learner cannot be {value!r}: up to 40 letters, digits, dots and dashes.")
    if name == "prefix" and not _PREFIX.fullmatch(converted):
        raise ValueError(
            f"prefix cannot be {value!r}: up to 20 lower-case letters, digits and dashes, "
            "beginning with a letter and ending with a dash, such as ada-."
        )
    return converted


def _read_regions(given: Any) -> tuple[str, ...]:
    names = re.split(r"[\s,]+", given.strip()) if isinstance(given, str) else list(given)
    return known.choose(tuple(name for name in names if name))
