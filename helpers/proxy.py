"""The local cloud's pages through Jupyter's own address, where no other port can be reached.

In SageMaker and on Binder a browser reaches Jupyter and nothing else. jupyter-server-proxy passes
on what is asked for below `workshop/`, under the Host name that the local cloud listens to.
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

from helpers.settings import Settings
from helpers.targets import DEFAULT_PORT

_NAME = "workshop"


def server() -> dict[str, Any]:
    """Describe the local cloud to jupyter-server-proxy, when Jupyter starts (an entry point)."""
    port = Settings.read().port or DEFAULT_PORT
    return {
        "command": [],
        "port": port,
        # The door then gives what a browser may read in Jupyter's own origin, and nothing else.
        "request_headers_override": {"Host": f"localhost:{port}", "X-Workshop-Through": "jupyter"},
        "launcher_entry": {"enabled": False},
    }


def prefix(port: int) -> str | None:
    """Return the path under which the Jupyter that this runs in passes a port of this machine on.

    None in no kernel or terminal of a Jupyter that can be found, or if it was started for another
    port: `proxy/PORT/` would do for any, and is refused by the door, since it carries no marker.
    """
    base = _base_of_kernel() or _base_of_terminal()
    return f"{base}{_NAME}/" if base and server()["port"] == port else None


def _base_of_kernel() -> str | None:
    parent = os.environ.get("JPY_PARENT_PID", "")
    if not parent:
        return None
    from jupyter_server.serverapp import list_running_servers  # noqa: PLC0415 - slow, rarely needed

    running = (r for r in list_running_servers() if str(r["pid"]) == parent)
    return next((str(r["base_url"]) for r in running), None)


def _base_of_terminal() -> str | None:
    """Jupyter tells its terminals where it answers."""
    url = os.environ.get("JUPYTER_SERVER_URL", "")
    return f"{urlsplit(url).path.rstrip('/')}/" if url else None
