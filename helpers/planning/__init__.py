"""What the measured behaviour means for a service with millions of viewers."""

from helpers.planning.bill import FUNCTION_MS, bill, costs, price, prices
from helpers.planning.clocks import lost_to_skew
from helpers.planning.failover import Policy, score_policies
from helpers.planning.scale import (
    REGIONS,
    draw_lags_ms,
    levers,
    missing_at_failover,
    per_hour,
    per_hour_by_lever,
    simulate,
    simulate_each,
)
from helpers.planning.workload import Workload

__all__ = [
    "FUNCTION_MS",
    "REGIONS",
    "Policy",
    "Workload",
    "bill",
    "costs",
    "draw_lags_ms",
    "levers",
    "lost_to_skew",
    "missing_at_failover",
    "per_hour",
    "per_hour_by_lever",
    "price",
    "prices",
    "score_policies",
    "simulate",
    "simulate_each",
]
