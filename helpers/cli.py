"""`workshop ...`: what the notebooks do, from a terminal."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers import folders, terminal
from helpers.localcloud.process import daemon
from helpers.regions import DEFAULT as REGIONS
from helpers.settings import Settings

if TYPE_CHECKING:
    from helpers.targets import AwsTarget, LocalTarget

# What a command needs beyond these it imports itself: pandas and matplotlib take two seconds, which
# `workshop status` should not.

_EPILOG = """\
lag models, in ms:
  aws                  half the round trip plus a lognormal delay, median 700, 99 % below 2300,
                       modelled on AWS's published 0.5 to 2.5 s (the default)
  fixed:400            every image takes 400
  uniform:150,900      anything between as likely
  lognormal:700,2300   median and 99th percentile

a first session:
  workshop up --lag fixed:400
  workshop prepare us-west-2 us-east-2
  workshop experiment staleness --writer us-west-2 --reader us-east-2
  workshop outage us-west-2 on
  workshop status
  workshop down

exit codes: 0 done; 1 failed, the message says why; 2 the command line was wrong;
  3 there is no local cloud (status).
Every option can also come from a variable: WORKSHOP_PORT, WORKSHOP_LAG, WORKSHOP_TARGET=aws, ...
"""
_NOT_RUNNING = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = _parser(given).parse_args(given)
    return terminal.run(options.command, lambda: options.run(options), debug=options.debug)


def _parser(given: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="workshop",
        description="DynamoDB global tables on a local cloud, or on AWS.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--port", type=int, help="of the local cloud; found without it")
    shared.add_argument(
        "--state-dir", type=Path, metavar="DIR",
        help="where a local cloud leaves its address; given to `up`, it also keeps all it holds "
        "there over a restart",
    )  # fmt: skip
    shared.add_argument(
        "--target", choices=["local", "aws"], help="instead of WORKSHOP_TARGET, or local"
    )
    shared.add_argument("--debug", action="store_true", help="trace an error to where it was")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, run: object, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, parents=[shared], help=text, description=text)
        command.set_defaults(run=run)
        return command

    up = add("up", _up, "start the local cloud; returns when it answers")
    up.add_argument("--lag", metavar="MODEL", help="lag model, see `workshop --help`")
    up.add_argument("--seed", type=int, help="of all that is drawn at random (default 0)")
    up.add_argument(
        "--timescale",
        type=float,
        help="how much of AWS's time making a replica takes (default 0.05; 1 is AWS's)",
    )
    up.add_argument("--place", metavar="PLACE", help="as if you sat there; see `workshop place`")
    up.add_argument("--reads", metavar="MODEL", help="eventually consistent reads; see `reads`")
    add("down", _down, "stop the local cloud; what it held is gone, unless it was to be kept")
    status = add("status", _status, "Regions, links, tables and APIs of the local cloud")
    status.add_argument("--json", action="store_true", help="as JSON, for programs")
    add("reset", _reset, "start over: the same local cloud, empty")
    regions: dict[str, Any] = {"metavar": "REGION", "nargs": "+", "help": "such as us-west-2"}
    add("prepare", _prepare, "table, sample data, replicas and APIs in these Regions").add_argument(
        "regions", **regions
    )
    add("deploy", _deploy, "deploy the API with Chalice, one stage a Region").add_argument(
        "regions", **regions
    )
    pages = "put the web pages into a bucket of a Region, and print their address"
    add("website", _website, pages).add_argument("region", metavar="REGION")
    _add_experiments(commands, shared, given)
    charts = add("charts", _charts, "run every notebook headless; leaves charts in exports/")
    charts.add_argument("--out", type=Path, metavar="DIR", help="instead of exports/")
    text = "the course as it runs here, as pages in exports/book/; runs what is not current"
    add("book", _book, text)
    _add_disturbances(add)
    _add_teardown(
        add("teardown", _teardown, "delete APIs, replicas and table; check that none is left")
    )
    adopt = "say that what has a name like yours is yours, so that teardown takes it"
    add("adopt", _adopt, adopt).add_argument(
        "names", metavar="NAME", nargs="*", help="without a name, list them"
    )
    learners = add("learners", _learners, "give each of a class a key and an account of their own")
    learners.add_argument("action", choices=["add"])
    learners.add_argument("names", metavar="NAME", nargs="+")
    add("env", _env, 'print what sets up a terminal for the target: eval "$(workshop env)"')
    add("shell", _shell, "open a shell that is set up for the target")
    add("lab", _lab, "open JupyterLab on the first notebook, with such a shell beside it")
    return parser


def _add_teardown(command: argparse.ArgumentParser) -> None:
    command.add_argument("--dry-run", action="store_true", help="only say what would go")
    command.add_argument("--yes", action="store_true", help="on AWS: do not ask before deleting")


def _add_disturbances(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add what changes a local cloud while it runs, and the command that follows it."""
    outage = add("outage", _outage, "take a Region offline, or bring it back")
    outage.add_argument("region", metavar="REGION")
    outage.add_argument("state", choices=["on", "off"], help="on: the Region is offline")
    outage.add_argument(
        "--hang", action="store_true", help="callers time out instead of failing at once"
    )
    pause = add("pause", _pause, "hold what one link carries, in one direction, or let it go")
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
    events = add("events", _events, "the journal as JSON lines: write, ship, apply, conflict, ...")
    events.add_argument("--since", type=int, default=0, metavar="N", help="after this number")
    events.add_argument("--follow", action="store_true", help="go on as they come")


