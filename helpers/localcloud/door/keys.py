"""Which keys open this cloud, and for which account: the key is the secret, signatures are not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

# The account of who starts the cloud, which MiniStack takes an unknown key for.
OWN_ACCOUNT = "000000000000"
# What control requests carry it in: no form and no page of another origin can send this.
KEY_HEADER = "X-Workshop-Key"
PROOF = "/_cloud/proof"


def new_key() -> str:
    """Draw an access key, of 130 random bits; it cannot be taken for one of AWS's."""
    return "LOCAL" + base64.b32encode(secrets.token_bytes(20)).decode()[:26]


@dataclass(frozen=True)
class Keys:
    """Who may ask.

    Attributes:
        accounts: account by key; the first is that of who started the cloud.
        token: opens `/_cloud` to a page, and nothing else.
    """

    accounts: Mapping[str, str] = field(repr=False)
    token: str = field(repr=False)

    @property
    def own(self) -> str:
        """The key of who started the cloud."""
        return next(iter(self.accounts))

    def of_account(self, account: str) -> str:
        """Return an account's key; what runs in an account without one can call nobody."""
        return next((key for key, owner in self.accounts.items() if owner == account), "none")

    def prove(self, nonce: str, port: int, pid: int) -> str:
        """Word what only who has the key can: a process on another port proves another text."""
        # No answer of ours can be had for another purpose than this one.
        text = f"workshop:{nonce}:{port}:{pid}".encode()
        return hmac.new(self.own.encode(), text, hashlib.sha256).hexdigest()

    def opens_control(self, given: str) -> bool:
        """Tell whether this is a key, or the token of pages."""
        return given in self.accounts or hmac.compare_digest(given.encode(), self.token.encode())
