"""Linearizability of a register with unique written values, in O(n log n).

After Gibbons and Korach, "Testing Shared Memories", SIAM Journal on Computing 26(4), 1997.

A write and the reads that returned its value form a cluster, and in any linearization a cluster
stands together: its value is the register's from the write until the next write. Let `first_end` be
the earliest end in a cluster and `last_start` the latest start. One cluster has to come before
another if something in it ended before something in the other started, that is if its `first_end`
is before the other's `last_start`. Two clusters that have to come before each other are a
contradiction, and where no two are, an order of all of them exists.
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

from helpers.histories.history import Operation, Value, Verdict, by_key

_BEFORE_ALL = -math.inf


@dataclass(slots=True)
class _Cluster:
    """A value, the write that wrote it (None for the value before all writes), and its reads."""

    value: Value
    write: Operation | None
    reads: list[Operation] = field(default_factory=list)

    @property
    def first_end(self) -> float:
        # A write whose end is unknown has happened before the first read of it ended, so that end
        # bounds it as well; taking the minimum over all of the cluster says just that.
        if self.write is None:
            return _BEFORE_ALL
        return min(self.write.deadline_ms, *(r.end_ms for r in self.reads), math.inf)

    @property
    def last_start(self) -> float:
        written = _BEFORE_ALL if self.write is None else self.write.start_ms
        return max([written, *(read.start_ms for read in self.reads)])

    def ending_first(self) -> Operation | None:
        members = [*filter(None, (self.write,)), *self.reads]
        return None if self.write is None else min(members, key=lambda o: o.deadline_ms)

    def starting_last(self) -> Operation | None:
        members = [*filter(None, (self.write,)), *self.reads]
        return max(members, key=lambda o: o.start_ms, default=None)


def check_register(history: Iterable[Operation]) -> Verdict:
    """Decide whether a history of reads and writes is linearizable.

    Raises:
        ValueError: two writes of one item wrote the same value, or there is a conditional write;
            `check_by_search` decides such histories while they are short.
    """
    for key, operations in by_key(history).items():
        reason = _contradiction(operations)
        if reason:
            return Verdict(linearizable=False, reason=f"Item {key!r}: {reason}")
    return Verdict(linearizable=True)


def _contradiction(operations: list[Operation]) -> str:
    clusters = _clusters(operations)
    for operation in operations:
        if operation.kind != "read":
            continue
        cluster = clusters.get(operation.value)
        if cluster is None:
            return f"{operation} returned what nobody wrote."
        cluster.reads.append(operation)
        if cluster.write and operation.end_ms < cluster.write.start_ms:
            return f"{operation} ended before {cluster.write} began."
    # A write that may not have happened, and that nobody saw, can be taken for not done.
    real = [c for c in clusters.values() if c.reads or c.write is None or c.write.outcome == "ok"]
    return _explain(_opposed(real))


def _clusters(operations: list[Operation]) -> dict[Value, _Cluster]:
    clusters: dict[Value, _Cluster] = {None: _Cluster(None, None)}
    for operation in operations:
        if operation.kind == "conditional":
            raise ValueError(f"Only reads and writes can be checked here, not {operation}.")
        if operation.kind == "write":
            if operation.value in clusters:
                raise ValueError(f"Written values must be unique; {operation} repeats one.")
            clusters[operation.value] = _Cluster(operation.value, operation)
    return clusters


def _opposed(clusters: list[_Cluster]) -> tuple[_Cluster, _Cluster] | None:
    """Find two clusters that have to come before each other.

    Only clusters with `first_end < last_start` ("forward zones") can be in the way of others: two
    of them if they overlap, and any other if it lies within one.
    """
    spans = [(c.first_end, c.last_start, i) for i, c in enumerate(clusters)]
    forward = sorted(span for span in spans if span[0] < span[1])
    for (_, last_start, one), (first_end, _, other) in itertools.pairwise(forward):
        if first_end < last_start:
            return clusters[one], clusters[other]
    begins = [span[0] for span in forward]
    for first_end, last_start, index in spans:
        if first_end < last_start:
            continue
        at = bisect_left(begins, last_start) - 1
        if at >= 0 and first_end < forward[at][1]:
            return clusters[forward[at][2]], clusters[index]
    return None


def _explain(opposed: tuple[_Cluster, _Cluster] | None) -> str:
    if opposed is None:
        return ""
    one, other = opposed
    return f"{_has_to_precede(one, other)} But {_has_to_precede(other, one)}"


def _has_to_precede(one: _Cluster, other: _Cluster) -> str:
    names = ["no item" if c.value is None else f"{c.value!r}" for c in (one, other)]
    order = f"so {names[0]} came before {names[1]}."
    ended, started = one.ending_first(), other.starting_last()
    if ended is None:
        return f"there was no item before all writes, {order}"
    return f"{ended} had ended when {started} began, {order}"
