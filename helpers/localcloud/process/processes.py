"""Whether a process is still the one that was meant: numbers are used again."""

from __future__ import annotations

import subprocess
from pathlib import Path


def started_at(pid: int) -> str | None:
    """Return when a process was started, in words of the system; None where it has ended."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            # The second field is the program's name, in brackets, with any characters in it.
            state, *rest = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            return None
        # A process whose first thread has ended looks like a zombie until the others have, too.
        threads, started = int(rest[16]), rest[18]
        return None if state in "ZX" and threads <= 1 else started
    command = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
    state, _, when = (
        subprocess.run(command, capture_output=True, text=True, check=False)
        .stdout.strip()
        .partition(" ")
    )
    return when.strip() if state and not state.startswith("Z") else None
