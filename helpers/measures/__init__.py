"""From observations to measures: pure functions, tables in, tables out.

Observations are what `helpers.experiments` returns, one row a call or a trial. Intervals count
writes, not reads: the many reads of one write are about one and the same lag.
"""

from __future__ import annotations

from helpers.measures.brackets import lag_brackets
from helpers.measures.calls import latency_summary
from helpers.measures.conflict import lost_update_rates
from helpers.measures.intervals import dkw_halfwidth
from helpers.measures.lag import lag_quantiles
from helpers.measures.states import status_spans
from helpers.measures.visibility import staleness_curve

__all__ = [
    "dkw_halfwidth",
    "lag_brackets",
    "lag_quantiles",
    "latency_summary",
    "lost_update_rates",
    "staleness_curve",
    "status_spans",
]
