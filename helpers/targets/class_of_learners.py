"""A class on one local cloud: a target for each learner, in an account of their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from helpers.localcloud.process import daemon
from helpers.settings import Settings
from helpers.targets.local import LocalTarget


def learners(
    cloud: daemon.RunningCloud, settings: Settings, names: Iterable[str] = ()
) -> dict[str, LocalTarget]:
    """Return the target of each learner, by name; of all who were added where none is named.

    Raises:
        ValueError: somebody who is named was not added.
    """
    known = sorted(cloud.keys.learners)
    asked = list(names) or known
    if strangers := [name for name in asked if name not in known]:
        raise ValueError(
            f"{', '.join(strangers)}: not added. `workshop learners add NAME` gives them an "
            f"account; this cloud knows {', '.join(known) or 'nobody'}."
        )
    return {
        name: LocalTarget(daemon.as_learner(cloud, name), replace(settings, learner=name))
        for name in asked
    }
