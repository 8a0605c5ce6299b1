"""What the measured behaviour means for a service with millions of viewers."""

from helpers.planning.scale import (
    REGIONS,
    costs,
    draw_lags_ms,
    levers,
    missing_at_failover,
    per_hour,
    per_hour_by_lever,
    prices,
    simulate,
    simulate_each,
)
from helpers.planning.workload import Workload

__all__ = [
    "REGIONS",
    "Workload",
    "costs",
    "draw_lags_ms",
    "levers",
    "missing_at_failover",
    "per_hour",
    "per_hour_by_lever",
    "prices",
    "simulate",
    "simulate_each",
]
