"""Everything an experiment needs, made; and everything the workshop made, removed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import pandas as pd
from botocore.exceptions import BotoCoreError, ClientError

from helpers import chalice_project, deploy, folders, ownership, removal, table_removal, tables
from helpers.ownership import Thing
from helpers.survey import Survey, survey
from helpers.targets import Target

Progress = Callable[[str], None]

# A function goes before its role, and its log after all that could still write into it.
_ORDER = ("alarm", "API", "function", "role", "log group", "bucket")
_FAILURES = (ClientError, BotoCoreError, RuntimeError, TimeoutError)


@dataclass
class Removal:
    """What a teardown did.

    Attributes:
        changes: every change of a table that was seen, as `tables.watch` words it.
        failures: what could not be done, and why, in words.
        left: what is still there of ours, in words.
    """

    changes: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=["t_ms", "subject", "status"])
    )
    failures: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def prepare(
    target: Target,
    regions: Sequence[str],
    *,
    api: bool = True,
    progress: Progress = print,
) -> None:
    """Create the table with sample data in the first Region, replicas in the others, APIs in all.

    It keeps what exists and finishes what an earlier run left half done, so you can run it again.

    Args:
        target: where to make it.
        regions: the first gets the table, the others replicas of it.
        api: also deploy the backend in each Region that has none.
        progress: gets a line for each step.

    Raises:
        NotOursError: a table of our name is there, and nothing proves that it is ours.
        RuntimeError: a Region is offline, or the backend's folder cannot be used.
    """
    if dark := target.offline().intersection(regions):
        undo = " and ".join(f"`workshop outage {region} off`" for region in sorted(dark))
        raise RuntimeError(
            f"Nothing can be created in a Region that is offline. {undo} brings it back; "
            "then run this again."
        )
    if api:
        folders.require_backend(target.settings.backend)
    home = _make_table(target, regions, progress)
    for region in regions:
        if region != home:
            _make_replica(target, home, region, progress)
    for region in regions if api else ():
        if deploy.url(target, region) is None:
            progress(f"Deploying the API in {region}; this takes about 10 s.")
            deploy.deploy(target, region, progress=progress)


def _make_table(target: Target, regions: Sequence[str], progress: Progress) -> str:
    """Make sure that one of the Regions has the table, with the sample data; return which."""
    table = tables.name(target)
    standing = _standing(target, regions, table, progress)
    home = standing[0] if standing else regions[0]
    if not standing:
        progress(f"Creating the table in {home}.")
    tables.create(target, home)
    _repair_tag(target, home, table)
    if tables.is_empty(target, home):
        tables.seed(target, home)
    return home


def _standing(target: Target, regions: Sequence[str], table: str, progress: Progress) -> list[str]:
    """List the Regions that have the table; one that is being deleted is waited for to be gone."""
    states = tables.states(target, regions)
    if "DELETING" in states.values():
        progress(f"{table} is being deleted somewhere; waiting for that to end.")
        tables.watch(target, regions, lambda now: "DELETING" not in now.values(), progress=progress)
    return [region for region in regions if tables.describe(target, region) is not None]


def _make_replica(target: Target, home: str, region: str, progress: Progress) -> None:
    table_removal.settle(target, home, progress=progress)
    status = tables.replicas(target, home).get(region)
    if status in tables.FAILED:
        progress(f"The replica in {region} is {status}: it is removed and created again.")
        table_removal.remove_replicas(target, home, [region], progress=progress)
        status = None
    if status is None:
        progress(f"Adding a replica in {region}.")
        tables.replicate(target, home, region)
    if status != "ACTIVE":
        tables.watch_replica(target, home, region, progress=progress)
    _repair_tag(target, region, tables.name(target))


def _repair_tag(target: Target, region: str, table: str) -> None:
    """Put our tag on a table that is proved ours some other way; replicas inherit none."""
    things = [t for t in ownership.tables(target, region) if t.name == table and not t.tagged]
    for thing in things:
        ownership.add_tag(target, thing)


def only(target: Target, region: str, *, progress: Progress = print) -> None:
    """Keep the table in one Region only, and remove its replicas elsewhere, if there are any."""
    others = tables.replicas(target, region)
    if others:
        progress(f"Removing the replicas of {region}.")
        table_removal.remove_replicas(target, region, others, progress=progress)


def teardown(
    target: Target, regions: Iterable[str] = (), *, progress: Progress = print
) -> pd.DataFrame:
    """Delete all that is proved ours: APIs, then replicas, then tables; list what is left.

    Args:
        target: where to look and to delete.
        regions: look there, too; all Regions that the workshop knows are looked at anyway.
        progress: gets a line for each step, and at the end what is left and why.

    Returns:
        Every change of a table that was seen, as `tables.watch` words it.
    """
    done = remove(target, survey(target, regions), progress=progress)
    for line in (*done.failures, *(f"Still there: {thing}" for thing in done.left)):
        progress(line)
    return done.changes


def remove(
    target: Target, found: Survey, *, also: Iterable[Thing] = (), progress: Progress = print
) -> Removal:
    """Delete what a survey proved ours, and what the learner named; go on after a failure.

    Args:
        target: where it is.
        found: what is there.
        also: what nothing proves ours, and the learner wants to go all the same.
        progress: gets a line for each step.
    """
    things, done = [*found.ours, *also], Removal()
    for thing in things:
        # Once each stands by its own tag, the order in which they go may be broken off anywhere.
        if not thing.tagged and thing.proof:
            try:
                ownership.add_tag(target, thing)
            except _FAILURES as failed:
                progress(f"{thing} could not be tagged first: {failed}")
    functions_gone = found.functions_known
    for thing in sorted((t for t in things if t.kind in _ORDER), key=_order):
        if thing.kind == "role" and not functions_gone:
            done.failures.append(f"{thing} was kept: a function may still use it")
            continue
        if thing.kind == "function" and (unseen := " and ".join(found.unseen_beside(thing))):
            done.failures.append(f"{thing} was kept: it may prove which of the {unseen} are yours")
            functions_gone = False
            continue
        try:
            removal.remove(target, thing)
        except _FAILURES as failed:
            done.failures.append(f"{thing} was not deleted: {failed}")
            functions_gone = functions_gone and thing.kind != "function"
        else:
            progress(f"Deleted the {thing}.")
    chalice_project.forget(target.settings.backend, [t.name for t in things if t.kind == "API"])
    _remove_tables(target, [thing for thing in things if thing.kind == "table"], done, progress)
    after = survey(target, found.regions)
    done.left = [*map(str, after.ours), *map(str, after.unknown)]
    return done


def _remove_tables(
    target: Target, things: Sequence[Thing], done: Removal, progress: Progress
) -> None:
    # The workshop's own table comes last; its changes are those that are kept for a chart.
    for name in sorted({thing.name for thing in things}, reverse=True):
        members = [thing for thing in things if thing.name == name]
        if dark := target.offline().intersection(r for t in members for r in t.replicas):
            offline = ", ".join(sorted(dark))
            done.failures.append(
                f"table {name} was kept: it is in {offline}, too, and offline there"
            )
            continue
        try:
            where = [thing.region for thing in members]
            done.changes = table_removal.delete(target, where, name, progress=progress)
        except _FAILURES as failed:
            done.failures.append(f"table {name} was not deleted: {failed}")


def _order(thing: Thing) -> tuple[int, str]:
    return _ORDER.index(thing.kind), thing.region


def leftovers(target: Target, regions: Iterable[str] = ()) -> list[str]:
    """List what is left of ours in every Region, and what could not be checked."""
    found = survey(target, regions)
    return [*map(str, found.ours), *map(str, found.unknown)]
