"""The small file by which a running local cloud is found again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from helpers.localcloud.process.private import NotPrivateError, read_private, write_private
from helpers.localcloud.process.processes import started_at


@dataclass(frozen=True)
class StateFile:
    """`cloud-PORT.json` in the state directory: the process and the port of a local cloud."""

    directory: Path
    port: int

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self.directory / f"cloud-{self.port}.json"

    def write(self, pid: int) -> None:
        """Write it, in one step for whoever reads at the same time."""
        state = {"pid": pid, "port": self.port, "started": started_at(pid)}
        write_private(self.path, json.dumps(state))

    def process(self) -> int | None:
        """Return the process that wrote it; None if that has ended, whoever has its number now."""
        try:
            state = json.loads(read_private(self.path) or "{}")
            pid, started = int(state["pid"]), state["started"]
        except (NotPrivateError, ValueError, KeyError, TypeError):
            return None
        return pid if started is not None and started_at(pid) == started else None

    def remove(self, pid: int) -> None:
        """Remove it if it is this process's; another cloud may have the port already."""
        if self.process() == pid:
            self.path.unlink(missing_ok=True)


def state_files(directory: Path) -> Iterator[StateFile]:
    """List the state files of a directory, the newest first; a dead cloud may have left one."""
    found: list[tuple[float, StateFile]] = []
    for path in directory.glob("cloud-*.json"):
        port = path.stem.removeprefix("cloud-")
        try:
            # One may go while we look.
            found.append((path.lstat().st_mtime, StateFile(directory, int(port))))
        except (OSError, ValueError):
            continue
    for _, state in sorted(found, key=lambda pair: pair[0], reverse=True):
        yield state
