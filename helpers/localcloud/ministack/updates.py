"""An update that only takes something away makes no item where there is none, as on AWS."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

SEAMS = {"_update_item": ["data"]}

_CLAUSES = re.compile(r"(?<![#:.\w])(SET|ADD|REMOVE|DELETE)(?![\w.])", re.IGNORECASE)
_TAKE_AWAY = {"REMOVE", "DELETE"}


def correct_updates(dynamodb: Any) -> None:
    """Make MiniStack's UpdateItem answer as it does, and store nothing where nothing was."""
    update_item = dynamodb._update_item  # noqa: SLF001 - what this room is for

    def updated(data: Mapping[str, Any]) -> Any:
        if not takes_away_only(data):
            return update_item(data)
        set_item, emit = dynamodb._set_item, dynamodb._emit_stream_event  # noqa: SLF001
        stored = False

        def set_there(table: Any, pk_val: str, sk_val: str, item: Any) -> Any:
            nonlocal stored
            stored = sk_val in table["items"].get(pk_val, {})
            return set_item(table, pk_val, sk_val, item) if stored else None

        def emit_there(*arguments: Any, **named: Any) -> None:
            if stored:
                emit(*arguments, **named)

        # A handler does not yield to the event loop, so nobody else meets these.
        dynamodb._set_item, dynamodb._emit_stream_event = set_there, emit_there  # noqa: SLF001
        try:
            return update_item(data)
        finally:
            dynamodb._set_item, dynamodb._emit_stream_event = set_item, emit  # noqa: SLF001

    dynamodb._update_item = updated  # noqa: SLF001


def takes_away_only(data: Mapping[str, Any]) -> bool:
    """Return whether an update has clauses, and none of them gives an item anything.

    One without any makes the item, on AWS too.
    """
    if expression := data.get("UpdateExpression"):
        clauses = {clause.upper() for clause in _CLAUSES.findall(str(expression))}
    else:
        actions = data.get("AttributeUpdates") or {}
        clauses = {str((a or {}).get("Action") or "PUT").upper() for a in actions.values()}
    return bool(clauses) and clauses <= _TAKE_AWAY
