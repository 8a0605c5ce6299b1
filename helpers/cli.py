"""`workshop ...`: what the notebooks do, from a terminal. helpers/commands has the commands."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from helpers import terminal
from helpers.commands import KINDS
from helpers.commands.base import Commands

_EPILOG = """\
lag models, in ms:
  aws                  half the round trip plus a lognormal delay, median 700, 99 % below 2300,
                       modelled on AWS's published 0.5 to 2.5 s (the default)
  fixed:400            every image takes 400
  uniform:150,900      anything between as likely
  lognormal:700,2300   median and 99th percentile
  file:mylag.csv       one that was measured, as `workshop calibrate mylag.csv` writes it

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
    parsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands = Commands(parsers, _shared(), tuple(given))
    for kind in KINDS:
        kind.add_to(commands)
    return parser


def _shared() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--port", type=int, help="of the local cloud; without it, the running one is found"
    )
    shared.add_argument(
        "--state-dir", type=Path, metavar="DIR",
        help="where a local cloud writes its address; with `up`, it also keeps its data there "
        "across a restart",
    )  # fmt: skip
    shared.add_argument(
        "--target", choices=["local", "aws"], help="instead of WORKSHOP_TARGET, or local"
    )
    shared.add_argument("--debug", action="store_true", help="show the traceback of an error")
    return shared
