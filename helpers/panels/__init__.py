"""Panels: ipywidgets that do what the notebooks' functions do, wiring only."""

from helpers.panels.progress import ProgressPanel
from helpers.panels.region_panel import RegionPanel

__all__ = ["ProgressPanel", "RegionPanel"]
