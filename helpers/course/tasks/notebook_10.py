"""The exercises of notebook 10: in which order to delete, and what is yours."""

from __future__ import annotations

from typing import Any

from helpers.course.exercises import Case, Exercise, case

_KEY = "global-tables-workshop"


def _tagged(gives: bool, **tags: Any) -> Case:
    """Format the tags of something, as most services list them."""
    pairs = [{"Key": key.replace("_", "-"), "Value": value} for key, value in tags.items()]
    words = ", ".join(f"{pair['Key']}={pair['Value']}" for pair in pairs) or "no tags"
    return case(pairs, "ada-global-serverless", gives=gives, shown=words)


EXERCISES = (
    Exercise(
        name="10-order",
        task="In which order may the replicas of a table go? Each after those copied from it.",
        size="about 4 lines",
        hint=(
            "Walk from the original to its copy, to the copy of that, and so on; then backwards."
        ),
        cases=(
            case({"us-west-2": None}, gives=["us-west-2"]),
            case({"us-west-2": None, "us-east-2": "us-west-2"}, gives=["us-east-2", "us-west-2"]),
            case(
                {"us-west-2": None, "eu-west-1": "us-east-2", "us-east-2": "us-west-2"},
                gives=["eu-west-1", "us-east-2", "us-west-2"],
            ),
        ),
    ),
    Exercise(
        name="10-is-mine",
        task="From its tags, is something yours? A name proves nothing.",
        size="about 1 line",
        hint=f"One of the pairs has to have the Key {_KEY} and as its Value your app's name.",
        cases=(
            _tagged(True, global_tables_workshop="ada-global-serverless"),
            _tagged(False, global_tables_workshop="bob-global-serverless"),
            _tagged(False, global_tables_workshop="global-serverless"),
            _tagged(False, owner="ada-global-serverless"),
            _tagged(True, owner="ada", global_tables_workshop="ada-global-serverless"),
            _tagged(False),
        ),
    ),
)
