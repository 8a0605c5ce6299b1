"""What may be asked at /_cloud/, read and checked before anything is changed."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helpers.localcloud.engine.lag import parse_lag
from helpers.localcloud.engine.lagging_copy import parse_reads
from helpers.localcloud.leases import LONGEST_S
from helpers.localcloud.round_trips import PLACES, REGIONS

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_OWNER = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MOST_EVENTS = 20_000
_MOST_HOURS = 365 * 24
# A clock that is a minute off is broken, not skewed.
MOST_AHEAD_MS = 60_000.0
ROUTES = (
    "GET /_cloud/status, GET /_cloud/events, POST /_cloud/regions/REGION, "
    "POST /_cloud/links/FROM/TO, POST /_cloud/lag, POST /_cloud/place, POST /_cloud/reads, "
    "POST /_cloud/clocks/REGION, POST /_cloud/age, POST /_cloud/leases/OWNER"
)


class BadRequestError(Exception):
    """The request cannot be done; the message says what can."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Change:
    """What shall be: settings by name, and for how long.

    Attributes:
        values: `outage REGION`: "refuse", "hang" or "" (online); `pause FROM TO`: whether;
            `lag FROM TO`: a lag model or "" (that of all links); `clock REGION`: how far it is
            ahead, in ms; `lag`, `place`, `reads`.
        owner: of the lease, "" where it is by hand.
        lease_s: how long it lasts unless it is renewed; 0 ends it.
    """

    values: Mapping[str, Any]
    owner: str = ""
    lease_s: float = 0.0


def read_payload(method: str, headers: Mapping[bytes, bytes], body: bytes) -> dict[str, Any]:
    """Read the body of a control request; empty for GET.

    Raises:
        BadRequestError: it is no JSON object, or does not say that it is JSON.
    """
    if method == "GET":
        return {}
    # A web page cannot send this type to another origin without asking first, and is refused then.
    if not headers.get(b"content-type", b"").lower().startswith(b"application/json"):
        raise BadRequestError("Send JSON, with Content-Type: application/json.", 415)
    try:
        payload = json.loads(body or b"{}")
    except (ValueError, RecursionError) as wrong:
        raise BadRequestError(f"The body is not JSON: {wrong}.") from wrong
    if not isinstance(payload, dict):
        raise BadRequestError("The body must be a JSON object.")
    return payload


def read_change(
    parts: list[str], payload: Mapping[str, Any], trips: Mapping[frozenset[str], float]
) -> Change | None:
    """Read what a POST wants changed, None where there is no such route.

    Args:
        parts: the path behind /_cloud/.
        payload: the body.
        trips: round trips between Regions, for lag models.

    Raises:
        BadRequestError, ValueError: it cannot be done; nothing was changed.
    """
    asked = dict(payload)
    owner, lease_s = asked.pop("owner", ""), asked.pop("lease_s", None)
    match parts:
        case ["leases", owner_named]:
            owner, values = owner_named, {}
            _refuse_others(asked, ())
        case ["regions", region]:
            values = _region(region, asked)
        case ["links", source, target]:
            values = _link(source, target, asked, trips)
        case ["lag"]:
            _refuse_others(asked, ("lag",))
            values = {"lag": parse_lag(str(asked.get("lag", "")), trips).name}
        case ["place"]:
            values = _place(asked)
        case ["clocks", region]:
            values = _clock(region, asked)
        case ["reads"]:
            _refuse_others(asked, ("reads",))
            values = {"reads": parse_reads(str(asked.get("reads", ""))).name}
        case _:
            return None
    if lease_s is None and not owner:
        return Change(values)
    return Change(values, *_lease(owner, lease_s, ends=not values))


def read_window(query: Mapping[str, list[str]]) -> tuple[int, int]:
    """Read `since` and `limit` of a request for events.

    Raises:
        BadRequestError: one is no whole number of at least 0.
    """
    texts = {"since": query.get("since", ["0"])[0], "limit": query.get("limit", ["1000"])[0]}
    for name, text in texts.items():
        if not re.fullmatch(r"[0-9]{1,15}", text):
            raise BadRequestError(f"{name} must be a whole number, not {text!r}.")
    return int(texts["since"]), min(int(texts["limit"]), _MOST_EVENTS)


