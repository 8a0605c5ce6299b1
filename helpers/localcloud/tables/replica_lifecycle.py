"""How replicas come and go: AWS's states in AWS's order, on a timescale that can be set."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass, field, fields
from traceback import format_exception
from typing import Any

from helpers.localcloud.driver import Driver
from helpers.localcloud.engine.quorum import Quorum, TravelLag
from helpers.localcloud.kept.keeper import Keeper
from helpers.localcloud.ministack.emulator import Emulator, TableId
from helpers.localcloud.tables.replica_filling import ReplicaFilling
from helpers.localcloud.tables.replica_options import apply_options
from helpers.localcloud.tables.replica_requests import TableChange

# When AWS was seen to move on, in s after the request (live probes of a third party, 2026-10).
LISTED_S = 6.0
CREATED_S = 30.0
DELETING_S = 35.0
UNLISTED_S = 180.0
DROPPED_S = 200.0
# For this long every member says UPDATING after a change of settings, of one replica or of all.
SETTLED_S = 34.0

# So long a table stays that a replica was copied from, by the clock of the wall.
SOURCE_STAYS_H = 24
_HOUR_MS = 3_600_000.0

FAILED = "CREATION_FAILED"
# Until these are done the Region that was asked says UPDATING.
_COMING_OR_GOING = ("activate", "begin_delete")
_DESCRIBED = ("TableName", "KeySchema", "AttributeDefinitions", "BillingModeSummary")


@dataclass
class Group:
    """What is known of a global table, beside its members: those are the engine's.

    Attributes:
        passing: Regions that are listed without being members: CREATING, CREATION_FAILED, DELETING.
        why: what went wrong where a replica is CREATION_FAILED.
        source: which Region a replica was copied from.
        since_ms: when that was, on the cloud's clock.
        strong: whether it is strongly consistent.
        witness: the Region of its witness and the witness's status, while there is one.
    """

    passing: dict[str, str] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    source: dict[str, str] = field(default_factory=dict)
    since_ms: dict[str, float] = field(default_factory=dict)
    strong: bool = False
    witness: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """Something that is to happen to a global table at a time of the cloud's clock."""

    due_ms: float
    name: str
    table: TableId
    home: str
    change: TableChange


