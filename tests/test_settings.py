"""Settings: argument before variable before default, and mistakes that are explained."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.settings import Settings


def test_an_argument_goes_before_a_variable_and_that_before_the_default() -> None:
    """The nearest word counts."""
    environment = {"WORKSHOP_LAG": "fixed:1", "WORKSHOP_SEED": "3"}
    chosen = Settings.read(environment, lag="fixed:2", seed=None)
    assert (chosen.lag, chosen.seed, chosen.target) == ("fixed:2", 3, "local")


def test_variables_are_converted() -> None:
    """A port is a number and a folder a path, wherever they come from."""
    chosen = Settings.read({"WORKSHOP_PORT": "4570", "WORKSHOP_EXPORTS": "there"})
    assert (chosen.port, chosen.exports) == (4570, Path("there"))


@pytest.mark.parametrize(
    ("name", "value"), [("WORKSHOP_PORT", "many"), ("WORKSHOP_TARGET", "moon")]
)
def test_a_value_that_cannot_be_used_names_its_setting(name: str, value: str) -> None:
    """The message has the value, and what to look at."""
    with pytest.raises(ValueError, match=name.removeprefix("WORKSHOP_").lower()):
        Settings.read({name: value})
