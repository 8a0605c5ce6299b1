"""How many connections the local cloud can hold open: as many as the system lets it have files."""

from __future__ import annotations

import contextlib
import sys

# Files of the cloud's own: listeners, logs, the pipes of functions.
_OWN = 200


def connections(wanted: int) -> int:
    """Make the system allow so many connections where it may be asked; return how many it allows.

    A class of thirty keeps some thousand open: kernels, functions and pages have their own. Many
    systems allow a process 1,024 files until it asks for more.
    """
    if sys.platform == "win32":
        return wanted
    import resource  # noqa: PLC0415 - not on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + _OWN
    if soft != resource.RLIM_INFINITY and soft < needed:
        most = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        # A system may refuse what it says is allowed; then it stays as it is.
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return wanted if soft == resource.RLIM_INFINITY else max(_OWN, min(wanted, soft - _OWN))
