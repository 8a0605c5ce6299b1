"""Which keys open this cloud, and for which account: the key is the secret, signatures are not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

# The account of who starts the cloud, which MiniStack takes an unknown key for.
OWN_ACCOUNT = "000000000000"
# What control requests carry it in: no form and no page of another origin can send this.
KEY_HEADER = "X-Workshop-Key"
PROOF = "/_cloud/proof"
# Where a page exchanges a ticket for its token, and how long that works.
EXCHANGE = "/_cloud/token"
TICKET_S = 120


def new_key() -> str:
    """Draw an access key, of 130 random bits; it cannot be taken for one of AWS's."""
    return "LOCAL" + base64.b32encode(secrets.token_bytes(20)).decode()[:26]


@dataclass(frozen=True)
class Keys:
    """Who may ask.

    Attributes:
        accounts: account by key; the first is that of who started the cloud.
        token: opens `/_cloud` to a page, and nothing else.
        learners: key by name, of who was added.
    """

    accounts: Mapping[str, str] = field(repr=False)
    token: str = field(repr=False)
    learners: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def own(self) -> str:
        """The key of who started the cloud."""
        return next(iter(self.accounts))

    def prove(self, nonce: str, port: int, pid: int) -> str:
        """Compute what only who has the key can: a process on another port proves another text."""
        # No answer of ours can be had for another purpose than this one.
        return self._sign(f"workshop:{nonce}:{port}:{pid}")

    def ticket(self, now_s: float) -> str:
        """Make what a page may exchange for its token for TICKET_S; old ones are no secret.

        A link in a notebook is kept with it; a token in it would be kept, too.
        """
        until_s = str(int(now_s) + TICKET_S)
        # A proof has its nonce there, which is hexadecimal: none is a ticket.
        return f"{until_s}-{self._sign(f'workshop:ticket:{until_s}')}"

    def admits(self, ticket: str, now_s: float) -> bool:
        """Return whether a ticket is of this cloud, and not too old."""
        until_s = ticket.partition("-")[0]
        known = f"{until_s}-{self._sign(f'workshop:ticket:{until_s}')}"
        same = hmac.compare_digest(ticket.encode(), known.encode())
        return same and now_s <= int(until_s)

    def _sign(self, text: str) -> str:
        return hmac.new(self.own.encode(), text.encode(), hashlib.sha256).hexdigest()

    def opens_control(self, given: str) -> bool:
        """Return whether this is the key of who started the cloud, or the token of pages."""
        known = (self.own, self.token)
        return any(hmac.compare_digest(given.encode(), secret.encode()) for secret in known)


class Keyring:
    """The keys as they are now: learners are added while the cloud runs.

    Args:
        keys: to begin with.
        read: reads them again.
    """

    def __init__(self, keys: Keys, read: Callable[[], Keys | None]) -> None:
        self.keys = keys
        self._read = read

    def account(self, key: str) -> str | None:
        """Return whose key this is; a key that is not known may be new."""
        if key not in self.keys.accounts:
            self.keys = self._read() or self.keys
        return self.keys.accounts.get(key)

    def of_account(self, account: str) -> str:
        """Return an account's key; what runs in an account without one can call nobody."""
        return next((k for k, owner in self.keys.accounts.items() if owner == account), "none")


def new_account(taken: Collection[str]) -> str:
    """Draw twelve digits that are nobody's account yet."""
    while (account := f"{secrets.randbelow(9 * 10**11) + 10**11}") in taken:
        pass
    return account
