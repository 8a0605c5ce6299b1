"""Checkpoints: at the end of a section, what should be there beside what is there."""

from __future__ import annotations

import importlib.metadata
import shutil
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd
from botocore.exceptions import BotoCoreError, ClientError

from helpers import deploy, tables
from helpers.api import Api, CallResult
from helpers.lifecycle import leftovers
from helpers.targets import Target, credentials
from helpers.targets.credentials import CredentialError

_PACKAGES = ("jupyterlab", "boto3", "pandas", "matplotlib", "ipywidgets", "requests", "chalice")
# How long a checkpoint waits for what is under way: far longer than AWS's 0.5 to 2.5 s.
_SETTLE_S = 20.0
_LOOK_AGAIN_S = 0.2


@dataclass(frozen=True)
class Checkpoint:
    """One thing that should be so: `expected` and `yours`, in words."""

    what: str
    expected: str
    yours: str
    passed: bool
    hint: str = ""

    def __str__(self) -> str:
        sign = "✓" if self.passed else "✗"
        line = f"{sign} {self.what}: expected {self.expected}, yours {self.yours}"
        return line if self.passed or not self.hint else f"{line}\n  {self.hint}"


class Checkpoints(list[Checkpoint]):
    """Several checkpoints; shows itself as lines of text."""

    @property
    def passed(self) -> bool:
        """Return whether all hold."""
        return all(check.passed for check in self)

    def __repr__(self) -> str:
        return "\n".join(str(check) for check in self)


def environment() -> Checkpoints:
    """Check Python, the packages and the commands of the workshop."""
    python = ".".join(map(str, sys.version_info[:2]))
    checks = [
        Checkpoint(
            "Python", "3.11 or later", python, sys.version_info >= (3, 11), "Run: make setup"
        )
    ]
    for name in _PACKAGES:
        try:
            version = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            version = ""
        yours = version or "missing"
        checks.append(Checkpoint(name, "installed", yours, bool(version), "Run: make setup"))
    # Next to this Python, or anywhere on the PATH.
    scripts = sys.executable.rpartition("/")[0]
    for command in ("aws", "chalice", "workshop"):
        found = shutil.which(command, path=scripts) or shutil.which(command)
        yours = "found" if found else "missing"
        checks.append(Checkpoint(f"{command} command", "found", yours, bool(found)))
    return Checkpoints(checks)


def account(target: Target, region: str) -> Checkpoints:
    """Check that the target accepts the credentials, without showing the account."""
    try:
        arn = target.client("sts", region).get_caller_identity()["Arn"]
    except (BotoCoreError, ClientError, CredentialError) as refused:
        why = credentials.hint(refused) or "Run: aws sts get-caller-identity"
        failed = Checkpoint("credentials", "accepted", f"{refused}", passed=False, hint=why)
        return Checkpoints([failed])
    kind = arn.split(":")[5].split("/")[0]
    return Checkpoints([Checkpoint("credentials", "accepted", f"accepted ({kind})", passed=True)])


def table(target: Target, region: str, *, items: int | None = None) -> Checkpoints:
    """Check that the table is ACTIVE in a Region, with its keys, and at least so many items."""
    described = tables.describe(target, region)
    hint = "Create it: tables.create(target, region), notebook 01."
    if described is None:
        return Checkpoints([Checkpoint(f"table in {region}", "ACTIVE", "absent", False, hint)])
    status = described["TableStatus"]
    keys = " and ".join(k["AttributeName"] for k in described["KeySchema"])
    checks = [
        Checkpoint(f"table in {region}", "ACTIVE", status, status == "ACTIVE", "Wait a little."),
        Checkpoint("keys", "PK and SK", keys, keys == "PK and SK"),
    ]
    if items is not None:
        count = len(tables.items(target, region))
        checks.append(
            Checkpoint("items", f"{items} or more", str(count), count >= items, "tables.seed(...)")
        )
    return Checkpoints(checks)


def api(target: Target, region: str) -> Checkpoints:
    """Check that the API of a Region answers, on its other routes too: it reads an item."""
    url = deploy.url(target, region)
    if url is None:
        hint = "Deploy it: deploy.deploy(target, region), notebook 02."
        return Checkpoints([Checkpoint(f"API in {region}", "answers", "not there", False, hint)])
    with Api(region, url) as client:
        pinged, got = client.ping(), client.get("user100", "AshlandValley")
    return Checkpoints(
        [
            _answered(f"API in {region}", "answers", pinged),
            _answered(f"its route /get in {region}", "reads an item", got),
        ]
    )


def _answered(what: str, expected: str, result: CallResult) -> Checkpoint:
    passed = result.outcome == "ok"
    yours = expected if passed else result.message
    hint = "Deploy it again: deploy.deploy(target, region)."
    return Checkpoint(what, expected, yours, passed, hint)


def replica(target: Target, source: str, region: str) -> Checkpoints:
    """Check that a replica is ACTIVE as its source lists it."""
    status = tables.replicas(target, source).get(region, "absent")
    hint = "Add it: tables.replicate(target, source, region), then wait until it is ACTIVE."
    return Checkpoints(
        [Checkpoint(f"replica in {region}", "ACTIVE", status, status == "ACTIVE", hint)]
    )


def same_items(
    target: Target, regions: Sequence[str], *, within_s: float = _SETTLE_S
) -> Checkpoints:
    """Check that the table holds the same items in all these Regions.

    Writes may still be under way: it looks again and again for `within_s`.
    """
    deadline = time.monotonic() + within_s
    while True:
        first, *others = [tables.items(target, name).sort_index(axis=1) for name in regions]
        same = all(first.equals(other) for other in others)
        if same or time.monotonic() > deadline:
            break
        time.sleep(_LOOK_AGAIN_S)
    yours = f"{len(first)} items, the same" if same else f"different items for {within_s:.0f} s"
    hint = "Is a Region offline or a link paused? `workshop status` shows it."
    what = f"table in {' and '.join(regions)}"
    return Checkpoints([Checkpoint(what, "the same items", yours, same, hint)])


def measured(observations: pd.DataFrame, *, at_least: int, what: str = "trials") -> Checkpoints:
    """Check that a measurement has enough trials to say something."""
    return enough(int(observations["trial"].nunique()), at_least=at_least, what=what)


def nothing_left(target: Target, regions: Iterable[str]) -> Checkpoints:
    """Check that tables, APIs, functions, logs and roles of the workshop are gone."""
    left = leftovers(target, regions)
    yours = "; ".join(left) if left else "nothing"
    return Checkpoints(
        [Checkpoint("left of the workshop", "nothing", yours, not left, "Run the teardown again.")]
    )


def enough(count: int, *, at_least: int, what: str) -> Checkpoints:
    """Check that something was seen often enough for a conclusion."""
    hint = "Measure again with more of them."
    return Checkpoints(
        [Checkpoint(what, f"{at_least:,} or more", f"{count:,}", count >= at_least, hint)]
    )
