"""Experiments: `experiments.NAME(target, option=...)` for each in `experiments.REGISTRY`.

An experiment has the name of the module that observes for it, and hides it here.
"""

from helpers.experiments.base import Experiment, Observations, unfinished
from helpers.experiments.catalogue import (
    REGISTRY,
    anatomy,
    clocks,
    conflicts,
    consistency,
    matrix,
    monitoring,
    outage,
    remedies,
    scale,
    sessions,
    staleness,
    transactions,
)
from helpers.experiments.history import run_history
from helpers.experiments.latency import run_api_latency, run_first_calls, run_table_latency
from helpers.experiments.timeline import run_timeline

__all__ = [
    "REGISTRY",
    "Experiment",
    "Observations",
    "anatomy",
    "clocks",
    "conflicts",
    "consistency",
    "matrix",
    "monitoring",
    "outage",
    "remedies",
    "run_api_latency",
    "run_first_calls",
    "run_history",
    "run_table_latency",
    "run_timeline",
    "scale",
    "sessions",
    "staleness",
    "transactions",
    "unfinished",
]
