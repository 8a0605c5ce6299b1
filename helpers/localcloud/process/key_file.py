"""The key of a state folder: who has it is the learner. It outlives the cloud that it opens."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Sequence
from pathlib import Path

from helpers.localcloud.door.keys import OWN_ACCOUNT, Keys, new_account, new_key
from helpers.localcloud.process.private import private_folder, read_private, write_private

_NAME = "key.json"
_LEARNER = re.compile(r"\w[\w.-]{0,39}")


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
        learners = dict(known.get("learners", {}))
        return Keys(dict(known["accounts"]), str(known["token"]), learners)
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


def add_learners(folder: Path, names: Sequence[str]) -> Keys:
    """Give each of these names a key and an account of its own; one that has them keeps them.

    A cloud that runs learns of them when they first ask.

    Raises:
        ValueError: a name is none.
        NotPrivateError: the folder or the file is a link, or another user's.
    """
    for name in names:
        if not _LEARNER.fullmatch(name):
            raise ValueError(
                f"{name!r} is not a valid name: up to 40 letters, digits, dots and dashes."
            )
    keys = make_keys(folder)
    accounts, learners = dict(keys.accounts), dict(keys.learners)
    for name in names:
        if name not in learners:
            learners[name] = new_key()
            accounts[learners[name]] = new_account(accounts.values())
    grown = Keys(accounts, keys.token, learners)
    _write(folder, grown, anew=True)
    return grown


def drop_keys(folder: Path) -> None:
    """Forget the keys of a state folder; the next cloud there has new ones."""
    (folder / _NAME).unlink(missing_ok=True)


def _write(folder: Path, keys: Keys, *, anew: bool) -> None:
    known = {
        "accounts": dict(keys.accounts),
        "token": keys.token,
        "learners": dict(keys.learners),
    }
    write_private(folder / _NAME, json.dumps(known), anew=anew)
