"""Panels: ipywidgets that do what the notebooks' functions do, wiring only."""

from helpers.panels.experiments import (
    AnatomyPanel,
    ConflictPanel,
    ConsistencyPanel,
    LagPanel,
    MonitoringPanel,
    OutagePanel,
    RemediesPanel,
    ScalePanel,
)
from helpers.panels.map_panel import MapPanel
from helpers.panels.pages_panel import PagesPanel
from helpers.panels.progress import ProgressPanel
from helpers.panels.region_panel import RegionPanel

__all__ = [
    "AnatomyPanel",
    "ConflictPanel",
    "ConsistencyPanel",
    "LagPanel",
    "MapPanel",
    "MonitoringPanel",
    "OutagePanel",
    "PagesPanel",
    "ProgressPanel",
    "RegionPanel",
    "RemediesPanel",
    "ScalePanel",
]
