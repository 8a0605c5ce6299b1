"""The commands of `workshop`: a module for each kind, which says what it adds and does it.

A new command is a function in the module of its kind, or a new module in `KINDS`. What a command
needs beyond its options it imports when it runs: pandas and matplotlib take two seconds, which
`workshop status` should not.
"""

from __future__ import annotations

from helpers.commands import (
    clearing,
    clouds,
    courses,
    disturbances,
    experiments,
    making,
    terminals,
)

# In the order in which `workshop --help` lists them.
KINDS = (clouds, making, experiments, courses, disturbances, clearing, terminals)
