"""`workshop teardown` and `workshop adopt`: what will go is shown, and what is not ours is left."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from helpers import lifecycle, ownership
from helpers.lifecycle import Removal
from helpers.ownership import Thing
from helpers.survey import Survey, survey
from helpers.targets import Target
from helpers.targets.credentials import hint_in

_COUNTED = 1000


def teardown(
    target: Target,
    *,
    dry_run: bool = False,
    yes: bool = False,
    ask: Callable[[str], str] | None = None,
) -> int:
    """Show what is ours and what only has a like name, delete the former, say what is left.

    Args:
        target: where to look and to delete.
        dry_run: only show it.
        yes: on AWS, delete without asking.
        ask: puts a question to the learner; without it a terminal is asked, if there is one.

    Returns:
        0 if nothing of ours or of a like name is left, else 1.
    """
    if ask is None and sys.stdin is not None and sys.stdin.isatty():
        ask = input
    found = survey(target)
    _show(target, found)
    if dry_run:
        for thing in found.alike:
            print(f"  {thing}: nothing proves that it is yours; it would be left")
        return 0
    if found.ours and target.name == "aws" and not yes:
        if ask is None:
            print("Nothing was deleted: there is no terminal to ask in. Add --yes to agree.")
            return 1
        if ask("Delete what is yours? Type yes: ").strip() != "yes":
            print("Nothing was deleted.")
            return 1
    also = _named(found.alike, ask)
    done = lifecycle.remove(target, found, also=also)
    stay = [str(thing) for thing in found.alike if thing not in also]
    if not (done.left or done.failures or stay):
        print("Nothing of the workshop is left.")
        return 0
    _report(done, stay)
    return 1


def _report(done: Removal, stay: Sequence[str]) -> None:
    """Print what could not be done and what is left, and what to do about it."""
    for title, lines in (
        ("This failed:", done.failures), ("Still there:", done.left),
        ("Left, as nothing proves that it is yours (if it is: workshop adopt NAME):", stay),
    ):  # fmt: skip
        if lines:
            print("\n  ".join([title, *lines]))
    for hint in sorted({hint_in(line) for line in (*done.failures, *done.left, *stay)} - {""}):
        print(hint)


def adopt(target: Target, names: Sequence[str]) -> int:
    """Put our tag on things of a like name, so that the next teardown takes them; or list them.

    Raises:
        ValueError: nothing of that name, or a name like ours, is there; nothing was tagged.
    """
    alike = survey(target).alike
    if not names:
        print("\n".join(map(str, alike)) or "There is nothing to adopt.")
        return 0
    missing = sorted(set(names) - {thing.name for thing in alike})
    if missing:
        there = "; ".join(map(str, alike)) or "nothing"
        raise ValueError(f"{', '.join(missing)} cannot be adopted. These could be: {there}.")
    for thing in alike:
        if thing.name in names:
            ownership.add_tag(target, thing)
            print(f"Yours from now on: {thing}.")
    return 0


def status(target: Target) -> int:
    """Show what is ours in the account, and what only has a like name."""
    found = survey(target)
    _show(target, found)
    for thing in found.alike:
        print(f"  {thing}: nothing proves that it is yours")
    return 0


def account(target: Target) -> str:
    """Format the account with all but its last digits masked."""
    number = target.client("sts", target.regions[0]).get_caller_identity()["Account"]
    return f"Account ********{number[-4:]}"


def _show(target: Target, found: Survey) -> None:
    if target.name == "aws":
        print(f"{account(target)}, {len(found.regions)} Regions were looked at.")
    for thing in found.ours:
        print(f"  {thing}{_count(target, thing)}: {thing.proof}")
    for line in found.unknown:
        print(f"  {line}")
    if found.closed:
        print(f"Closed to you, so nothing of yours can be there: {', '.join(found.closed)}.")


def _count(target: Target, thing: Thing) -> str:
    if thing.kind != "table":
        return ""
    client = target.client("dynamodb", thing.region)
    try:
        answer = client.scan(TableName=thing.name, Select="COUNT", Limit=_COUNTED)
    except client.exceptions.ClientError:
        return ""
    more = " or more" if "LastEvaluatedKey" in answer else ""
    return f" ({answer['Count']}{more} items)"


def _named(alike: Sequence[Thing], ask: Callable[[str], str] | None) -> list[Thing]:
    """Ask for the name of each thing that nothing proves ours; only what is typed goes."""
    if ask is None:
        return []
    return [
        thing
        for thing in alike
        if ask(f"Nothing proves that {thing} is yours. To delete it type its name: ").strip()
        == thing.name
    ]
