"""From observations to measures: pure functions, tables in, tables out.

Observations are what `helpers.experiments` returns, one row per call or trial. Intervals count
writes, not reads: the many reads of one write all observe the same lag.
"""

from __future__ import annotations

from helpers.measures.brackets import lag_brackets, since_commit
from helpers.measures.calls import latency_summary
from helpers.measures.conflict import (
    conflict_probability,
    lost_update_curve,
    lost_update_rates,
    remedy_rates,
    skew_rates,
)
from helpers.measures.consistency import consistency_gain
from helpers.measures.intervals import (
    dkw_halfwidth,
    order_interval,
    order_ranks,
    wilson_interval,
    writes_needed,
)
from helpers.measures.lag import (
    LagEstimate,
    estimate_lag,
    lag_distribution,
    lag_distribution_function,
    lag_matrix,
    lag_quantiles,
)
from helpers.measures.monitoring import alarm_states, alarm_times
from helpers.measures.outage import (
    availability,
    missing_writes,
    recovery_point,
    recovery_points,
    recovery_times,
    returned_writes,
)
from helpers.measures.pbs import Leg, pbs_table, published_pbs, visible_after_ms
from helpers.measures.sessions import older_rates, session_remedies
from helpers.measures.states import status_spans
from helpers.measures.transactions import torn_brackets, torn_quantiles, torn_shares
from helpers.measures.visibility import (
    bin_edges,
    stale_at,
    stale_shares,
    stale_shares_by,
    staleness_curve,
    staleness_mix,
    t_visibility,
)

__all__ = [
    "LagEstimate",
    "Leg",
    "alarm_states",
    "alarm_times",
    "availability",
    "bin_edges",
    "conflict_probability",
    "consistency_gain",
    "dkw_halfwidth",
    "estimate_lag",
    "lag_brackets",
    "lag_distribution",
    "lag_distribution_function",
    "lag_matrix",
    "lag_quantiles",
    "latency_summary",
    "lost_update_curve",
    "lost_update_rates",
    "missing_writes",
    "older_rates",
    "order_interval",
    "order_ranks",
    "pbs_table",
    "published_pbs",
    "recovery_point",
    "recovery_points",
    "recovery_times",
    "remedy_rates",
    "returned_writes",
    "session_remedies",
    "since_commit",
    "skew_rates",
    "stale_at",
    "stale_shares",
    "stale_shares_by",
    "staleness_curve",
    "staleness_mix",
    "status_spans",
    "t_visibility",
    "torn_brackets",
    "torn_quantiles",
    "torn_shares",
    "visible_after_ms",
    "wilson_interval",
    "writes_needed",
]
