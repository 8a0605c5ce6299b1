"""The local cloud's pages through Jupyter's own address, where no other port can be reached.

In SageMaker and on Binder a browser reaches Jupyter and nothing else. jupyter-server-proxy passes
on what is asked for below `workshop/`, under the Host name that the local cloud listens to.
"""

from __future__ import annotations

import os
from typing import Any

from helpers.settings import Settings
from helpers.targets import DEFAULT_PORT

_NAME = "workshop"


def server() -> dict[str, Any]:
    """Describe the local cloud to jupyter-server-proxy, when Jupyter starts (an entry point)."""
    port = Settings.read().port or DEFAULT_PORT
    return {
        "command": [],
        "port": port,
        "request_headers_override": {"Host": f"localhost:{port}"},
        "launcher_entry": {"enabled": False},
    }


def prefix(port: int) -> str | None:
    """Return the path under which this kernel's Jupyter passes a port of this machine on.

    None if this is no kernel of a Jupyter that can be found. The base URL is Jupyter's own word.
    """
    from jupyter_server.serverapp import list_running_servers  # noqa: PLC0415 - slow, rarely needed

    parent = os.environ.get("JPY_PARENT_PID", "")
    for running in list_running_servers():
        if str(running["pid"]) == parent:
            base = str(running["base_url"])
            named = server()["port"] == port
            return f"{base}{_NAME}/" if named else f"{base}proxy/{port}/"
    return None