def _add_experiments(commands: Any, shared: argparse.ArgumentParser, given: Sequence[str]) -> None:
    """Add `experiment`, and below it every experiment, where one is asked for."""
    text = "run an experiment; leaves charts and data"
    experiment = commands.add_parser("experiment", help=text, description=text)
    experiment.set_defaults(run=_experiment)
    if "experiment" in given:
        from helpers.experiments.command import add_to

        add_to(experiment, shared)


def _settings(options: argparse.Namespace) -> Settings:
    names = ("target", "port", "state_dir", "lag", "seed", "timescale", "keep")
    given: dict[str, Any] = {name: getattr(options, name, None) for name in names}
    return Settings.read(**given)


def _connect(options: argparse.Namespace) -> LocalTarget | AwsTarget:
    """Connect to the target, and say which it is."""
    from helpers.targets import connect

    # What is printed to be read by a program, such as exports, stays clean of what is said here.
    with contextlib.redirect_stdout(sys.stderr):
        target = connect(target=options.target, port=options.port, state_dir=options.state_dir)
    print(f"On {target!r}.", file=sys.stderr, flush=True)
    return target


def _running(options: argparse.Namespace) -> daemon.RunningCloud:
    """Find the local cloud that a command is to change.

    Raises:
        RuntimeError: the target is AWS, where nobody can do that.
        CloudError: none runs.
    """
    settings = _settings(options)
    if settings.target == "aws":
        raise RuntimeError(
            "The target is AWS, where nobody can do this. "
            f"On the local cloud: workshop {options.command} --target local ..."
        )
    cloud = daemon.find(settings.state_dir, settings.port)
    if cloud is None:
        where = f" on port {settings.port}" if settings.port else ""
        raise daemon.CloudError(f"No local cloud runs{where}. Start one: workshop up")
    return cloud


def _up(options: argparse.Namespace) -> None:
    # Who names a folder for the state wants it kept there.
    options.keep = options.state_dir is not None or None
    settings = _settings(options)
    folders.require(settings.state_dir, "the local cloud keeps its files", "WORKSHOP_STATE_DIR")
    existing = daemon.find(settings.state_dir, settings.port)
    cloud = existing or daemon.start(
        settings.state_dir,
        settings.port,
        lag=settings.lag,
        seed=settings.seed,
        timescale=settings.timescale,
        keep=settings.keep,
    )
    if options.place:
        cloud.post("place", {"place": options.place})
    if options.reads:
        cloud.post("reads", {"reads": options.reads})
    status = cloud.get("status")
    print(f"The local cloud {'runs already' if existing else 'is up'}, lag {status['lag']}.")
    from helpers.targets.environment import local_variables

    for name, value in local_variables(cloud, settings.regions[0]).items():
        print(f"export {name}={value}")


