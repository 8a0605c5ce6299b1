"""Streams that are bounded by bytes as well as by age, since they lie in memory.

MiniStack keeps a day of records, as AWS does. At 180 writes a second in three Regions that is a few
hundred MB an hour.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from helpers.localcloud.ministack.seams import check_seams

# Of one table in one Region: some 8,000 writes of small items.
MOST_BYTES = 16_000_000
# What a record takes beside the text of its images: dictionaries, mostly.
_RECORD_BYTES = 2_000
_DAY_S = 24 * 60 * 60
# Streams of deleted tables can be read on, the last few of them.
_MOST_CLOSED = 20

SEAMS = {
    "_trim_stream_records": ["table_name", "account_id", "region"],
    "_sweep_closed_streams": [],
}


class Streams:
    """Drops the oldest records of each stream where there are too many."""

    def __init__(self, dynamodb: Any, responses: Any) -> None:
        check_seams(dynamodb, SEAMS)
        self._db = dynamodb
        self._responses = responses
        # By account, Region and table: the list of records, how many were seen, and their bytes.
        self._sums: dict[tuple[str, str, str], tuple[list[Any], int, int]] = {}
        self._sweep = self._db._sweep_closed_streams  # noqa: SLF001 - what this class is for
        self._db._trim_stream_records = self.trim  # noqa: SLF001
        self._db._sweep_closed_streams = self.sweep  # noqa: SLF001

    def trim(
        self, table_name: str, *, account_id: str | None = None, region: str | None = None
    ) -> None:
        """Drop what is older than a day, and the oldest beyond the bound; called at each write."""
        account = account_id or self._responses.get_account_id()
        place = (account, region or self._responses.get_region(), table_name)
        records = self._db._stream_records.get_scoped(*place)  # noqa: SLF001
        if not records:
            self._sums.pop(place, None)
            return
        of, seen, total = self._sums.get(place, (None, 0, 0))
        if of is not records:
            seen, total = 0, 0
        total += sum(_weigh(record) for record in records[seen:])
        cutoff_s, gone = time.time() - _DAY_S, 0
        while gone < len(records) - 1 and (
            total > MOST_BYTES or (_made_s(records[gone]) or cutoff_s) < cutoff_s
        ):
            total -= _bytes(records[gone])
            gone += 1
        if gone:
            del records[:gone]
            trimmed = self._db._stream_trimmed  # noqa: SLF001
            trimmed.set_scoped(*place, trimmed.get_scoped(*place, 0) + gone)
        self._sums[place] = (records, len(records), total)

    def sweep(self) -> None:
        """Forget the streams of tables that are gone: after a day, and all but the latest."""
        self._sweep()
        closed = self._db._closed_streams  # noqa: SLF001
        everywhere = sorted(closed.all_items(), key=lambda entry: entry[1]["ClosedAt"])
        for (account, region, arn), _stream in everywhere[:-_MOST_CLOSED]:
            closed.pop_scoped(account, region, arn, None)


def _weigh(record: Mapping[str, Any]) -> int:
    """Write a record's size into it, where AWS has it, and return what it takes here."""
    images = record["dynamodb"]
    text = sum(len(str(images[name])) for name in ("OldImage", "NewImage") if images.get(name))
    images["SizeBytes"] = text
    return _bytes(record)


def _bytes(record: Mapping[str, Any]) -> int:
    return _RECORD_BYTES + 2 * int(record["dynamodb"].get("SizeBytes", 0))


def _made_s(record: Mapping[str, Any]) -> float:
    return float(record["dynamodb"].get("ApproximateCreationDateTime") or 0)
