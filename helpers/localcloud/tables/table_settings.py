"""Settings in CreateTable and UpdateTable that MiniStack takes and drops: applied, or refused."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

from helpers.localcloud.tables.refusals import not_supported

# Replicas in other accounts, and whether settings replicate among them.
_UNSUPPORTED = ("GlobalTableSourceArn", "GlobalTableSettingsReplicationMode")


def refuse_unsupported(payload: Mapping[str, Any]) -> None:
    """Refuse what would otherwise be accepted and ignored.

    Raises:
        RefusedError: the request names such a setting.
    """
    for name in _UNSUPPORTED:
        if name in payload:
            raise not_supported(f"{name} (global tables across accounts)")


def apply_dropped(stored: MutableMapping[str, Any], payload: Mapping[str, Any]) -> None:
    """Put into a table's record what MiniStack left out of a request that it accepted."""
    if "WarmThroughput" in payload:
        stored["WarmThroughput"] = _warm(payload["WarmThroughput"])
    asked = {index["IndexName"]: index for index in payload.get("GlobalSecondaryIndexes") or []}
    for update in payload.get("GlobalSecondaryIndexUpdates") or []:
        for action in ("Create", "Update"):
            if action in update:
                asked[update[action]["IndexName"]] = update[action]
    for index in stored.get("GlobalSecondaryIndexes") or []:
        wanted = asked.get(index["IndexName"], {})
        if "OnDemandThroughput" in wanted:
            index["OnDemandThroughput"] = wanted["OnDemandThroughput"]
        if "WarmThroughput" in wanted:
            index["WarmThroughput"] = _warm(wanted["WarmThroughput"])


def _warm(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {**asked, "Status": "ACTIVE"}
