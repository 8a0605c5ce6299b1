"""Look in every Region in which something of ours may be, and say what is there."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import repeat

from botocore.exceptions import BotoCoreError, ClientError

from helpers import ownership
from helpers.ownership import Thing
from helpers.regions import REGIONS
from helpers.targets import Target

_SERVICES = ("dynamodb", "lambda", "apigateway", "logs", "cloudwatch")
_AT_ONCE = 6
_CLOSED = (
    "AccessDenied", "AccessDeniedException", "UnrecognizedClientException", "OptInRequired",
    "InvalidClientTokenId",
)  # fmt: skip


@dataclass(frozen=True)
class Unknown:
    """What could not be looked at, and why.

    Attributes:
        what: tables, functions, APIs, logs, alarms, roles or buckets; `all` of a Region that is
            offline.
        words: where, and why.
        region: empty for roles and buckets, which are looked for once.
    """

    what: str
    words: str
    region: str = ""

    def __str__(self) -> str:
        return self.words


@dataclass
class Survey:
    """What was found.

    Attributes:
        things: all that is ours or has a name like ours.
        unknown: what could not be looked at.
        closed: other Regions than the learner's own that refused to be looked at, as companies
            have them do; nothing can have been made there.
        regions: where was looked.
    """

    things: list[Thing] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    regions: list[str] = field(default_factory=list)

    @property
    def ours(self) -> list[Thing]:
        """What is proved to be ours."""
        return [thing for thing in self.things if thing.proof]

    @property
    def functions_known(self) -> bool:
        """Whether every function was seen that could still use a role of ours."""
        return not any(unknown.what in ("functions", "all") for unknown in self.unknown)

    def unseen_beside(self, function: Thing) -> list[str]:
        """Name what could not be looked at and only this function may prove ours."""
        here = {unknown.what for unknown in self.unknown if unknown.region == function.region}
        anywhere = {unknown.what for unknown in self.unknown if not unknown.region}
        return sorted((here & {"APIs", "logs"}) | (anywhere & {"roles"}))

    @property
    def alike(self) -> list[Thing]:
        """What only has a name like ours."""
        return [thing for thing in self.things if not thing.proof]


def survey(target: Target, regions: Iterable[str] = ()) -> Survey:
    """Look for tables, functions, APIs, log groups, alarms, roles and buckets.

    Args:
        target: where to look.
        regions: look there, too; every Region that the workshop knows, every stage of the backend
            and every Region that a replica names is looked at anyway.
    """
    found = Survey()
    looked: dict[str, list[Thing]] = {}
    own = {*target.regions, *regions}
    dark = target.offline()
    found.unknown = [
        Unknown("all", f"{r} is offline: `workshop outage {r} off`, then again", r)
        for r in sorted(dark)
    ]
    pending = [region for region in search_regions(target, own) if region not in dark]
    while pending:
        for region in pending:
            for service in _SERVICES:
                target.client(service, region)  # boto3 does not make clients in threads.
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            seen = pool.map(_look, repeat(target), pending, [region in own for region in pending])
            for region, (things, unknown, closed) in zip(pending, seen, strict=True):
                looked[region] = things
                found.unknown += unknown
                found.closed += [region] if closed else []
        named = {region for things in looked.values() for t in things for region in t.replicas}
        pending = sorted(named - looked.keys() - dark)
        own |= named
    found.regions = list(looked)
    everything = [thing for things in looked.values() for thing in things]
    functions = [thing for thing in everything if thing.kind == "function"]
    others = [thing for thing in everything if thing.kind not in ("table", "function")]
    app = ownership.app_name(target)
    found.things = [
        *ownership.with_replicas(t for t in everything if t.kind == "table"),
        *(f for f in functions if f.proof or f.name.startswith(app)),
        *others,
        *_attempt("roles", "", found.unknown, lambda: ownership.roles(target, functions)),
        *_attempt("buckets", "", found.unknown, lambda: ownership.buckets(target)),
    ]
    return found


def search_regions(target: Target, more: Iterable[str] = ()) -> list[str]:
    """List the Regions in which something of ours may be, the learner's own first."""
    terminal = [os.environ.get(name, "") for name in ("AWS_REGION", "AWS_DEFAULT_REGION")]
    listed = [*more, *target.regions, *terminal, *_stages(target), *REGIONS]
    return list(dict.fromkeys(region for region in listed if ownership.is_region(region)))


def _stages(target: Target) -> list[str]:
    """List the stages that the learner's own copy of Chalice's settings has."""
    path = target.settings.backend / ".chalice" / "config.json"
    try:
        return list(json.loads(path.read_text(encoding="utf-8")).get("stages", {}))
    except (OSError, ValueError):
        return []


def _look(target: Target, region: str, own: bool) -> tuple[list[Thing], list[Unknown], bool]:
    """Look at one Region: what is there, what could not be told, and whether it is closed."""
    unknown: list[Unknown] = []
    try:
        functions = ownership.functions(target, region)
    except ClientError as refused:
        if not own and refused.response["Error"]["Code"] in _CLOSED:
            return [], [], True
        functions = []
        unknown.append(_not_seen("functions", region, refused))
    except BotoCoreError as failed:
        functions = []
        unknown.append(_not_seen("functions", region, failed))
    return [
        *_attempt("tables", region, unknown, lambda: ownership.tables(target, region)),
        *functions,
        *_attempt("APIs", region, unknown, lambda: ownership.apis(target, region, functions)),
        *_attempt("logs", region, unknown, lambda: ownership.log_groups(target, region, functions)),
        *_attempt("alarms", region, unknown, lambda: ownership.alarms(target, region)),
    ], unknown, False  # fmt: skip


def _attempt(
    what: str, region: str, unknown: list[Unknown], look: Callable[[], list[Thing]]
) -> list[Thing]:
    try:
        return look()
    except (ClientError, BotoCoreError) as failed:
        unknown.append(_not_seen(what, region, failed))
        return []


def _not_seen(what: str, region: str, failed: Exception) -> Unknown:
    where = f" in {region}" if region else ""
    return Unknown(what, f"{what}{where} could not be checked: {failed}", region)
