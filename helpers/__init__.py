"""The package behind the notebooks: these names are all that a notebook uses."""

from helpers import charts, checks, deploy, experiments, measures, panels, tables
from helpers.exports import export
from helpers.prepare import leftovers, only, prepare, teardown
from helpers.targets import connect

__all__ = [
    "charts",
    "checks",
    "connect",
    "deploy",
    "experiments",
    "export",
    "leftovers",
    "measures",
    "only",
    "panels",
    "prepare",
    "tables",
    "teardown",
]