def _down(options: argparse.Namespace) -> None:
    settings = _settings(options)
    cloud = daemon.find(settings.state_dir, settings.port)
    if cloud is None:
        print("No local cloud runs.")
        for port in daemon.not_ours(settings.state_dir):
            print(f"What answers on port {port} is not ours, and was left alone.")
        return
    status = cloud.get("status")
    daemon.stop(cloud)
    kept = f" What it held is kept in {status['state_dir']}." if status["keep"] else ""
    print(f"The local cloud is down.{kept}")


def _status(options: argparse.Namespace) -> int:
    from helpers.status import describe_status

    settings = _settings(options)
    if settings.target == "aws":
        from helpers import clearing

        return clearing.status(_connect(options))
    cloud = daemon.find(settings.state_dir, settings.port)
    if cloud is None:
        print(json.dumps(None) if options.json else "No local cloud runs. Start one: workshop up")
        return _NOT_RUNNING
    status = cloud.get("status")
    print(json.dumps(status, indent=2) if options.json else describe_status(status, settings.lag))
    return 0


def _reset(options: argparse.Namespace) -> None:
    cloud = _running(options)
    before = cloud.get("status")
    daemon.stop(cloud)
    daemon.empty(cloud.state_dir)
    cloud = daemon.start(
        cloud.state_dir,
        before["port"],
        lag=before["lag"],
        seed=before["seed"],
        timescale=before["timescale"],
        keep=before["keep"],
    )
    for setting in ("place", "reads"):
        cloud.post(setting, {setting: before[setting]})
    print(f"The local cloud on port {before['port']} is empty, lag {before['lag']}.")
    print('It has a new key: eval "$(workshop env)" in each terminal, connect() in each notebook.')


def _prepare(options: argparse.Namespace) -> None:
    folders.require_backend(_settings(options).backend)
    from helpers import deploy
    from helpers.lifecycle import prepare

    target = _connect(options)
    prepare(target, options.regions)
    for api in deploy.apis(target, options.regions):
        print(f"{api.region}  {api.url}")


def _deploy(options: argparse.Namespace) -> None:
    folders.require_backend(_settings(options).backend)
    from helpers import deploy

    target = _connect(options)
    for region in options.regions:
        done = deploy.deploy(target, region)
        print(f"{region}  {done.url}  ({done.took_s:.1f} s)")


def _website(options: argparse.Namespace) -> None:
    from helpers import website

    folders.require_checkout(website.PAGES, "folder of pages")
    target = _connect(options)
    folder, apis = website.links(target, options.region, REGIONS)["direct"]
    print(website.opened_with(f"{folder}index.html", apis, target.page_token()))


def _experiment(options: argparse.Namespace) -> None:
    out = _out(options)
    from helpers.experiments.command import run

    run(_connect(options), options, out)


def _charts(options: argparse.Namespace) -> None:
    out = _out(options).resolve()
    from helpers import notebooks

    folders.require_checkout(notebooks.NOTEBOOKS, "folder of notebooks")
    took = notebooks.run_all(out)
    charts = sorted(out.glob("*/latest/*.png"))
    print(
        f"{sum(took.values()):6.1f} s  {len(took)} notebooks, {len(charts)} charts in {out.name}/"
    )


def _out(options: argparse.Namespace) -> Path:
    setting = "--out" if options.out else "WORKSHOP_EXPORTS"
    folder: Path = options.out or _settings(options).exports
    return folders.require(folder, "charts and data go", setting)


