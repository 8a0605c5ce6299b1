"""Queries of large partitions, scans of indexes and of segments, a slice at a time.

MiniStack finds, sorts and measures all of it in one step of the event loop. Here each of its steps
sees a few items: first to tell which belong to the answer, then, in their order, to answer. What it
answers is put together, as that of a plain scan is.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from helpers.localcloud.ministack.in_process import Answer
from helpers.localcloud.ministack.scans import Scans, is_plain
from helpers.localcloud.ministack.slices import AT_ONCE, OK, PAUSE_S, SMALL, Slices, as_answer

Item = Mapping[str, Any]
Key = tuple[str, str]

SEAMS = {
    "_query": ["data"],
    "_scan": ["data"],
    "_extract_pk_from_condition": ["condition", "attr_values", "attr_names", "pk_name"],
    "_index_members": ["table"],
    "_index_def": ["table", "index_name"],
    "_index_key_lists": ["index"],
    "_index_order_keys": ["table", "sk_name"],
    "_index_order_value": ["item", "name", "type_hint"],
    "_apply_index_projection": ["item", "table", "index_name"],
    "_get_attr_type": ["table", "attr_name"],
    "_sort_key_value": ["attr", "sk_type"],
}


class OrderedReads:
    """Answers Query and Scan where there is much to look at."""

    def __init__(self, dynamodb: Any, responses: Any, scans: Scans) -> None:
        self._db, self._responses, self._scans = dynamodb, responses, scans

    def concerned(
        self, operation: str, account: str, region: str, payload: Mapping[str, Any]
    ) -> bool:
        """Return whether a request is better answered in slices; it takes some 20 µs to tell."""
        stored = self._stored(account, region, payload)
        if stored is None or stored.get("ItemCount", 0) < SMALL:
            return False
        return operation == "Scan" or len(self._partition(stored, payload)[1]) >= SMALL

    async def read(
        self, operation: str, account: str, region: str, payload: Mapping[str, Any]
    ) -> Answer | None:
        """Answer a request that this is concerned with; None where the table has gone."""
        stored = self._stored(account, region, payload)
        if stored is None:
            return None
        if operation == "Scan" and is_plain(payload):
            return await self._scans.scan(stored, account, region, payload)
        handler = self._db._scan if operation == "Scan" else self._db._query  # noqa: SLF001

        def ask(items: Iterable[tuple[Key | None, Item]], *, more: bool) -> Any:
            with self._responses.request_scope(account, region):
                return self._scans.seeing(stored, items, lambda: handler(dict(payload)), more=more)

        found, refused = await self._find(operation, stored, payload, ask)
        if refused is not None:
            return refused
        slices = Slices()
        for items, full in self._page(
            self._in_order(operation, stored, payload, found), stored, payload
        ):
            keyed = [(self._scans.start(stored, item), item) for item in items]
            status, headers, body = ask(keyed, more=full)
            if status != OK:
                return as_answer(status, headers, body)
            slices.add(body)
            await asyncio.sleep(PAUSE_S)
        return slices.answer(headers)

    async def _find(
        self, operation: str, stored: Any, payload: Mapping[str, Any], ask: Callable[..., Any]
    ) -> tuple[list[list[Item]], Answer | None]:
        """Find what the page may take: lists that are each in order; or why there is no answer."""
        if operation == "Scan":
            keys = self._all_keys(stored)
        else:
            pk, partition = self._partition(stored, payload)
            within = list(partition)
            keys = iter(within) if payload.get("IndexName") else ((pk, sk) for sk in within)
        found: list[list[Item]] = []
        while some := list(islice(keys, AT_ONCE)):
            self._scans.collected = []
            try:
                status, headers, body = ask(_items(stored, some), more=False)
                found.append(self._scans.collected)
            finally:
                self._scans.collected = None
            if status != OK:
                return [], as_answer(status, headers, body)
            await asyncio.sleep(PAUSE_S)
        return found, None

    def _stored(self, account: str, region: str, payload: Mapping[str, Any]) -> Any:
        name = str(payload.get("TableName", "")).rpartition("/")[2]
        return self._db._tables.get_scoped(account, region, name)  # noqa: SLF001

    def _partition(self, stored: Any, payload: Mapping[str, Any]) -> tuple[str, Mapping[Any, Any]]:
        """Return what a Query has to look at: a partition key and the items of that partition.

        They are by sort key, and in an index by both keys of the table. There are none where the
        request does not tell.
        """
        db, index = self._db, payload.get("IndexName")
        found = db._index_def(stored, index) if index else None  # noqa: SLF001
        hashes = db._index_key_lists(found)[0] if found else [stored["pk_name"]]  # noqa: SLF001
        condition = payload.get("KeyConditionExpression") or ""
        values = payload.get("ExpressionAttributeValues") or {}
        names = payload.get("ExpressionAttributeNames") or {}
        pk = db._extract_pk_from_condition(condition, values, names, hashes[0])  # noqa: SLF001
        if not isinstance(pk, str) or len(hashes) != 1 or (index and found is None):
            return "", {}
        if index:
            return pk, db._index_members(stored).get(index, {}).get(pk, {})  # noqa: SLF001
        return pk, stored["items"].get(pk, {})

    def _all_keys(self, stored: Any) -> Iterator[Key]:
        """Iterate over all keys of a table in order, also while it changes."""
        last = None
        while some := list(islice(self._scans.keys(stored, last), AT_ONCE)):
            yield from some
            last = some[-1]

    def _in_order(
        self, operation: str, stored: Any, payload: Mapping[str, Any], found: list[list[Item]]
    ) -> Iterable[Item]:
        """Put what was found in slices, each of them in order, into one order."""
        db, index = self._db, payload.get("IndexName")
        order: Callable[[Item], Any]
        if index:
            ranges = db._index_key_lists(db._index_def(stored, index) or {})[1]  # noqa: SLF001
            by = db._index_order_keys(stored, ranges)  # noqa: SLF001

            def order(item: Item) -> Any:
                return tuple(db._index_order_value(item, *one) for one in by)  # noqa: SLF001
        elif operation == "Scan":
            # The slices are in the table's order already.
            return (item for items in found for item in items)
        else:
            name = stored["sk_name"]
            kind = db._get_attr_type(stored, name)  # noqa: SLF001

            def order(item: Item) -> Any:
                return db._sort_key_value(item.get(name), kind)  # noqa: SLF001

        backwards = operation == "Query" and payload.get("ScanIndexForward") is False
        return heapq.merge(*found, key=order, reverse=backwards)

    def _page(
        self, items: Iterable[Item], stored: Any, payload: Mapping[str, Any]
    ) -> Iterator[tuple[list[Item], bool]]:
        """Take the items of one page, a few at a time; told with the last is whether it is full."""
        db, index, limit = self._db, payload.get("IndexName"), payload.get("Limit")
        some: list[Item] = []
        count, bytes_left = 0, db._DDB_PAGE_SIZE_BYTES  # noqa: SLF001
        for item in items:
            entry = db._apply_index_projection(item, stored, index) if index else item  # noqa: SLF001
            size = db._item_size_bytes(entry)  # noqa: SLF001
            full = count > 0 and size > bytes_left
            if full or len(some) == AT_ONCE:
                yield some, full
                if full:
                    return
                some = []
            some.append(item)
            count, bytes_left = count + 1, bytes_left - size
            if count == limit or bytes_left <= 0:
                yield some, True
                return
        yield some, False


def _items(stored: Any, keys: Iterable[Key]) -> Iterator[tuple[Key, Item]]:
    """Look items up; what has gone meanwhile is left out."""
    for pk, sk in keys:
        item = stored["items"].get(pk, {}).get(sk)
        if item is not None:
            yield (pk, sk), item
