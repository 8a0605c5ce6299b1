"""What was made is removed again, and what is whose is said."""

from __future__ import annotations

import argparse

from helpers.commands.base import Commands, connected


def add_to(commands: Commands) -> None:
    """Add `teardown` and `adopt`."""
    text = "delete APIs, replicas and table; check that none is left"
    teardown = commands.add("teardown", _teardown, text)
    teardown.add_argument("--dry-run", action="store_true", help="only list what would be deleted")
    teardown.add_argument("--yes", action="store_true", help="on AWS: do not ask before deleting")
    text = "mark things with a name like yours as yours, so that teardown deletes them"
    adopt = commands.add("adopt", _adopt, text)
    adopt.add_argument(
        "names", metavar="NAME", nargs="*", help="without a name, list what could be adopted"
    )


def _teardown(options: argparse.Namespace) -> int:
    from helpers import clearing

    return clearing.teardown(connected(options), dry_run=options.dry_run, yes=options.yes)


def _adopt(options: argparse.Namespace) -> int:
    from helpers import clearing

    return clearing.adopt(connected(options), options.names)
