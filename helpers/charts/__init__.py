"""Charts: from measures and observations to a Figure; pure, so they can be drawn in threads."""

from helpers.charts.architecture import architecture_chart
from helpers.charts.clocks import skew_chart
from helpers.charts.conflicts import agreement_chart, conflict_chart, lost_update_chart
from helpers.charts.consistency import gain_chart, price_chart
from helpers.charts.latency import anatomy_chart, latency_chart
from helpers.charts.monitoring import metric_chart
from helpers.charts.outage import availability_chart, recovery_point_chart
from helpers.charts.remedies import remedies_chart
from helpers.charts.replication_map import map_chart
from helpers.charts.scale import cost_chart, lever_chart, scale_chart
from helpers.charts.sessions import session_remedies_chart, sessions_chart
from helpers.charts.staleness import (
    lag_chart,
    matrix_chart,
    stale_share_chart,
    staleness_chart,
)
from helpers.charts.states import bookmark_chart, status_chart
from helpers.charts.transactions import torn_chart

__all__ = [
    "agreement_chart",
    "anatomy_chart",
    "architecture_chart",
    "availability_chart",
    "bookmark_chart",
    "conflict_chart",
    "cost_chart",
    "gain_chart",
    "lag_chart",
    "latency_chart",
    "lever_chart",
    "lost_update_chart",
    "map_chart",
    "matrix_chart",
    "metric_chart",
    "price_chart",
    "recovery_point_chart",
    "remedies_chart",
    "scale_chart",
    "session_remedies_chart",
    "sessions_chart",
    "skew_chart",
    "stale_share_chart",
    "staleness_chart",
    "status_chart",
    "torn_chart",
]