def _book(options: argparse.Namespace) -> None:
    from helpers import book, notebooks

    options.out = None
    folder = _out(options).resolve() / "book"
    if not notebooks.is_current(folder):
        _charts(options)
    pages = book.write_pages(folder)
    print(f"{len(pages)} pages; open {folder / 'index.html'}")


def _outage(options: argparse.Namespace) -> None:
    if _settings(options).target == "aws":
        if options.hang:
            raise RuntimeError("On AWS an outage cannot hang: its API answers with an error.")
        from helpers import aws_outages, clearing

        target, dark = _connect(options), options.state == "on"
        print(f"{clearing.account(target)}, {options.region}.")
        names = (aws_outages.begin if dark else aws_outages.end)(target, options.region)
        until = f"no calls for {aws_outages.LASTS.seconds // 60} minutes" if dark else "calls again"
        print(f"{', '.join(names) or 'No function'} takes {until}.")
        return
    state = "offline" if options.state == "on" else "online"
    how = "hang" if options.hang else "refuse"
    answer = _running(options).post(f"regions/{options.region}", {"state": state, "how": how})
    print(f"{answer['region']} is {answer['state']}.")


def _pause(options: argparse.Namespace) -> None:
    state = "paused" if options.state == "on" else "running"
    route = f"links/{options.source}/{options.destination}"
    answer = _running(options).post(route, {"state": state})
    print(f"{answer['from']} -> {answer['to']} is {answer['state']}.")


def _lag(options: argparse.Namespace) -> None:
    print(f"The lag is {_running(options).post('lag', {'lag': options.model})['lag']}.")


def _place(options: argparse.Namespace) -> None:
    place = "" if options.place == "off" else options.place
    answer = _running(options).post("place", {"place": place})
    if not place:
        print("No distance is added.")
        return
    print(f"As if from {place}, in ms there and back (typical, not measured here):")
    for region, round_trip_ms in sorted(answer["round_trip_ms"].items(), key=lambda trip: trip[1]):
        print(f"  {region:16}{round_trip_ms:6.0f}")


def _reads(options: argparse.Namespace) -> None:
    answer = _running(options).post("reads", {"reads": options.model})
    print(f"Eventually consistent reads are: {answer['reads']}.")


def _events(options: argparse.Namespace) -> None:
    for line in _running(options).events(options.since, follow=options.follow):
        print(line, flush=True)


def _teardown(options: argparse.Namespace) -> int:
    from helpers import clearing

    return clearing.teardown(_connect(options), dry_run=options.dry_run, yes=options.yes)


def _adopt(options: argparse.Namespace) -> int:
    from helpers import clearing

    return clearing.adopt(_connect(options), options.names)


def _learners(options: argparse.Namespace) -> None:
    print("\n".join(daemon.add_learners(_running(options), options.names)))


def _env(options: argparse.Namespace) -> None:
    from helpers.targets.environment import shell_lines

    target = _connect(options)
    print("\n".join(shell_lines(target.environment(target.regions[0]))))


def _shell(options: argparse.Namespace) -> int:
    shell = os.environ.get("SHELL") or shutil.which("bash") or "sh"
    try:
        target = _connect(options)
    except (RuntimeError, ValueError) as failed:
        # In JupyterLab a terminal whose command ends closes, and takes with it what was said.
        print(f"workshop shell: {failed}\nThis shell is set up for no target.", file=sys.stderr)
        return subprocess.call([shell])
    print("aws, chalice and workshop act there. `exit` leaves this shell.", file=sys.stderr)
    return subprocess.call([shell], env=target.environment(target.regions[0]))


def _lab(options: argparse.Namespace) -> int:
    from helpers import lab

    return lab.run(_settings(options), os.environ | _told(options))


def _told(options: argparse.Namespace) -> dict[str, str]:
    """Word the options that hold for kernels and terminals, too, as variables."""
    names = ("target", "port", "state_dir")
    return {f"WORKSHOP_{n.upper()}": str(v) for n in names if (v := getattr(options, n))}
