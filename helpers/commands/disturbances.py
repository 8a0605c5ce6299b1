"""What changes a local cloud while it runs, and the command that follows it."""

from __future__ import annotations

import argparse
import re

from helpers.commands.base import Commands, connected, running_cloud, settings_of
from helpers.localcloud.process.lag_file import copies, resolve


def add_to(commands: Commands) -> None:
    """Add `outage`, `pause`, `lag`, `place`, `reads`, `clock`, `age` and `events`."""
    add = commands.add
    outage = add("outage", _outage, "take a Region offline, or bring it back")
    outage.add_argument("region", metavar="REGION")
    outage.add_argument("state", choices=["on", "off"], help="on: the Region is offline")
    outage.add_argument(
        "--hang", action="store_true", help="callers time out instead of failing at once"
    )
    pause = add("pause", _pause, "pause replication on one link, in one direction, or resume it")
    pause.add_argument("source", metavar="FROM")
    pause.add_argument("destination", metavar="TO")
    pause.add_argument("state", choices=["on", "off"], help="on: the link is paused")
    add("lag", _lag, "change the lag of all links while the cloud runs").add_argument(
        "model", metavar="MODEL"
    )
    place = "add the round trips from a place, such as berlin or eu-west-1; off adds none"
    add("place", _place, place).add_argument("place", metavar="PLACE")
    reads = "eventually consistent reads in a Region: latest, or lagging:0.33,5 (share, mean ms)"
    add("reads", _reads, reads).add_argument("model", metavar="MODEL")
    clock = add("clock", _clock, "set the clock of a Region ahead, or behind; 0 corrects it")
    clock.add_argument("region", metavar="REGION")
    clock.add_argument("ahead_ms", metavar="MS", type=float, help="such as 2000, or -2000")
    age = "make all replicas older, such as by 25h: after 24 hours a source can be deleted"
    add("age", _age, age).add_argument("hours", metavar="TIME", type=_hours, help="as 25h, or 2d")
    events = add("events", _events, "the journal as JSON lines: write, ship, apply, conflict, ...")
    events.add_argument(
        "--since", type=int, default=0, metavar="N", help="only events after this number"
    )
    events.add_argument("--follow", action="store_true", help="keep printing new ones")


def _outage(options: argparse.Namespace) -> None:
    if settings_of(options).target == "aws":
        if options.hang:
            raise RuntimeError("On AWS an outage cannot hang: its API answers with an error.")
        from helpers import aws_outages, clearing

        target, dark = connected(options), options.state == "on"
        print(f"{clearing.account(target)}, {options.region}.")
        names = (aws_outages.begin if dark else aws_outages.end)(target, options.region)
        until = f"no calls for {aws_outages.LASTS.seconds // 60} minutes" if dark else "calls again"
        print(f"{', '.join(names) or 'No function'} takes {until}.")
        return
    state = "offline" if options.state == "on" else "online"
    how = "hang" if options.hang else "refuse"
    answer = running_cloud(options).post(f"regions/{options.region}", {"state": state, "how": how})
    print(f"{answer['region']} is {answer['state']}.")


def _pause(options: argparse.Namespace) -> None:
    state = "paused" if options.state == "on" else "running"
    route = f"links/{options.source}/{options.destination}"
    answer = running_cloud(options).post(route, {"state": state})
    print(f"{answer['from']} -> {answer['to']} is {answer['state']}.")


def _lag(options: argparse.Namespace) -> None:
    cloud = running_cloud(options)
    answer = cloud.post("lag", {"lag": resolve(options.model, copies(cloud.state_dir))})
    print(f"The lag is {answer['lag']}.")


def _place(options: argparse.Namespace) -> None:
    place = "" if options.place == "off" else options.place
    answer = running_cloud(options).post("place", {"place": place})
    if not place:
        print("No distance is added.")
        return
    print(f"As if from {place}, in ms there and back (typical, not measured here):")
    for region, round_trip_ms in sorted(answer["round_trip_ms"].items(), key=lambda trip: trip[1]):
        print(f"  {region:16}{round_trip_ms:6.0f}")


def _reads(options: argparse.Namespace) -> None:
    answer = running_cloud(options).post("reads", {"reads": options.model})
    print(f"Eventually consistent reads are: {answer['reads']}.")


def _clock(options: argparse.Namespace) -> None:
    route, payload = f"clocks/{options.region}", {"ahead_ms": options.ahead_ms}
    answer = running_cloud(options).post(route, payload)
    ahead_ms = answer.get("ahead_ms", 0.0)
    way = "ahead" if ahead_ms > 0 else "behind"
    how = f"{abs(ahead_ms):g} ms {way}" if ahead_ms else "right"
    print(f"The clock of {answer['region']} is {how}.")


def _hours(text: str) -> float:
    """Read a time as it is typed.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    found = re.fullmatch(r"(\d{1,4}(?:\.\d+)?)(h|d)", text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time: write 25h, or 2d.")
    return float(found[1]) * (24 if found[2] == "d" else 1)


def _age(options: argparse.Namespace) -> None:
    hours = running_cloud(options).post("age", {"hours": options.hours})["hours"]
    print(f"All replicas are now {hours:g} hours older. After 24 hours a source can be deleted.")


def _events(options: argparse.Namespace) -> None:
    for line in running_cloud(options).events(options.since, follow=options.follow):
        print(line, flush=True)
