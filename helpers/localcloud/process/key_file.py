"""The key of a state folder: who has it is the learner. It outlives the cloud that it opens."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from helpers.localcloud.door.keys import OWN_ACCOUNT, Keys, new_key
from helpers.localcloud.process.private import private_folder, read_private, write_private

_NAME = "key.json"


def read_keys(folder: Path) -> Keys | None:
    """Read the keys of a state folder; None where no cloud has been started yet.

    Raises:
        NotPrivateError: the file is a link, or another user's.
        RuntimeError: it cannot be read as what it is.
    """
    text = read_private(folder / _NAME)
    if text is None:
        return None
    try:
        known = json.loads(text)
        return Keys(dict(known["accounts"]), str(known["token"]))
    except (ValueError, KeyError, TypeError) as damaged:
        raise RuntimeError(
            f"{folder / _NAME} is damaged. Remove it while no local cloud runs; `workshop up` "
            "makes a new key."
        ) from damaged


def make_keys(folder: Path) -> Keys:
    """Read the keys of a state folder, making them where there are none.

    Raises:
        NotPrivateError: the folder or the file is a link, or another user's.
    """
    private_folder(folder)
    if keys := read_keys(folder):
        return keys
    keys = Keys({new_key(): OWN_ACCOUNT}, secrets.token_urlsafe(32))
    try:
        _write(folder, keys, anew=False)
    except FileExistsError:
        # Another cloud has been started here at the same moment.
        return read_keys(folder) or keys
    return keys


def drop_keys(folder: Path) -> None:
    """Forget the keys of a state folder; the next cloud there has new ones."""
    (folder / _NAME).unlink(missing_ok=True)


def _write(folder: Path, keys: Keys, *, anew: bool) -> None:
    text = json.dumps({"accounts": dict(keys.accounts), "token": keys.token})
    write_private(folder / _NAME, text, anew=anew)
