"""The one file that touches MiniStack: everything the local cloud knows of its insides is here.

MiniStack is pinned to one release because of this file. `check_seams` compares what we reach into
with what we expect, at every start, so that an upgrade that moves a seam fails at once and by name.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

from helpers.localcloud.ministack import ordered_reads, saving, scans, table_copy, updates
from helpers.localcloud.ministack.discarded import Discarded
from helpers.localcloud.ministack.images import copied
from helpers.localcloud.ministack.in_process import InProcess
from helpers.localcloud.ministack.metrics import Metrics
from helpers.localcloud.ministack.saving import Saving
from helpers.localcloud.ministack.seams import SeamMovedError, check_seams
from helpers.localcloud.ministack.streams import Streams
from helpers.localcloud.ministack.table_copy import TableCopy

Item = Mapping[str, Any]
ItemKey = tuple[str, str]


class TableId(NamedTuple):
    """A table by account and name; its replicas in all Regions share it."""

    account: str
    name: str


class Write(NamedTuple):
    """One write that a Region has just made; an image is None where there is no item."""

    table: TableId
    region: str
    key: ItemKey
    item: Item | None
    before: Item | None


class _Change(NamedTuple):
    """What one statement did to one item; an image is None where there is no item."""

    table: str
    old: Item | None
    new: Item | None


# The thread in which MiniStack deletes what has expired.
_REAPER = "dynamodb-ttl-reaper"
_FIVE_YEARS_S = 5 * 365.25 * 86_400

# Name -> parameters, of every internal function that is called or replaced.
SEAMS = {
    "_replicate_write": ["table", "event_name", "old_item", "new_item"],
    "_emit_stream_event": ["table_name", "event_name", "old_item", "new_item", "replicate"],
    "_partiql_insert": ["table", "parsed"],
    "_partiql_update": ["table", "parsed", "data"],
    "_partiql_delete": ["table", "parsed", "data"],
    "_execute_transaction": ["data"],
    "_ttl_reaper": [],
    "_get_item": ["data"],
    "_batch_get_item": ["data"],
    "_query": ["data"],
    "_extract_key_val": ["attr"],
    "_items_replaced": ["table"],
    "drop_stream_records": ["table_name", "table"],
}


def _check_reaper() -> None:
    if not any(thread.name == _REAPER for thread in threading.enumerate()):
        raise SeamMovedError(
            f"MiniStack should delete expired items in a thread named {_REAPER}, but runs none of "
            "that name. Adapt helpers/localcloud/ministack to the new release."
        )


class Emulator(InProcess):
    """MiniStack in this process, after `configure` of ministack_environment.py."""

    def __init__(self) -> None:
        from ministack import app  # noqa: PLC0415 - reads its environment when imported
        from ministack.core import persistence, responses  # noqa: PLC0415
        from ministack.services import apigateway_v1, dynamodb  # noqa: PLC0415

        for seams in (
            SEAMS,
            *(m.SEAMS for m in (ordered_reads, saving, scans, table_copy, updates)),
        ):
            check_seams(dynamodb, seams)
        _check_reaper()
        super().__init__(app.app)
        self._dynamodb = dynamodb
        self._responses = responses
        self._apis = apigateway_v1
        self._changes: list[_Change] | None = None
        self._route_partiql()
        updates.correct_updates(dynamodb)
        self._saving = Saving(app, persistence, dynamodb)
        self.scans = scans.Scans(dynamodb, responses)
        self.reads = ordered_reads.OrderedReads(dynamodb, responses, self.scans)
        self.discarded = Discarded()
        Streams(dynamodb, responses)
        Metrics()

    # -- the seam ------------------------------------------------------------------------

    def on_write(self, take: Callable[[Write], None]) -> None:
        """Call `take` inside every write, on the event loop, instead of copying it at once."""
        responses, extract = self._responses, self._dynamodb._extract_key_val  # noqa: SLF001

        def replicate(
            table: dict[str, Any], _event: str, old_item: Item | None, new_item: Item | None
        ) -> None:
            item = new_item if new_item is not None else old_item
            if item is None:
                return
            name = TableId(responses.get_account_id(), table["TableName"])
            key = _key(table, item, extract)
            region = responses.get_region()
            take(Write(name, region, key, copied(new_item), copied(old_item)))

        self._dynamodb._replicate_write = replicate  # noqa: SLF001

    def _route_partiql(self) -> None:
        """Make PartiQL's writes reach the streams and the seam, which MiniStack leaves out.

        The items a statement stores or removes are noted while it runs. What a transaction changed
        is told when all of it has succeeded: a cancelled one is rolled back and tells nothing.
        """
        db = self._dynamodb
        set_item, remove_item = db._set_item, db._remove_item  # noqa: SLF001

        def noting_set(table: Any, pk_val: str, sk_val: str, item: Item) -> Any:
            old_item = set_item(table, pk_val, sk_val, item)
            if self._changes is not None:
                self._changes.append(_Change(table["TableName"], old_item, item))
            return old_item

        def noting_remove(table: Any, pk_val: str, sk_val: str) -> Any:
            # MiniStack's own reaper works in a thread, beside the event loop, and tells nobody;
            # `expire` takes its place.
            if threading.current_thread().name == _REAPER:
                return None
            old_item = remove_item(table, pk_val, sk_val)
            if self._changes is not None:
                self._changes.append(_Change(table["TableName"], old_item, None))
            return old_item

        db._set_item, db._remove_item = noting_set, noting_remove  # noqa: SLF001
        for name in ("_partiql_insert", "_partiql_update", "_partiql_delete"):
            setattr(db, name, self._telling(getattr(db, name)))
        db._execute_transaction = self._telling(db._execute_transaction)  # noqa: SLF001

    def _telling(self, statement: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap a PartiQL handler so that what it changed is told once it has succeeded."""

        def told(*arguments: Any) -> Any:
            if self._changes is not None:
                # Part of a transaction, which tells it all at its end.
                return statement(*arguments)
            self._changes = []
            try:
                answer = statement(*arguments)
            finally:
                changes, self._changes = self._changes, None
            for change in changes if answer[0] == 200 else ():  # noqa: PLR2004 - HTTP OK
                if change.new is None:
                    event = "REMOVE"
                else:
                    event = "INSERT" if change.old is None else "MODIFY"
                self._dynamodb._emit_stream_event(  # noqa: SLF001
                    change.table, event, change.old, copied(change.new)
                )
            return answer

        return told

    # -- eventually consistent reads -----------------------------------------------------

    def on_read(self, behind: Callable[[TableId, str], Mapping[ItemKey, Item | None]]) -> None:
        """Make each eventually consistent read see these images instead of the latest ones."""
        db = self._dynamodb
        for name in ("_get_item", "_batch_get_item", "_query", "_scan"):
            setattr(db, name, self._reading(getattr(db, name), behind))

    def _reading(
        self,
        handler: Callable[..., Any],
        behind: Callable[[TableId, str], Mapping[ItemKey, Item | None]],
    ) -> Callable[..., Any]:
        """Wrap a read so that it finds the older images in the table, for as long as it runs.

        A handler does not yield to the event loop, so nobody else can see the table like this.
        """
        responses = self._responses

        def read(data: Mapping[str, Any]) -> Any:
            account, region = responses.get_account_id(), responses.get_region()
            asked = data.get("RequestItems") or {data.get("TableName"): data}
            with ExitStack() as restored:
                for name, how in asked.items():
                    if isinstance(how, Mapping) and how.get("ConsistentRead") is not True:
                        table = TableId(account, str(name).rpartition("/")[2])
                        images = behind(table, region)
                        restored.enter_context(self._as_before(table, region, images))
                return handler(data)

        return read

    @contextmanager
    def _as_before(
        self, table: TableId, region: str, images: Mapping[ItemKey, Item | None]
    ) -> Iterator[None]:
        stored = self.table(table, region) if images else None
        if stored is None:
            yield
            return
        latest = {key: stored["items"].get(key[0], {}).get(key[1]) for key in images}
        self._store(stored, images)
        try:
            yield
        finally:
            self._store(stored, latest)

    def _store(self, stored: dict[str, Any], images: Mapping[ItemKey, Item | None]) -> None:
        for key, image in images.items():
            if image is None:
                self._dynamodb._remove_item(stored, *key)  # noqa: SLF001
            else:
                self._dynamodb._set_item(stored, *key, image)  # noqa: SLF001

    # -- time to live --------------------------------------------------------------------

    def expired(self, now_s: float, at_once: int) -> Iterator[list[tuple[TableId, str, ItemKey]]]:
        """Iterate over the items whose time to live is over, in every account and Region.

        Args:
            now_s: the time, in s since the epoch.
            at_once: about how many items are looked at for each list that is yielded.

        As on AWS, a time more than five years ago is taken for a mistake and left alone.
        """
        db = self._dynamodb
        for (account, region, name), setting in list(db._ttl_settings.all_items()):  # noqa: SLF001
            stored = self.table(TableId(account, name), region)
            if setting.get("TimeToLiveStatus") != "ENABLED" or stored is None:
                continue
            attribute, looked_at, found = setting["AttributeName"], 0, []
            # What is written meanwhile is found the next time.
            for pk in list(stored["items"]):
                by_sk = stored["items"].get(pk) or {}
                for sk, item in by_sk.items():
                    text = (item.get(attribute) or {}).get("N", "")
                    if text and now_s - _FIVE_YEARS_S < float(text) <= now_s:
                        found.append((TableId(account, name), region, (pk, sk)))
                looked_at += len(by_sk)
                if looked_at >= at_once:
                    yield found
                    looked_at, found = 0, []
            yield found

    def expire(self, table: TableId, region: str, key: ItemKey) -> None:
        """Delete an item as its time to live asks: a write like any other, by the service."""
        db, stored = self._dynamodb, self.table(table, region)
        if stored is None:
            return
        with self._responses.request_scope(table.account, region):
            old_item = db._remove_item(stored, *key)  # noqa: SLF001
            if old_item is None:
                return
            db._emit_stream_event(table.name, "REMOVE", old_item, None)  # noqa: SLF001
            if (stored.get("StreamSpecification") or {}).get("StreamEnabled"):
                db._stream_records[table.name][-1]["userIdentity"] = {  # noqa: SLF001
                    "PrincipalId": "dynamodb.amazonaws.com",
                    "Type": "Service",
                }

    def has_time_to_live(self, table: TableId, region: str) -> bool:
        """Return whether a table's items can expire."""
        settings = self._dynamodb._ttl_settings  # noqa: SLF001
        setting = settings.get_scoped(table.account, region, table.name) or {}
        return setting.get("TimeToLiveStatus") == "ENABLED"

    def copy_time_to_live(self, table: TableId, source: str, target: str) -> None:
        """Give the replica in `target` the setting of the one in `source`."""
        settings = self._dynamodb._ttl_settings  # noqa: SLF001
        setting = settings.get_scoped(table.account, source, table.name)
        if setting is not None:
            settings.set_scoped(table.account, target, table.name, dict(setting))

    def apply(self, table: TableId, region: str, key: ItemKey, item: Item | None) -> Item | None:
        """Store an image that replication accepted, with its stream record; None deletes.

        Returns:
            The image that stood there before.
        """
        db = self._dynamodb
        with self._responses.request_scope(table.account, region):
            stored = db._tables.get(table.name)  # noqa: SLF001
            if stored is None:
                return None
            previous: Item | None = stored["items"].get(key[0], {}).get(key[1])
            if item is None:
                if previous is not None:
                    db._remove_item(stored, *key)  # noqa: SLF001
                    db._emit_stream_event(  # noqa: SLF001
                        table.name, "REMOVE", previous, None, replicate=False
                    )
                return previous
            db._set_item(stored, *key, copied(item))  # noqa: SLF001
            db._emit_stream_event(  # noqa: SLF001
                table.name,
                "MODIFY" if previous else "INSERT",
                previous,
                copied(item),
                replicate=False,
            )
        return previous

    # -- tables --------------------------------------------------------------------------

    def table(self, table: TableId, region: str) -> dict[str, Any] | None:
        """Return MiniStack's own record of a table, or None where there is none."""
        found: dict[str, Any] | None = self._dynamodb._tables.get_scoped(  # noqa: SLF001
            table.account, region, table.name
        )
        return found

    def key_of(self, table: TableId, region: str, item: Item) -> ItemKey | None:
        """Return the key of an item, or of a request's Key; None where there is no such table."""
        stored = self.table(table, region)
        return _key(stored, item, self._dynamodb._extract_key_val) if stored else None  # noqa: SLF001

    def items(self, table: TableId, region: str) -> dict[ItemKey, Item]:
        """Return every item of a table by its key."""
        stored = self.table(table, region)
        if stored is None:
            return {}
        return {
            (pk, sk): item for pk, by_sk in stored["items"].items() for sk, item in by_sk.items()
        }

    def keys(self, table: TableId, region: str) -> Iterator[ItemKey]:
        """Iterate over the keys of a table, also while it changes: what comes may be left out."""
        stored = self.table(table, region)
        if stored is not None:
            for pk in list(stored["items"]):
                for sk in list(stored["items"].get(pk, ())):
                    yield pk, sk

    def item(self, table: TableId, region: str, key: ItemKey) -> Item | None:
        """Return one item of a table, None where there is none."""
        stored = self.table(table, region)
        found: Item | None = stored["items"].get(key[0], {}).get(key[1]) if stored else None
        return found

    def count(self, table: TableId, region: str) -> int:
        """Count the items of a table; it takes no longer for many of them."""
        stored = self.table(table, region)
        return int(stored.get("ItemCount", 0)) if stored else 0

    def begin_copy(self, table: TableId, source: str, target: str) -> TableCopy:
        """Begin a table in `target` with the settings of the one in `source`."""
        return TableCopy(self._dynamodb, self._responses, table, source, target)

    def replace_items(self, table: TableId, region: str, items: Mapping[ItemKey, Item]) -> None:
        """Give a table these items in place of what it has."""
        stored = self.table(table, region)
        if stored is not None:
            by_pk: defaultdict[str, dict[str, Item]] = defaultdict(dict)
            for (pk, sk), item in items.items():
                by_pk[pk][sk] = item
            stored["items"] = by_pk
            self._dynamodb._items_replaced(stored)  # noqa: SLF001

    def save(self, service: str) -> bool:
        """Make MiniStack write a service's state to its state folder; tell whether it did."""
        return self._saving.save(service)

    def drop_table(self, table: TableId, region: str) -> None:
        """Remove a table with its settings and stream, as if it had never been."""
        self.scans.forget()
        db, account, name = self._dynamodb, table.account, table.name
        dropped = db._tables.pop_scoped(account, region, name, None)  # noqa: SLF001
        for settings in (db._ttl_settings, db._pitr_settings):  # noqa: SLF001
            settings.pop_scoped(account, region, name, None)
        with self._responses.request_scope(account, region):
            db.drop_stream_records(name, dropped)
        self.discarded.take(dropped)

    def switch_stream_on(self, table: TableId, region: str) -> None:
        """Turn a table's stream on (new and old images) where it is off."""
        stored = self.table(table, region)
        if stored and not (stored.get("StreamSpecification") or {}).get("StreamEnabled"):
            label = self._dynamodb._stream_label()  # noqa: SLF001
            stored["StreamSpecification"] = {
                "StreamEnabled": True,
                "StreamViewType": "NEW_AND_OLD_IMAGES",
            }
            stored["LatestStreamLabel"] = label
            stored["LatestStreamArn"] = f"{stored['TableArn']}/stream/{label}"

    # -- the rest of the cloud -----------------------------------------------------------

    def api_region(self, api_id: str) -> str | None:
        """Return in which Region an API Gateway REST API was made, None if there is none."""
        for (_account, region, found_id), _api in self._apis._rest_apis.all_items():  # noqa: SLF001
            if found_id == api_id:
                return str(region)
        return None

    def apis(self) -> list[dict[str, str]]:
        """List the REST APIs of all Regions: `id`, `region`, `name`."""
        return [
            {"id": api_id, "region": region, "name": api.get("name", "")}
            for (_account, region, api_id), api in self._apis._rest_apis.all_items()  # noqa: SLF001
        ]

    def tables(self) -> list[tuple[TableId, str]]:
        """List the tables of all accounts and Regions."""
        return [
            (TableId(account, name), region)
            for (account, region, name), _table in self._dynamodb._tables.all_items()  # noqa: SLF001
        ]


def _key(table: Mapping[str, Any], item: Item, extract: Callable[[Any], str]) -> ItemKey:
    sort_name = table["sk_name"]
    # MiniStack keeps the items of a table without a sort key under this one.
    sort = extract(item.get(sort_name)) if sort_name else "__no_sort__"
    return extract(item.get(table["pk_name"])), sort
