"""The local cloud itself: start, stop, look, start over."""

from __future__ import annotations

import argparse
import json

from helpers.commands.base import Commands, connected, running_cloud, settings_of
from helpers.localcloud.process import daemon

_NOT_RUNNING = 3


def add_to(commands: Commands) -> None:
    """Add `up`, `down`, `status` and `reset`."""
    up = commands.add("up", _up, "start the local cloud; returns when it answers")
    up.add_argument("--lag", metavar="MODEL", help="lag model, see `workshop --help`")
    up.add_argument("--seed", type=int, help="of everything that is drawn at random (default 0)")
    up.add_argument(
        "--timescale",
        type=float,
        help="how long creating a replica takes, as a share of AWS's time (default 0.05)",
    )
    up.add_argument(
        "--place", metavar="PLACE", help="add the distance from there; see `workshop place`"
    )
    up.add_argument("--reads", metavar="MODEL", help="eventually consistent reads; see `reads`")
    down = "stop the local cloud; its data is lost unless `up` had --state-dir"
    commands.add("down", _down, down)
    status = commands.add("status", _status, "Regions, links, tables and APIs of the local cloud")
    status.add_argument("--json", action="store_true", help="as JSON, for programs")
    commands.add("reset", _reset, "start over: the same local cloud, empty")


def _up(options: argparse.Namespace) -> None:
    # Who names a folder for the state wants it kept there.
    options.keep = options.state_dir is not None or None
    from helpers.targets import start_cloud, state_folder
    from helpers.targets.environment import local_variables

    settings = settings_of(options)
    existing = daemon.find(state_folder(settings), settings.port)
    # Of one that runs it writes down anew how to reach it.
    cloud = start_cloud(settings)
    if options.place:
        cloud.post("place", {"place": options.place})
    if options.reads:
        cloud.post("reads", {"reads": options.reads})
    status = cloud.get("status")
    print(f"The local cloud {'is already running' if existing else 'is up'}, lag {status['lag']}.")
    for name, value in local_variables(cloud, settings.regions[0]).items():
        print(f"export {name}={value}")


def _down(options: argparse.Namespace) -> None:
    settings = settings_of(options)
    cloud = daemon.find(settings.state_dir, settings.port)
    if cloud is None:
        print("No local cloud runs.")
        for port in daemon.not_ours(settings.state_dir):
            print(f"What answers on port {port} is not ours; it was left alone.")
        return
    status = cloud.get("status")
    daemon.stop(cloud)
    kept = f" Its data is kept in {status['state_dir']}." if status["keep"] else ""
    print(f"The local cloud is down.{kept}")


def _status(options: argparse.Namespace) -> int:
    from helpers.status import describe_status

    settings = settings_of(options)
    if settings.target == "aws":
        from helpers import clearing

        return clearing.status(connected(options))
    cloud = daemon.find(settings.state_dir, settings.port)
    if cloud is None:
        print(json.dumps(None) if options.json else "No local cloud runs. Start one: workshop up")
        return _NOT_RUNNING
    status = cloud.get("status")
    print(json.dumps(status, indent=2) if options.json else describe_status(status, settings.lag))
    return 0


def _reset(options: argparse.Namespace) -> None:
    cloud = running_cloud(options)
    before = cloud.get("status")
    daemon.stop(cloud)
    daemon.empty(cloud.state_dir)
    cloud = daemon.start(
        cloud.state_dir,
        before["port"],
        lag=before["lag_exactly"],
        seed=before["seed"],
        timescale=before["timescale"],
        keep=before["keep"],
    )
    for setting in ("place", "reads"):
        cloud.post(setting, {setting: before[setting]})
    print(f"The local cloud on port {before['port']} is empty, lag {before['lag']}.")
    print('It has a new key: eval "$(workshop env)" in each terminal, connect() in each notebook.')
