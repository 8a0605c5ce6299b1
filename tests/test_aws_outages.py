"""An outage on AWS: ours only, with its end on it, and ended by whoever comes later."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from helpers import aws_outages, ownership
from helpers.targets import AwsTarget, LocalTarget

REGION = "ap-northeast-1"
OURS = "ada-global-serverless-dev"


class Posing(LocalTarget):
    """The local cloud's clients under AWS's rules."""

    name = "aws"
    unusual = AwsTarget.unusual
    set_outage = AwsTarget.set_outage


@pytest.fixture
def learner(target: LocalTarget) -> Iterator[Any]:
    """A Region with a function of ours, and one of somebody else's whose name begins alike."""
    client = target.client("lambda", REGION)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as code:
        code.writestr("app.py", "def app(event, context):\n    return 1\n")
    chalice = {"aws-chalice": "version=1.34.0:stage=dev:app=ada-global-serverless"}
    for name, tags in ((OURS, chalice), ("ada-global-serverless-report", {})):
        client.create_function(
            FunctionName=name, Runtime="python3.12", Handler="app.app", Tags=tags,
            Role="arn:aws:iam::000000000000:role/any", Code={"ZipFile": packed.getvalue()},
        )  # fmt: skip
    settings = replace(target.settings, prefix="ada-", regions=(REGION, "eu-west-1", "us-east-1"))
    yield Posing(target.cloud, settings)
    for name in (OURS, "ada-global-serverless-report"):
        client.delete_function(FunctionName=name)


def reserved(target: LocalTarget, name: str) -> int | None:
    """Return how many calls at once a function is allowed, None for any number."""
    answer = target.client("lambda", REGION).get_function_concurrency(FunctionName=name)
    return answer.get("ReservedConcurrentExecutions")  # type: ignore[no-any-return]


def test_an_outage_takes_what_is_ours_and_says_how_it_ends(learner: Any) -> None:
    """The function of a like name goes on; connect and status name the outage and its undoing."""
    assert learner.unusual() == []
    learner.set_outage(REGION, dark=True)
    assert reserved(learner, OURS) == 0
    assert reserved(learner, "ada-global-serverless-report") is None
    (said,) = learner.unusual()
    assert f"`workshop outage {REGION} off`" in said
    learner.set_outage(REGION, dark=False)
    assert reserved(learner, OURS) is None
    assert learner.unusual() == []


def test_one_whose_time_has_come_is_ended_and_said_to_be(learner: Any) -> None:
    """A killed kernel leaves it; whoever looks next ends it. An unreadable end is left and said."""
    aws_outages.begin(learner, REGION, lasts=timedelta(seconds=-1))
    (said,) = learner.unusual()
    assert "That time has passed" in said
    assert reserved(learner, OURS) is None
    assert learner.unusual() == []
    aws_outages.begin(learner, REGION)
    client = learner.client("lambda", REGION)
    arn = client.get_function(FunctionName=OURS)["Configuration"]["FunctionArn"]
    client.tag_resource(Resource=arn, Tags={ownership.ENDS: "soon"})
    assert f"`workshop outage {REGION} off`" in learner.unusual()[0]
    assert reserved(learner, OURS) == 0


def test_where_nothing_is_ours_nothing_is_touched(learner: Any) -> None:
    """It says so, and names what it left alone."""
    other = Posing(learner.cloud, replace(learner.settings, prefix="ada-global-"))
    with pytest.raises(RuntimeError, match="No function in ap-northeast-1 is proved"):
        aws_outages.begin(other, REGION)
    names = [
        f["FunctionName"] for f in learner.client("lambda", REGION).list_functions()["Functions"]
    ]
    assert {reserved(learner, name) for name in names} == {None}
