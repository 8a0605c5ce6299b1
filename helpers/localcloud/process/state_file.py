"""The small file by which a running local cloud is found again."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


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
        draft = self.path.with_suffix(f".{pid}")
        draft.write_text(json.dumps({"pid": pid, "port": self.port}), encoding="utf-8")
        os.replace(draft, self.path)  # noqa: PTH105 - Path.replace returns what nobody needs

    def remove(self) -> None:
        """Remove it, if it is there."""
        self.path.unlink(missing_ok=True)


def state_files(directory: Path) -> Iterator[StateFile]:
    """List the state files of a directory, the newest first; a dead cloud may have left one."""
    found = directory.glob("cloud-*.json")
    for path in sorted(found, key=lambda p: p.stat().st_mtime, reverse=True):
        port = path.stem.removeprefix("cloud-")
        if port.isdigit():
            yield StateFile(directory, int(port))
