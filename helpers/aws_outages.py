"""An outage on AWS: our functions in a Region take no calls, until a time that stands in a tag.

On AWS nobody ends what a killed kernel left behind. So the end is written down before the outage
begins, and whoever connects, looks or tears down afterwards ends one whose time has come.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from helpers import ownership
from helpers.ownership import Thing
from helpers.targets.credentials import CredentialError

if TYPE_CHECKING:
    from helpers.targets import Target

LASTS = timedelta(minutes=30)


@dataclass(frozen=True)
class Outage:
    """A function that takes no calls, and when that is to end; None if nobody can read when."""

    function: str
    region: str
    ends: datetime | None


def begin(target: Target, region: str, *, lasts: timedelta = LASTS) -> list[str]:
    """Make our functions in a Region take no calls; return their names.

    The tag comes first: a kill in between leaves a tag without an outage, never the reverse.

    Raises:
        RuntimeError: no function there is proved ours.
    """
    found = ownership.functions(target, region)
    ours = [function for function in found if function.proof]
    if not ours:
        alike = [f.name for f in found if f.name.startswith(ownership.app_name(target))]
        left = f" Left alone, as nothing proves them yours: {', '.join(alike)}." if alike else ""
        raise RuntimeError(f"No function in {region} is proved to be yours.{left}")
    client = target.client("lambda", region)
    ends = (datetime.now(UTC) + lasts).isoformat(timespec="seconds")
    for function in ours:
        client.tag_resource(Resource=function.arn, Tags={ownership.ENDS: ends})
        client.put_function_concurrency(FunctionName=function.name, ReservedConcurrentExecutions=0)
    return [function.name for function in ours]


def end(target: Target, region: str) -> list[str]:
    """Make our functions in a Region take calls as before; return the names of those."""
    ours = [function for function in ownership.functions(target, region) if function.proof]
    for function in ours:
        _end(target, function)
    return [function.name for function in ours]


def standing(target: Target, regions: Iterable[str]) -> list[Outage]:
    """Find the outages of these Regions that have not ended; those past their time are ended."""
    found = []
    for region in regions:
        for function in ownership.functions(target, region):
            if not (function.proof and function.outage_ends):
                continue
            ends = _read(function.outage_ends)
            if ends is not None and ends <= datetime.now(UTC):
                _end(target, function)
            found.append(Outage(function.name, region, ends))
    return found


def describe(target: Target, regions: Iterable[str]) -> list[str]:
    """Format the outages of these Regions, each with the command that undoes it."""
    try:
        outages = standing(target, regions)
    except (ClientError, BotoCoreError, CredentialError) as failed:
        return [f"Whether an outage is still on could not be checked: {failed}"]
    sentences = []
    for outage in outages:
        if outage.ends is not None and outage.ends <= datetime.now(UTC):
            sentences.append(
                f"{outage.function} in {outage.region} took no calls until "
                f"{outage.ends:%H:%M} UTC. That time has passed, and it takes calls again."
            )
            continue
        until = f" until {outage.ends:%H:%M} UTC" if outage.ends else ""
        sentences.append(
            f"{outage.function} in {outage.region} takes no calls{until}. "
            f"`workshop outage {outage.region} off` ends that."
        )
    return sentences


def _end(target: Target, function: Thing) -> None:
    client = target.client("lambda", function.region)
    client.delete_function_concurrency(FunctionName=function.name)
    client.untag_resource(Resource=function.arn, TagKeys=[ownership.ENDS])


def _read(ends: str) -> datetime | None:
    try:
        when = datetime.fromisoformat(ends)
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
