"""Linearizability of short histories with conditional writes, by search.

After Wing and Gong, "Testing and Verifying Concurrent Objects" (Journal of Parallel and Distributed
Computing 17, 1993): take any operation that nothing else had to precede, apply it, go on, and step
back where the register disagrees; with Lowe's remedy ("Testing for Linearizability", 2017): a
configuration, the operations done and the register's value, is not searched twice.
"""

from __future__ import annotations

from collections.abc import Iterable

from helpers.histories.history import Operation, Value, Verdict, by_key

_MOST_CONFIGURATIONS = 500_000
_IMPOSSIBLE = object()


class UndecidedError(RuntimeError):
    """The search gave up; the history may or may not be linearizable."""


def check_by_search(
    history: Iterable[Operation], most_configurations: int = _MOST_CONFIGURATIONS
) -> Verdict:
    """Decide whether a history of reads, writes and conditional writes is linearizable.

    Raises:
        UndecidedError: it would take more configurations than allowed, for one of the items.
    """
    for key, operations in by_key(history).items():
        if not _search(key, operations, most_configurations):
            reason = (
                f"Item {key!r}: no order of its {len(operations)} operations agrees with what "
                "they returned and with which of them had ended before others began."
            )
            return Verdict(linearizable=False, reason=reason)
    return Verdict(linearizable=True)


def _search(key: str, operations: list[Operation], most: int) -> bool:
    ordered = sorted(operations, key=lambda operation: operation.start_ms)
    # What is unknown may be left undone, at the end or for ever.
    needed = sum(1 << i for i, o in enumerate(ordered) if o.outcome != "unknown")
    seen: set[tuple[int, Value]] = {(0, None)}
    stack: list[tuple[int, Value]] = [(0, None)]
    while stack:
        done, value = stack.pop()
        if done & needed == needed:
            return True
        for index in _minimal(ordered, done):
            after = _apply(ordered[index], value)
            if after is _IMPOSSIBLE:
                continue
            configuration = (done | 1 << index, after)
            if configuration not in seen:
                seen.add(configuration)  # type: ignore[arg-type]
                stack.append(configuration)  # type: ignore[arg-type]
        if len(seen) > most:
            raise UndecidedError(
                f"Item {key!r}: {len(ordered)} operations led to more than {most:,} configurations."
                " Check a shorter history, or one with fewer concurrent operations."
            )
    return False


def _minimal(ordered: list[Operation], done: int) -> list[int]:
    """List the operations that can come next: none of the others had ended before they began."""
    found: list[int] = []
    first_end_ms = float("inf")
    for index, operation in enumerate(ordered):
        if done >> index & 1:
            continue
        # They are in the order of their starts: from here on, all began after one had ended.
        if operation.start_ms > first_end_ms:
            break
        found.append(index)
        first_end_ms = min(first_end_ms, operation.deadline_ms)
    return found


def _apply(operation: Operation, value: Value) -> object:
    """Return the register's value after an operation, or that it cannot have been so."""
    match operation.kind, operation.outcome:
        case "read", _:
            return value if operation.value == value else _IMPOSSIBLE
        case "conditional", "refused":
            return value if operation.expected != value else _IMPOSSIBLE
        case "conditional", _:
            return operation.value if operation.expected == value else _IMPOSSIBLE
    return operation.value
