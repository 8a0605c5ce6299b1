"""Panels: ipywidgets that do what the notebooks' functions do, wiring only."""

from helpers.panels.experiment_panel import ExperimentPanel
from helpers.panels.map_panel import MapPanel
from helpers.panels.pages_panel import PagesPanel
from helpers.panels.progress import ProgressPanel
from helpers.panels.region_panel import RegionPanel

__all__ = [
    "ExperimentPanel",
    "MapPanel",
    "PagesPanel",
    "ProgressPanel",
    "RegionPanel",
]