class ReplicaLifecycle:
    """Takes global tables from state to state.

    Args:
        timescale: how much of AWS's time each step takes; 1 is AWS's own.
        round_trip_ms: between Regions, for tables with strong consistency.
    """

    def __init__(
        self,
        emulator: Emulator,
        driver: Driver,
        timescale: float,
        round_trip_ms: Mapping[frozenset[str], float],
        keeper: Keeper,
    ) -> None:
        self._emulator = emulator
        self._keeper = keeper
        self._driver = driver
        self.timescale = timescale
        self._round_trip_ms = round_trip_ms
        self.groups: dict[TableId, Group] = {}
        # Replicas that can be described but not used: on their way in, or out.
        self.ghosts: dict[tuple[TableId, str], dict[str, Any]] = {}
        self.steps: list[Step] = []
        self._filling = ReplicaFilling(emulator, driver, keeper)
        self._tasks: set[asyncio.Task[None]] = set()

    # -- how things stand ----------------------------------------------------------------

    def status(self, table: TableId) -> dict[str, str]:
        """Return the status of each replica of a global table, as AWS words it, by Region."""
        group = self.groups.get(table)
        if group is None:
            return {}
        updating = {r for step in self._pending(table, "settled") for r in step.change.regions}
        members = self._driver.engine.regions(table)
        # One that is filled is CREATING until all that were asked for with it are.
        return {r: "UPDATING" if r in updating else "ACTIVE" for r in members} | group.passing

    def group(self, table: TableId, region: str) -> Group | None:
        """Return the global table that a Region's table is a member of; None for an ordinary one.

        A table of the same name in another Region is another table, as on AWS.
        """
        return self.groups[table] if region in self.status(table) else None

    def elsewhere(self, table: TableId, region: str) -> list[str]:
        """List the members of a global table of this name that the Region's own table is not of."""
        status = self.status(table)
        return [] if region in status else sorted(status)

    def updating(self, table: TableId, region: str) -> bool:
        """Return whether the table in a Region says UPDATING.

        Where a replica's coming or going was asked for it does, and after a change of settings
        everywhere.
        """
        asked = any(step.home == region for step in self._pending(table, *_COMING_OR_GOING))
        return asked or bool(self._pending(table, "settled"))

    def busy(self, table: TableId) -> bool:
        """Return whether a further change of a global table has to wait."""
        group = self.groups[table]
        passing = {*group.passing.values(), *group.witness.values()} - {"ACTIVE", FAILED}
        return bool(passing or self._pending(table, *_COMING_OR_GOING, "settled"))

    def _pending(self, table: TableId, *names: str) -> list[Step]:
        return [step for step in self.steps if step.table == table and step.name in names]

    def sources(self, table: TableId) -> list[str]:
        """List the Regions that stay, since a replica was copied from them a short while ago."""
        group = self.groups.get(table)
        if group is None:
            return []
        begin_ms = self._driver.now_ms() - SOURCE_STAYS_H * _HOUR_MS
        return [
            source for region, source in group.source.items() if group.since_ms[region] > begin_ms
        ]

    def age(self, hours: float) -> None:
        """Make every replica be so much older."""
        for group in self.groups.values():
            for region in group.since_ms:
                group.since_ms[region] -= hours * _HOUR_MS
        self.keep()

    def start(self, change: TableChange, table: TableId, home: str) -> None:
        """Begin to create or remove replicas; the rest happens by itself."""
        if change.action == "Update":
            self.settle(table, home, change)
            return
        self.groups.setdefault(table, Group())
        if not self._driver.engine.regions(table):
            # From now on what is written has a version; what is there gets one when it is copied.
            self._driver.engine.adopt(table, home, (), self._driver.now_ms())
        if change.action == "Create":
            # A strongly consistent table replicates by other means than its stream (AWS's guide).
            if not change.strong:
                self._emulator.switch_stream_on(table, home)
            plan = [("list", LISTED_S), ("activate", CREATED_S)]
        else:
            plan = [("begin_delete", DELETING_S), ("unlist", UNLISTED_S), ("drop", DROPPED_S)]
        for name, seconds in plan:
            self._plan(seconds, name, table, home, change)

    def settle(self, table: TableId, home: str, change: TableChange) -> None:
        """Make every member say UPDATING for a while; a replica's new options come at its end."""
        self._plan(SETTLED_S, "settled", table, home, change)

    def _plan(
        self, after_s: float, name: str, table: TableId, home: str, change: TableChange
    ) -> None:
        due_ms = self._driver.now_ms() + after_s * 1000 * self.timescale
        self.schedule(Step(due_ms, name, table, home, change))

    def schedule(self, step: Step) -> None:
        """Make a step happen when it is due."""
        self.steps.append(step)
        delay_s = max(0.0, step.due_ms - self._driver.now_ms()) / 1000
        asyncio.get_running_loop().call_later(delay_s, self._take, step)

    def _take(self, step: Step) -> None:
        if step not in self.steps:
            return
        if step.name == "activate":
            # It takes a while, and is kept among what is to be done until it is.
            task = asyncio.create_task(self._activate(step))
            self._tasks.add(task)
            task.add_done_callback(lambda done: self._activated(step, done))
            return
        self.steps.remove(step)
        steps = {
            "list": self._list,
            "begin_delete": self._begin_delete,
            "unlist": self._unlist,
            "drop": self._drop,
            "settled": self._settled,
        }
        if step.table in self.groups or step.name == "drop":
            steps[step.name](step)
        self.keep()

    def _activated(self, step: Step, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        if (wrong := task.exception()) is not None:
            self._fail(step, wrong)
        self.keep()

    # -- over a restart ------------------------------------------------------------------

    def keep(self) -> None:
        """Keep how every global table stands."""
        groups = [[table, asdict(group)] for table, group in self.groups.items()]
        ghosts = [[table, region, ghost] for (table, region), ghost in self.ghosts.items()]
        steps = [astuple(step) for step in self.steps]
        self._keeper.tables_changed({"groups": groups, "ghosts": ghosts, "steps": steps})

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Go on from where it was kept: what was due meanwhile happens now."""
        for table, group in kept.get("groups", []):
            self._restore_group(TableId(*table), group)
        for table, region, ghost in kept.get("ghosts", []):
            self.ghosts[TableId(*table), region] = ghost
        for due_ms, name, table, home, change in kept.get("steps", []):
            action, regions, *rest = change
            asked = TableChange(action, tuple(regions), *rest)
            self.schedule(Step(due_ms, name, TableId(*table), home, asked))

    def _restore_group(self, table: TableId, kept: dict[str, Any]) -> None:
        names = {known.name for known in fields(Group)}
        group = self.groups[table] = Group(**{k: v for k, v in kept.items() if k in names})
        # An earlier release did not keep when, and kept the members' states with the others'.
        now_ms = self._driver.now_ms()
        group.since_ms = dict.fromkeys(group.source, now_ms) | group.since_ms
        for region, status in kept.get("status", {}).items():
            if status in ("CREATING", "DELETING"):
                group.passing[region] = status
            elif region not in self._driver.engine.regions(table):
                self._driver.engine.adopt(table, region, (), now_ms)
        if group.strong:
            self.make_strong(table)

    # -- in ------------------------------------------------------------------------------

    def _list(self, step: Step) -> None:
        stored = self._emulator.table(step.table, step.home)
        if stored is None:
            return
        group = self.groups[step.table]
        group.witness |= dict.fromkeys(filter(None, (step.change.witness,)), "CREATING")
        for region in step.change.regions:
            group.passing[region] = "CREATING"
            self.ghosts[step.table, region] = {k: stored[k] for k in _DESCRIBED if k in stored} | {
                "TableStatus": "CREATING",
                "TableArn": stored["TableArn"].replace(f":{step.home}:", f":{region}:"),
                "ItemCount": 0,
                "TableSizeBytes": 0,
            }

    async def _activate(self, step: Step) -> None:
        """Fill the new replicas, and go on with the step once they are full."""
        table, group = step.table, self.groups[step.table]
        for region in step.change.regions:
            # A cloud that was stopped meanwhile begins with it again; one may be full already.
            if region not in self._driver.engine.regions(table):
                await self._filling.fill(table, step.home, region)
        for region in step.change.regions:
            self.ghosts.pop((table, region), None)
            self._apply(step, region)
            group.passing.pop(region, None)
            # No member of a strongly consistent table is special: all of them go together.
            if not step.change.strong:
                group.source[region] = step.home
                group.since_ms[region] = self._driver.now_ms()
        group.witness = dict.fromkeys(group.witness, "ACTIVE")
        if step.change.strong:
            group.strong = True
            self.make_strong(table)
        self.steps.remove(step)

    def _fail(self, step: Step, wrong: BaseException) -> None:
        """Give up replicas that could not be made; to be removed they are still listed."""
        table, group = step.table, self.groups[step.table]
        told = f"The replica could not be filled: {type(wrong).__name__}: {wrong}."
        print(f"{table.name}: {told}", *format_exception(wrong), sep="\n", file=sys.stderr)
        self.steps.remove(step)
        group.witness.clear()
        for region in step.change.regions:
            self.ghosts.pop((table, region), None)
            self._driver.engine.leave(table, region)
            self._emulator.drop_table(table, region)
            group.passing[region] = FAILED
            group.why[region] = (
                f"{told} Remove it (UpdateTable, Delete) and add it again; cloud.log in the state "
                "folder says more."
            )

    def _settled(self, step: Step) -> None:
        for region in step.change.regions:
            self._apply(step, region)

    def _apply(self, step: Step, region: str) -> None:
        stored = self._emulator.table(step.table, region)
        if stored is not None:
            now_s = int(self._driver.now_ms() / 1000)
            apply_options(stored, region, step.change.options.get(region, {}), now_s)

    def make_strong(self, table: TableId) -> None:
        """Make a table's members agree on its writes from now on."""
        members = [*self.status(table), *self.groups[table].witness]
        self._driver.quorums[table] = Quorum(members, self._round_trip_ms)
        self._driver.engine.table_lags[table] = TravelLag(self._round_trip_ms)

    # -- out -----------------------------------------------------------------------------

    def _begin_delete(self, step: Step) -> None:
        table, group = step.table, self.groups[step.table]
        group.witness = dict.fromkeys(group.witness, "DELETING")
        for region in step.change.regions:
            group.passing[region] = "DELETING"
            group.why.pop(region, None)
            stored = self._emulator.table(table, region)
            if stored is None:
                continue  # It has never been filled.
            self.ghosts[table, region] = {k: stored[k] for k in _DESCRIBED if k in stored} | {
                "TableArn": stored.get("TableArn", ""),
                "TableStatus": "DELETING",
            }
            if group.strong:
                self._driver.catch_up(table, step.home)
            self._driver.engine.leave(table, region)
            self._emulator.drop_table(table, region)
            self._driver.engine.journal.note(
                "leave", self._driver.now_ms(), region=region, table=table
            )

    def _unlist(self, step: Step) -> None:
        self.groups[step.table].witness.clear()
        for region in step.change.regions:
            self.forget(step.table, region)

    def _drop(self, step: Step) -> None:
        for region in step.change.regions:
            self.ghosts.pop((step.table, region), None)

    def forget(self, table: TableId, region: str) -> None:
        """Strike a replica off; a global table of one member is an ordinary table again."""
        group = self.groups.get(table)
        if group is None:
            return
        group.passing.pop(region, None)
        group.source.pop(region, None)
        group.since_ms.pop(region, None)
        self._driver.engine.leave(table, region)
        if len(status := self.status(table)) <= 1:
            for last in status:
                self._driver.engine.leave(table, last)
            self._driver.quorums.pop(table, None)
            self._driver.engine.table_lags.pop(table, None)
            del self.groups[table]
