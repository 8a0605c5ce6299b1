"""Scans of large tables, a slice at a time, so that whoever waits comes in between.

MiniStack sorts the whole table for each page, and then measures a megabyte of items, in one step of
the event loop. Here each of its steps sees a few items only, and what it answers is put together.
As on AWS a page is no snapshot: what is written meanwhile may be in it.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left, bisect_right, insort
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from helpers.localcloud.ministack.in_process import Answer
from helpers.localcloud.ministack.slices import AT_ONCE, OK, PAUSE_S, Slices, as_answer

# The order of so many mappings is remembered: of tables, and of large partitions.
_MOST_ORDERED = 32
_NO_SORT_KEY = "__no_sort__"
# What MiniStack knows of a table's indexes goes with its items.
_MEMBERS = "_index_members"
# What needs MiniStack's own order, or its own share of the items.
_OTHERWISE = ("IndexName", "Segment", "TotalSegments")

SEAMS = {
    "_scan": ["data"],
    "_set_item": ["table", "pk_val", "sk_val", "item"],
    "_remove_item": ["table", "pk_val", "sk_val"],
    "_paginate_evaluated_items": ["items", "limit", "table", "index_name"],
    "_item_size_bytes": ["item"],
    "_extract_key_val": ["attr"],
}


class _Slice(NamedTuple):
    """A few items in the order of a scan, and whether the page ends behind them with more to come.

    Attributes:
        items: by partition key and sort key, as MiniStack has them.
        last: the key of the last of them, None where there is none.
        full: whether the page ends here though the table does not.
        ended: whether this is all.
    """

    items: dict[str, dict[str, Any]]
    last: tuple[str, str] | None
    full: bool
    ended: bool


class Scans:
    """Answers a Scan of a large table by many small ones."""

    def __init__(self, dynamodb: Any, responses: Any) -> None:
        self._db, self._responses = dynamodb, responses
        # The keys of a mapping in order, by its identity.
        self._ordered: OrderedDict[int, tuple[Any, list[str]]] = OrderedDict()
        self._more: bool | None = None
        # What a read has found, while it is asked for that only (ordered_reads.py).
        self.collected: list[Any] | None = None
        set_item, remove_item = dynamodb._set_item, dynamodb._remove_item  # noqa: SLF001
        paginate = dynamodb._paginate_evaluated_items  # noqa: SLF001

        def ordering_set(table: Any, pk_val: str, sk_val: str, item: Any) -> Any:
            self._come(table["items"], pk_val)
            self._come(table["items"].get(pk_val), sk_val)
            return set_item(table, pk_val, sk_val, item)

        def ordering_remove(table: Any, pk_val: str, sk_val: str) -> Any:
            items, by_sk = table["items"], table["items"].get(pk_val)
            removed = remove_item(table, pk_val, sk_val)
            self._gone(items, pk_val)
            self._gone(by_sk, sk_val)
            return removed

        def paginated(items: Any, limit: Any, table: Any, index_name: Any = None) -> Any:
            if self.collected is not None:
                self.collected.extend(items)
                return [], False
            if self._more is None:
                return paginate(items, limit, table, index_name)
            return items, self._more

        dynamodb._set_item, dynamodb._remove_item = ordering_set, ordering_remove  # noqa: SLF001
        dynamodb._paginate_evaluated_items = paginated  # noqa: SLF001

    def _come(self, mapping: Any, key: str) -> None:
        """Put a key that a mapping is about to get into its place."""
        known = self._ordered.get(id(mapping))
        if known and key not in mapping:
            insort(known[1], key)

    def _gone(self, mapping: Any, key: str) -> None:
        """Take a key out that a mapping had, and has no more."""
        known = self._ordered.get(id(mapping))
        if known and key not in mapping:
            place = bisect_left(known[1], key)
            if known[1][place : place + 1] == [key]:
                del known[1][place]

    def _in_order(self, mapping: Mapping[str, Any]) -> list[str]:
        """List the keys of a mapping in order; of a large one they are remembered."""
        known = self._ordered.get(id(mapping))
        if known is None:
            known = (mapping, sorted(mapping))
            if len(mapping) > AT_ONCE:
                self._ordered[id(mapping)] = known
        else:
            self._ordered.move_to_end(id(mapping))
        while len(self._ordered) > _MOST_ORDERED:
            self._ordered.popitem(last=False)
        return known[1]

    def forget(self) -> None:
        """Forget every order: it holds on to the items of a table that has gone."""
        self._ordered.clear()

    async def scan(
        self, stored: Any, account: str, region: str, payload: Mapping[str, Any]
    ) -> Answer:
        """Answer a Scan of a whole table, which `is_plain`."""
        limit = payload.get("Limit")
        left = limit if isinstance(limit, int) and limit > 0 else None
        bytes_left = self._db._DDB_PAGE_SIZE_BYTES  # noqa: SLF001
        last = self.start(stored, payload.get("ExclusiveStartKey"))
        slices = Slices()
        while True:
            found, bytes_left = self._next(stored, last, left, bytes_left)
            status, headers, body = self._one(stored, found, payload, account, region)
            if status != OK:
                return as_answer(status, headers, body)
            looked_at = slices.add(body)
            if found.full or found.ended:
                return slices.answer(headers)
            left = None if left is None else left - looked_at
            last = found.last
            await asyncio.sleep(PAUSE_S)

    def start(self, stored: Any, given: Any) -> tuple[str, str] | None:
        """Return the key in a request, or that of an item; None where there is none."""
        if not isinstance(given, Mapping):
            return None
        extract = self._db._extract_key_val  # noqa: SLF001
        sort = extract(given.get(stored["sk_name"])) if stored["sk_name"] else _NO_SORT_KEY
        return extract(given.get(stored["pk_name"])), sort

    def keys(self, stored: Any, last: tuple[str, str] | None) -> Iterator[tuple[str, str]]:
        """Iterate over a table's keys in order, from behind one of them."""
        items = stored["items"]
        ordered = self._in_order(items)
        for index in range(bisect_left(ordered, last[0]) if last else 0, len(ordered)):
            pk = ordered[index]
            sks = self._in_order(items[pk])
            behind = bisect_right(sks, last[1]) if last and pk == last[0] else 0
            yield from ((pk, sks[place]) for place in range(behind, len(sks)))

    def _next(
        self, stored: Any, last: tuple[str, str] | None, left: int | None, bytes_left: int
    ) -> tuple[_Slice, int]:
        """Take the next few items, as far as the page goes; and tell what is left of its bytes."""
        items: dict[str, dict[str, Any]] = {}
        taken = 0
        for key in self.keys(stored, last):
            item = stored["items"][key[0]][key[1]]
            size = self._db._item_size_bytes(item)  # noqa: SLF001
            # A page has an item, however large that one is.
            full = taken > 0 and size > bytes_left
            if full or taken == AT_ONCE:
                return _Slice(items, last, full, ended=False), bytes_left
            items.setdefault(key[0], {})[key[1]] = item
            last, taken, bytes_left = key, taken + 1, bytes_left - size
            if taken == left or bytes_left <= 0:
                return _Slice(items, last, full=True, ended=False), bytes_left
        return _Slice(items, last, full=False, ended=True), bytes_left

    def _one(
        self, stored: Any, found: _Slice, payload: Mapping[str, Any], account: str, region: str
    ) -> Any:
        """Make MiniStack scan a table that has these items only."""
        items = (((pk, sk), i) for pk, by_sk in found.items.items() for sk, i in by_sk.items())
        scan = self._db._scan  # noqa: SLF001 - what this room is for
        with self._responses.request_scope(account, region):
            return self.seeing(stored, items, lambda: scan(dict(payload)), more=found.full)

    def seeing(
        self, stored: Any, items: Iterable[Any], act: Callable[[], Any], *, more: bool | None
    ) -> Any:
        """Do something while a table has these items only; `more` is whether its page is full."""
        few: dict[str, dict[str, Any]] = {}
        for (pk, sk), item in items:
            few.setdefault(pk, {})[sk] = item
        whole, stored["items"], self._more = stored["items"], few, more
        members = stored.pop(_MEMBERS, None)
        try:
            return act()
        finally:
            stored["items"], self._more = whole, None
            stored.pop(_MEMBERS, None)
            if members is not None:
                stored[_MEMBERS] = members


def is_plain(payload: Mapping[str, Any]) -> bool:
    """Return whether a Scan is of a whole table, by itself."""
    return not any(member in payload for member in _OTHERWISE)
