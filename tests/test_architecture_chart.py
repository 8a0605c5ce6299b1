"""The picture of what there is, at each stage of the course."""

from __future__ import annotations

import pytest

from helpers import Provenance, charts

TWO = ("us-west-2", "us-east-2")
STAGES = [
    (TWO[:1], {"apis": False}, 2, "us-west-2 has the DynamoDB table."),
    (TWO[:1], {}, 0, "us-west-2 has API Gateway, a Lambda function, the DynamoDB table."),
    (TWO, {"replicas": False}, 1, "us-east-2 has API Gateway, a Lambda function."),
    (TWO, {}, 0, "us-east-2 has API Gateway, a Lambda function, a replica of the table."),
]


@pytest.mark.parametrize(("regions", "built", "missing", "told"), STAGES)
def test_it_shows_and_says_what_is_there_and_what_is_not(
    regions: tuple[str, ...], built: dict[str, bool], missing: int, told: str
) -> None:
    """Each part has its words, what is missing says so, and all of it is inside the picture."""
    chart = charts.architecture_chart(regions, Provenance("local"), **built)
    words = [text.get_text() for text in chart.figure.axes[0].texts]
    assert words.count("nothing yet") == missing
    assert told in chart.description
    assert ("in both directions" in chart.description) is (regions == TWO and not missing)
    chart.figure.draw_without_rendering()
    box, (width, height) = chart.figure.get_tightbbox(), chart.figure.get_size_inches()
    assert min(box.x0, box.y0) >= -0.01
    assert box.x1 <= width + 0.01
    assert box.y1 <= height + 0.01


def test_replicas_are_alike() -> None:
    """A global table has no primary: the picture does not make one of the Region that was first."""
    chart = charts.architecture_chart(TWO, Provenance("aws"))
    words = [text.get_text() for text in chart.figure.axes[0].texts]
    assert words.count("DynamoDB\na replica") == len(TWO)
