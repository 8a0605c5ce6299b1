"""What a request of the data plane says: which tables it names, whether it changes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

WRITES = {
    "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems",
    "ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction",
}  # fmt: skip
DATA = WRITES | {"GetItem", "BatchGetItem", "TransactGetItems", "Query", "Scan"}
_STATEMENT_TABLE = re.compile(r"\b(?:INTO|UPDATE|FROM)\s+\"?([\w.-]+)\"?", re.IGNORECASE)


def named_tables(operation: str, payload: Mapping[str, Any]) -> set[str]:
    """List the tables that a request names, by name or ARN, as names."""
    if operation.startswith("Transact"):
        actions = [a for item in payload.get("TransactItems", []) for a in item.values()]
        names = {str(action.get("TableName", "")) for action in actions}
    elif "RequestItems" in payload:
        names = set(payload["RequestItems"])
    else:
        statements = payload.get("Statements") or payload.get("TransactStatements") or [payload]
        texts = (str(statement.get("Statement", "")) for statement in statements)
        names = {name for text in texts for name in _STATEMENT_TABLE.findall(text)}
        names.add(str(payload.get("TableName", "")))
    return {name.rpartition("/")[2] for name in names}


def is_select(payload: Mapping[str, Any]) -> bool:
    """Return whether a request is of statements that all read."""
    statements = payload.get("Statements") or [payload]
    texts = [str(statement.get("Statement", "")).strip().upper() for statement in statements]
    return any(texts) and all(text.startswith("SELECT") for text in texts)


def asks_for_consistency(payload: Mapping[str, Any]) -> bool:
    """Return whether any part of a request is a strongly consistent read."""
    parts = [payload, *payload.get("Statements", []), *(payload.get("RequestItems") or {}).values()]
    return any(isinstance(part, Mapping) and part.get("ConsistentRead") is True for part in parts)
