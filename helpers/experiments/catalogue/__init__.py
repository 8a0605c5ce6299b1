"""The registry: every experiment as one object, a module each.

What is asked, computed, drawn and said stands in these modules; how it is observed, call by call,
in the modules of the same names beside this folder. Command line, panels and docs/experiments.md
derive from this list.
"""

from helpers.experiments.base import Experiment
from helpers.experiments.catalogue.anatomy import anatomy
from helpers.experiments.catalogue.clocks import clocks
from helpers.experiments.catalogue.conflicts import conflicts
from helpers.experiments.catalogue.consistency import consistency
from helpers.experiments.catalogue.matrix import matrix
from helpers.experiments.catalogue.monitoring import monitoring
from helpers.experiments.catalogue.outage import outage
from helpers.experiments.catalogue.remedies import remedies
from helpers.experiments.catalogue.scale import scale
from helpers.experiments.catalogue.sessions import sessions
from helpers.experiments.catalogue.staleness import staleness
from helpers.experiments.catalogue.transactions import transactions

__all__ = [
    "REGISTRY",
    "anatomy",
    "clocks",
    "conflicts",
    "consistency",
    "matrix",
    "monitoring",
    "outage",
    "remedies",
    "scale",
    "sessions",
    "staleness",
    "transactions",
]

REGISTRY: dict[str, Experiment] = {
    experiment.name: experiment
    for experiment in (
        anatomy, staleness, matrix, sessions, transactions, conflicts, clocks, remedies, outage,
        consistency, monitoring, scale,
    )
}  # fmt: skip
