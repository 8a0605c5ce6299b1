"""Is a recorded history linearizable? Two checkers that know nothing about its origin."""

from helpers.histories.history import Operation, Verdict
from helpers.histories.search import UndecidedError, check_by_search
from helpers.histories.zones import check_register

__all__ = ["Operation", "UndecidedError", "Verdict", "check_by_search", "check_register"]
