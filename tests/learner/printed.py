"""The commands that README and notebooks print, as a learner would paste them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import nbformat

from helpers.notebooks import notebooks
from helpers.settings import PROJECT_DIR

_BLOCK = re.compile(r"^```(?:sh)?\n(.*?)^```", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A code block and where it is printed."""

    where: str
    text: str

    @property
    def commands(self) -> list[str]:
        """List its commands, each as it is printed, with the lines it goes on over."""
        joined = re.sub(r"\\\n", "\\\\\0", self.text)
        lines = [line.replace("\0", "\n") for line in joined.splitlines()]
        return [line for line in lines if line.strip() and not line.startswith("#")]


def readme() -> list[Block]:
    """List the blocks of README.md in order."""
    return _blocks(PROJECT_DIR / "README.md", (PROJECT_DIR / "README.md").read_text("utf-8"))


def of_notebooks() -> list[Block]:
    """List the blocks of all notebooks in the order in which they are read."""
    return [block for path in notebooks() for block in _blocks(path, _prose(path))]


def _prose(path: Path) -> str:
    cells = nbformat.read(path, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def _blocks(path: Path, text: str) -> list[Block]:
    return [Block(path.name, found) for found in _BLOCK.findall(text)]
