"""Files that are nobody else's business: ours, in a folder that only we can enter, never a link."""

from __future__ import annotations

import os
import stat
from pathlib import Path

_ELSEWHERE = (
    "The local cloud keeps its key in there: choose a folder of your own with WORKSHOP_STATE_DIR "
    "or --state-dir."
)


class NotPrivateError(RuntimeError):
    """A folder or file is a link, or somebody else's; the message names it."""


def private_folder(path: Path) -> Path:
    """Make a folder that its owner alone can enter, or make an existing one so.

    Raises:
        NotPrivateError: it is a link, a file, or another user's.
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise NotPrivateError(f"{path} is a link, or another user's. {_ELSEWHERE}")
    if stat.S_IMODE(found.st_mode) & 0o077:
        path.chmod(0o700)
    return path


def read_private(path: Path) -> str | None:
    """Read a file of ours; None where there is none.

    Raises:
        NotPrivateError: it is a link, or another user's.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as refused:
        raise NotPrivateError(
            f"{path} is a link, or cannot be read ({refused.strerror}). {_ELSEWHERE}"
        ) from refused
    with os.fdopen(descriptor, encoding="utf-8") as file:
        if os.fstat(descriptor).st_uid != os.geteuid():
            raise NotPrivateError(f"{path} is another user's. Remove it.")
        return file.read()


def write_private(path: Path, text: str, *, anew: bool = True) -> None:
    """Write a file that its owner alone can read, in one step for whoever reads it meanwhile.

    Raises:
        FileExistsError: it is there, and was not to be written anew.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(draft, flags, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    try:
        if anew:
            draft.replace(path)
        else:
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
