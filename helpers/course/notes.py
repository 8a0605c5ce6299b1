"""The learner's file: what was guessed, measured and solved in one run of the course.

It is `course.json` in the state folder (WORKSHOP_STATE_DIR), beside JupyterLab's layout. Not in
`exports/`: `make charts` runs every notebook with the learner's exports and a state folder of its
own, so a run without a learner never writes into the learner's file. It outlives kernels and local
clouds; delete it to start the course afresh.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from helpers import folders
from helpers.settings import Settings

Kind = Literal["predictions", "exercises"]
Entry = dict[str, Any]
_FILE = "course.json"


def path() -> Path:
    """Return where the learner's file is, or will be."""
    return Settings.read().state_dir / _FILE


def read(kind: Kind) -> dict[str, Entry]:
    """Return all entries of a kind by name, in the order in which they were first met."""
    entries: dict[str, Entry] = _content(path()).get(kind, {})
    return entries


def note(kind: Kind, name: str, news: Mapping[str, Any]) -> Entry:
    """Add to an entry, or make it, in one step as others see it; return all of it.

    Raises:
        FolderError: the state folder cannot be written.
    """
    file = path()
    folders.require(file.parent, "the course keeps your guesses", "WORKSHOP_STATE_DIR")
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(file):
        content = _content(file)
        entry: Entry = content.setdefault(kind, {}).setdefault(name, {})
        entry.update(news)
        draft = file.with_name(f".{_FILE}.{os.getpid()}")
        text = json.dumps(content, indent=1, ensure_ascii=False)
        draft.write_text(f"{text}\n", encoding="utf-8")
        draft.replace(file)
    return entry


def notebook_of(name: str) -> str:
    """Return the two digits with which a name begins.

    Raises:
        ValueError: it does not begin with two digits and a hyphen.
    """
    digits, hyphen, rest = name.partition("-")
    if len(digits) != len("04") or not digits.isdigit() or not hyphen or not rest:
        raise ValueError(f"{name!r} must begin with the notebook's number, such as 04-median.")
    return digits


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Keep other kernels out: two notebooks may note something at the same time."""
    with file.with_name(f".{_FILE}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _content(file: Path) -> dict[str, Any]:
    """Read the file; one that cannot be read is put aside and said to be, not written over."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        aside = file.with_name("course.damaged.json")
        file.replace(aside)
        print(f"The saved guesses cannot be read; the damaged file is now {aside.name}.")
        return {}
    return content if isinstance(content, dict) else {}
