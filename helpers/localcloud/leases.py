"""What the cloud was told to be like: by hand until told otherwise, or on a lease that ends.

An experiment takes a lease and renews it. Where its process dies, the lease is not renewed, and
what stood there before returns by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

LONGEST_S = 3600.0


@dataclass(frozen=True)
class Lease:
    """A value that a holder wants for a while.

    Attributes:
        owner: the holder's own name for it, which nobody else knows.
        values: what is set, by the names of the settings.
        until_ms: when it ends unless it is renewed, on the cloud's clock.
    """

    owner: str
    values: Mapping[str, Any]
    until_ms: float


class Leases:
    """Settings by name, each with a value by hand, and with leases that go before it.

    Methods that change something return the names of the settings that it concerns.
    """

    def __init__(self) -> None:
        self._by_hand: dict[str, Any] = {}
        # The newest last; it goes before the others.
        self._leases: list[Lease] = []

    def value(self, name: str) -> Any:
        """Return what a setting is now; None where nothing was said of it."""
        lease = self._of(name)
        return lease.values[name] if lease else self._by_hand.get(name)

    def set_by_hand(self, values: Mapping[str, Any]) -> set[str]:
        """Set something by hand: it stays, and leases on the same end."""
        self._by_hand |= values
        remaining = []
        for lease in self._leases:
            left = {name: v for name, v in lease.values.items() if name not in values}
            if left:
                remaining.append(Lease(lease.owner, left, lease.until_ms))
        self._leases = remaining
        return set(values)

    def take(self, owner: str, values: Mapping[str, Any], until_ms: float) -> set[str]:
        """Set something on a lease; one of the same owner makes way for it."""
        concerned = self.end(owner)
        self._leases.append(Lease(owner, dict(values), until_ms))
        return concerned | set(values)

    def renew(self, owner: str, until_ms: float) -> bool:
        """Renew a lease; False where it has ended, or was ended by hand."""
        for index, lease in enumerate(self._leases):
            if lease.owner == owner:
                self._leases[index] = Lease(owner, lease.values, until_ms)
                return True
        return False

    def end(self, owner: str) -> set[str]:
        """End a lease now; none of that owner is well, too."""
        return self._drop([lease for lease in self._leases if lease.owner == owner])

    def expire(self, now_ms: float) -> set[str]:
        """End what was not renewed in time."""
        return self._drop([lease for lease in self._leases if lease.until_ms <= now_ms])

    def next_end_ms(self) -> float | None:
        """Return when `expire` next has something to do, None if there are no leases."""
        return min((lease.until_ms for lease in self._leases), default=None)

    def ends_in_s(self, name: str, now_ms: float) -> float | None:
        """Return for how long a setting stays as it is unless it is renewed; None: by hand."""
        lease = self._of(name)
        return round(max(0.0, lease.until_ms - now_ms) / 1000, 3) if lease else None

    def held(self) -> list[tuple[str, Any]]:
        """List what is on a lease: the setting's name, and its value."""
        names = sorted({name for lease in self._leases for name in lease.values})
        return [(name, self.value(name)) for name in names]

    # -- over a restart ------------------------------------------------------------------

    def kept(self) -> dict[str, Any]:
        """Return all of it as JSON can have it."""
        leases = [[lease.owner, dict(lease.values), lease.until_ms] for lease in self._leases]
        return {"by_hand": self._by_hand, "leases": leases}

    def restore(self, kept: Mapping[str, Any], now_ms: float) -> set[str]:
        """Go on from what was kept; what has ended meanwhile has ended."""
        concerned = self.set_by_hand(kept.get("by_hand", {}))
        for owner, values, until_ms in kept.get("leases", []):
            concerned |= self.take(owner, values, until_ms)
        return concerned | self.expire(now_ms)

    def _of(self, name: str) -> Lease | None:
        return next((lease for lease in reversed(self._leases) if name in lease.values), None)

    def _drop(self, gone: Iterable[Lease]) -> set[str]:
        ended = list(gone)
        self._leases = [lease for lease in self._leases if lease not in ended]
        return {name for lease in ended for name in lease.values}