def read_age(asked: Mapping[str, Any]) -> float:
    """Read by how many hours all is to be older.

    Raises:
        BadRequestError: it is no number of hours, or more than a year.
    """
    _refuse_others(asked, ("hours",))
    hours: Any = asked.get("hours")
    number = isinstance(hours, (int, float)) and not isinstance(hours, bool)
    if not number or not 0 < hours <= _MOST_HOURS:
        raise BadRequestError(f'Send {{"hours": 25}}, up to {_MOST_HOURS}. Got {dict(asked)}.')
    return float(hours)


def _lease(owner: Any, lease_s: Any, *, ends: bool) -> tuple[str, float]:
    number = isinstance(lease_s, (int, float)) and not isinstance(lease_s, bool)
    if not isinstance(owner, str) or not _OWNER.fullmatch(owner):
        raise BadRequestError(
            'A lease needs an "owner": up to 64 letters, digits, - and _ of your own choice.'
        )
    if not number or not math.isfinite(lease_s) or not 0 <= lease_s <= LONGEST_S:
        raise BadRequestError(f'"lease_s" must be a number of seconds up to {LONGEST_S:.0f}.')
    if lease_s == 0 and not ends:
        raise BadRequestError('End a lease by POST /_cloud/leases/OWNER {"lease_s": 0}.')
    return owner, float(lease_s)


def _region(region: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    _check_region(region)
    state, how = asked.get("state"), asked.get("how", "refuse")
    if state not in ("offline", "online") or how not in ("refuse", "hang"):
        raise BadRequestError(
            'Send {"state": "offline"} or {"state": "online"}; offline takes "how": '
            f'"refuse" (the default) or "hang". Got {asked}.'
        )
    _refuse_others(asked, ("state", "how"))
    return {f"outage {region}": how if state == "offline" else ""}


def _link(
    source: str, target: str, asked: Mapping[str, Any], trips: Mapping[frozenset[str], float]
) -> dict[str, Any]:
    _check_region(source)
    _check_region(target)
    state = asked.get("state")
    if source == target or not asked or state not in (None, "paused", "running"):
        raise BadRequestError(
            'Send {"state": "paused"} or {"state": "running"} and/or {"lag": "fixed:400"} for '
            f"a link between two Regions. Got {asked} for {source} -> {target}."
        )
    _refuse_others(asked, ("state", "lag"))
    values: dict[str, Any] = {}
    if "lag" in asked:
        values[f"lag {source} {target}"] = parse_lag(str(asked["lag"]), trips).name
    if state is not None:
        values[f"pause {source} {target}"] = state == "paused"
    return values


def _clock(region: str, asked: Mapping[str, Any]) -> dict[str, Any]:
    _check_region(region)
    ahead_ms: Any = asked.get("ahead_ms")
    number = isinstance(ahead_ms, (int, float)) and not isinstance(ahead_ms, bool)
    if not number or not abs(ahead_ms) <= MOST_AHEAD_MS:
        raise BadRequestError(
            'Send {"ahead_ms": 2000} with a number of ms from '
            f"{-MOST_AHEAD_MS:g} (behind) to {MOST_AHEAD_MS:g} (ahead). Got {asked}."
        )
    _refuse_others(asked, ("ahead_ms",))
    return {f"clock {region}": float(ahead_ms)}


def _place(asked: Mapping[str, Any]) -> dict[str, Any]:
    place = asked.get("place")
    if place not in ("", *PLACES, *REGIONS):
        raise BadRequestError(
            f'{place!r} is not a known place. Send {{"place": NAME}} with one of: '
            f'{", ".join(PLACES)}; or a Region; or "" to add no distance.'
        )
    _refuse_others(asked, ("place",))
    return {"place": place}


def _check_region(region: str) -> None:
    if not _REGION.fullmatch(region):
        raise BadRequestError(f"{region!r} is not a Region's name, such as us-west-2.")


def _refuse_others(asked: Mapping[str, Any], known: tuple[str, ...]) -> None:
    unknown = sorted(set(asked) - set(known))
    if unknown:
        takes = ", ".join((*known, "lease_s", "owner"))
        raise BadRequestError(f"Unknown: {', '.join(unknown)}. This request takes: {takes}.")
