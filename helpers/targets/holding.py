"""Changes of the local cloud that last no longer than the process that wants them.

Each is a lease that a thread renews. When this process dies, however it dies, the cloud takes back
what was changed within `LEASE_S`.
"""

from __future__ import annotations

import threading
import uuid
from typing import Any

from helpers.localcloud.process.daemon import CloudError, RunningCloud

LEASE_S = 15.0
_RENEWALS = 5


class Holding:
    """What this process has changed in one local cloud, and means to change back."""

    def __init__(self, cloud: RunningCloud) -> None:
        self.cloud = cloud
        self._lock = threading.Lock()
        # By the route of the control interface: the lease's owner, and whether it is lost.
        self._owners: dict[str, str] = {}
        self._lost: set[str] = set()
        self._thread: threading.Thread | None = None

    def take(self, route: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Change something for as long as it is held; held already, it is changed again.

        Raises:
            CloudError: the cloud refused it.
        """
        owner = f"{uuid.uuid4().hex}"
        with self._lock:
            owner = self._owners.get(route, owner)
            answer = self.cloud.post(route, {**payload, "owner": owner, "lease_s": LEASE_S})
            self._owners[route] = owner
            self._lost.discard(owner)
            if self._thread is None:
                self._thread = threading.Thread(target=self._renew, name="leases", daemon=True)
                self._thread.start()
        return answer

    def give_back(self, route: str) -> None:
        """Restore what was before; nothing happens where it is not held.

        Raises:
            CloudError: the cloud does not answer, or had taken it back before, so that whatever
                was measured meanwhile was not measured under this change.
        """
        with self._lock:
            owner = self._owners.pop(route, None)
            if owner is None:
                return
            lost = owner in self._lost
            self._lost.discard(owner)
            self.cloud.post(f"leases/{owner}", {"lease_s": 0})
        if lost:
            raise CloudError(
                f"The change at {route} ended early: somebody ended it by hand, or this "
                f"process was delayed by more than {LEASE_S:.0f} s. Measure again."
            )

    def _renew(self) -> None:
        pause = threading.Event()
        while not pause.wait(LEASE_S / _RENEWALS):
            with self._lock:
                if not self._owners:
                    self._thread = None
                    return
                for owner in set(self._owners.values()) - self._lost:
                    self._renew_one(owner)

    def _renew_one(self, owner: str) -> None:
        try:
            self.cloud.post(f"leases/{owner}", {"lease_s": LEASE_S})
        except CloudError as refused:
            # One that does not answer now may do so next time.
            if "has ended" in str(refused):
                self._lost.add(owner)


_held: dict[int, Holding] = {}


def holding(cloud: RunningCloud) -> Holding:
    """Return what this process holds in a cloud: one for all targets that speak to it."""
    held = _held.setdefault(cloud.port, Holding(cloud))
    # After a reset the same port has another key.
    held.cloud = cloud
    return held
