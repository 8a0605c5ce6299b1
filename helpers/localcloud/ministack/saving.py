"""MiniStack's own state files: when they are written, and whether they were."""

from __future__ import annotations

from pathlib import Path
from typing import Any

SEAMS: dict[str, list[str]] = {"get_state": []}


class Saving:
    """Has MiniStack save a service; tables without their items, which are kept by themselves.

    Args:
        app, persistence, dynamodb: MiniStack's modules.
    """

    def __init__(self, app: Any, persistence: Any, dynamodb: Any) -> None:
        self._app, self._persistence = app, persistence
        get_state = dynamodb.get_state

        def without_items() -> Any:
            stored = [table for _place, table in dynamodb._tables.all_items()]  # noqa: SLF001
            held = [table["items"] for table in stored]
            for table in stored:
                table["items"] = {}
            try:
                return get_state()
            finally:
                for table, items in zip(stored, held, strict=True):
                    table["items"] = items

        dynamodb.get_state = without_items

    def save(self, service: str) -> bool:
        """Write a service's state to its file; tell whether that went well."""
        states = self._app._build_persistence_save_dict()  # noqa: SLF001 - what this room is for
        if service not in states:
            return True
        path = Path(self._persistence.STATE_DIR) / f"{service}.json"
        before = _mark(path)
        # It keeps an error to itself; a file that was written is another file.
        self._persistence.save_state(service, states[service]())
        return _mark(path) != before


def _mark(path: Path) -> tuple[int, int] | None:
    """Return what changes whenever a file is put in the place of another; None without a file."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns
