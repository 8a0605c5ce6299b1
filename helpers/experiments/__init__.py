"""Experiments: each is a function that takes a target and settings and returns observations."""

from helpers.experiments.conflicts import ConflictObservations, run_conflicts
from helpers.experiments.consistency import run_contention, run_price
from helpers.experiments.history import run_history
from helpers.experiments.latency import run_api_latency, run_first_calls, run_table_latency
from helpers.experiments.monitoring import MonitoringObservations, run_monitoring
from helpers.experiments.outage import OutageObservations, run_outage
from helpers.experiments.remedies import run_remedies
from helpers.experiments.staleness import StalenessObservations, run_matrix, run_staleness
from helpers.experiments.timeline import run_timeline

__all__ = [
    "ConflictObservations",
    "MonitoringObservations",
    "OutageObservations",
    "StalenessObservations",
    "run_api_latency",
    "run_conflicts",
    "run_contention",
    "run_first_calls",
    "run_history",
    "run_matrix",
    "run_monitoring",
    "run_outage",
    "run_price",
    "run_remedies",
    "run_staleness",
    "run_table_latency",
    "run_timeline",
]
