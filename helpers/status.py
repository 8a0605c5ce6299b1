"""What `workshop status` prints."""

from __future__ import annotations

from typing import Any


def describe_status(status: dict[str, Any]) -> str:
    """Word the status of a local cloud for a person."""
    place = f", as if from {status['place']}" if status["place"] else ""
    kept = f", kept in {status['state_dir']}" if status["keep"] else ""
    how = f"lag {status['lag']}, eventual reads {status['reads']}, seed {status['seed']}"
    lines = [f"{status['endpoint']}  {how}{place}{kept}"]
    lines += [f"region  {name:<16} {now['state']}" for name, now in status["regions"].items()]
    lines += [
        f"table   {table['region']:<16} {table['name']}: {table['items']} items, "
        f"{table['lost_updates']} lost updates"
        for table in status["tables"]
    ]
    lines += [f"api     {api['region']:<16} {api['url']}" for api in status["apis"]]
    lines += [
        f"link    {link['from']} -> {link['to']}: {link['state']}, lag {link['lag']}, "
        f"{link['in_flight']} in flight"
        for link in status["links"]
    ]
    return "\n".join(lines)
