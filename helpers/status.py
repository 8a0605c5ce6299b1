"""What `workshop status` prints, and what is not as usual."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from helpers.settings import Settings


def unusual(status: dict[str, Any], lag: str) -> list[str]:
    """Name what an experiment, a panel or a person has changed and not changed back.

    Args:
        status: of a local cloud.
        lag: the lag model in the settings; the default counts as not asked for, and then the
            one that the cloud was started with is as usual.

    Returns:
        A sentence each, with the command that undoes it; none where all is as usual.
    """
    found = [
        f"{region} is offline{_ends(now)}: `workshop outage {region} off` brings it back."
        for region, now in status["regions"].items()
        if now["state"] == "offline"
    ]
    found += [
        f"The clock of {region} is {abs(now['ahead_ms']):g} ms "
        f"{'ahead' if now['ahead_ms'] > 0 else 'behind'}{_ends(now)}: "
        f"`workshop clock {region} 0` corrects it."
        for region, now in status["regions"].items()
        if "ahead_ms" in now
    ]
    for link in status["links"]:
        ends = f"{link['from']} {link['to']}"
        if link["state"] == "paused":
            found.append(
                f"Replication {link['from']} -> {link['to']} is paused{_ends(link)}: "
                f"`workshop pause {ends} off` resumes it."
            )
        if link["lag"] != status["lag"]:
            found.append(
                f"The lag {link['from']} -> {link['to']} is {link['lag']}{_ends(link)}: "
                f"`workshop lag {status['lag']}` makes all links equal."
            )
    if status["place"]:
        found.append(
            f"Calls take as long as from {status['place']}: `workshop place off` ends that."
        )
    if status["reads"] != "latest":
        found.append(f"Eventually consistent reads are {status['reads']}: `workshop reads latest`.")
    # A lag of a file is known by the file's name.
    asked = f"file:{PurePath(lag).name}" if lag.startswith("file:") else lag
    usual = status["started_lag"] if lag == Settings.lag else asked
    if status["lag"] != usual:
        found.append(f"The lag is {status['lag']}, not {usual}: `workshop lag {usual}` changes it.")
    return found


def _ends(changed: dict[str, Any]) -> str:
    """Return when a change ends by itself, if it does."""
    left_s = changed.get("ends_in_s")
    return "" if left_s is None else f" for {left_s:.0f} s more at most"


def describe_status(status: dict[str, Any], lag: str) -> str:
    """Format the status of a local cloud for a person; `lag` as in `unusual`."""
    place = f", as if from {status['place']}" if status["place"] else ""
    kept = f", kept in {status['state_dir']}" if status["keep"] else ""
    how = f"lag {status['lag']}, eventual reads {status['reads']}, seed {status['seed']}"
    lines = [f"{status['endpoint']}  {how}{place}{kept}"]
    lines += [f"region  {name:<16} {now['state']}" for name, now in status["regions"].items()]
    lines += [
        f"table   {table['region']:<16} {table['name']}: {table['items']} items, "
        f"{table['lost_updates']} lost updates"
        for table in status["tables"]
    ]
    lines += [f"api     {api['region']:<16} {api['url']}" for api in status["apis"]]
    lines += [
        f"link    {link['from']} -> {link['to']}: {link['state']}, lag {link['lag']}, "
        f"{link['in_flight']} in flight"
        for link in status["links"]
    ]
    lines += [f"! {sentence}" for sentence in unusual(status, lag)]
    return "\n".join(lines)
