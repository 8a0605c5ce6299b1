"""What is ours goes, what is somebody else's stays, whatever it is called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from helpers import clearing, deploy, ownership, tables, website
from helpers.experiments import heartbeat
from helpers.lifecycle import leftovers, prepare, teardown
from helpers.localcloud.process import daemon
from helpers.settings import Settings
from helpers.survey import survey
from helpers.targets import LocalTarget
from tests.conftest import AWAY, HOME

pytestmark = pytest.mark.cloud
PREFIXES = ("", "ada-", "bob-")
KEY = {
    "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "PK", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


class Posing(LocalTarget):
    """A local cloud under AWS's rules: there only a proof counts, also for an exact name."""

    name = "aws"


@pytest.fixture(scope="module")
def account(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalTarget]:
    """A cloud of its own, whose account these tests share with strangers."""
    own = replace(settings, state_dir=tmp_path_factory.mktemp("account"))
    cloud = daemon.start(own.state_dir, lag="fixed:50", timescale=0.01)
    yield LocalTarget(cloud, own)
    daemon.stop(cloud)


def of(account: LocalTarget, prefix: str, kind: type[LocalTarget] = LocalTarget) -> Any:
    """Return the account as the learner with a prefix has it."""
    return kind(account.cloud, replace(account.settings, prefix=prefix))


def quiet(_line: str) -> None:
    """Log nothing."""


def make_strangers(target: LocalTarget) -> None:
    """Make what somebody else has, with names like ours."""
    target.client("dynamodb", HOME).create_table(TableName="global-serverless-archive", **KEY)
    role = target.client("iam", HOME).create_role(
        RoleName="global-serverless-archive-api_handler", AssumeRolePolicyDocument="{}"
    )["Role"]["Arn"]
    for name, tags in (
        ("global-serverless-report", {}),
        ("global-serverless-old", {"aws-chalice": "version=1:stage=old:app=global-serverless-old"}),
    ):
        target.client("lambda", HOME).create_function(
            FunctionName=name, Runtime="python3.12", Role=role, Handler="app.app",
            Code={"ZipFile": _EMPTY_ZIP}, Tags=tags,
        )  # fmt: skip
        target.client("logs", HOME).create_log_group(logGroupName=f"/aws/lambda/{name}")
    target.client("s3", HOME).create_bucket(
        Bucket="global-serverless-web-0123456789ab",
        CreateBucketConfiguration={"LocationConstraint": HOME},
    )
    target.client("apigateway", HOME).create_rest_api(name="global-serverless-archive")


_EMPTY_ZIP = b"PK\x05\x06" + bytes(18)


def names(found: list[ownership.Thing]) -> set[str]:
    """Format what was found, without the ids of APIs."""
    return {t.kind if t.kind == "API" else str(t) for t in found}


def test_three_learners_and_strangers_share_an_account(account: LocalTarget) -> None:
    """Each finds and removes what is theirs; at the end the strangers' things stand as before."""
    make_strangers(account)
    strangers = names(survey(of(account, "")).alike)
    assert len(strangers) == 8
    learners = {prefix: of(account, prefix) for prefix in PREFIXES}
    for learner in learners.values():
        prepare(learner, [HOME, AWAY], api=False, progress=quiet)
        website.publish(learner, AWAY)
    ada = learners["ada-"]
    deploy.deploy(ada, HOME, progress=quiet)
    (api,) = deploy.apis(ada, [HOME])
    with api:
        assert api.get("user100", "AshlandValley").bookmark == 0
    ours = names(survey(ada).ours)
    assert f"table ada-global-serverless in {AWAY}" in ours
    assert f"function ada-global-serverless-{HOME} in {HOME}" in ours
    assert f"role ada-global-serverless-{HOME}-api_handler" in ours
    assert all("ada-" in name for name in ours if name != "API")
    for prefix, learner in learners.items():
        teardown(learner, progress=quiet)
        assert leftovers(learner) == []
        others = [of(account, p) for p in PREFIXES[PREFIXES.index(prefix) + 1 :]]
        assert all(tables.describe(other, AWAY) for other in others)
    assert names(survey(of(account, "")).alike) == strangers
    assert survey(of(account, "")).ours == []


def put_alarm(target: LocalTarget, name: str, tags: list[dict[str, str]]) -> None:
    """Put an alarm on anything."""
    target.client("cloudwatch", AWAY).put_metric_alarm(
        AlarmName=name, Namespace="Any", MetricName="Any", Statistic="Maximum", Period=60,
        EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold", Tags=tags,
    )  # fmt: skip


def test_an_alarm_goes_with_our_tag_and_stays_without(account: LocalTarget) -> None:
    """What a killed notebook left is found and deleted; somebody else's of a like name stays."""
    learner = of(account, "fay-", Posing)
    ours, alike = "fay-global-serverless-canary-age", "fay-global-serverless-replication-latency"
    put_alarm(learner, ours, ownership.tags(learner))
    put_alarm(learner, alike, [])
    found = survey(learner)
    assert names(found.ours) == {f"alarm {ours} in {AWAY}"}
    assert names(found.alike) == {f"alarm {alike} in {AWAY}"}
    with pytest.raises(tables.NotOursError, match="WORKSHOP_PREFIX"):
        heartbeat.Heartbeat(learner, AWAY, HOME, 0, 0).__enter__()
    teardown(learner, progress=quiet)
    left = account.client("cloudwatch", AWAY).describe_alarms()["MetricAlarms"]
    assert [alarm["AlarmName"] for alarm in left] == [alike]
    assert clearing.adopt(learner, [alike]) == 0
    teardown(learner, progress=quiet)
    assert leftovers(learner) == []


def test_a_table_of_our_exact_name_is_not_ours_on_aws_without_a_proof(
    account: LocalTarget, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is named, left, and refused; adopted it goes; on the local cloud it goes at once."""
    learner = of(account, "eve-", Posing)
    client = account.client("dynamodb", HOME)
    client.create_table(TableName="eve-global-serverless", **KEY)
    with pytest.raises(tables.NotOursError, match="WORKSHOP_PREFIX"):
        prepare(learner, [HOME], api=False, progress=quiet)
    assert clearing.teardown(learner, yes=True) == 1
    printed = capsys.readouterr().out
    assert "table eve-global-serverless in us-west-2" in printed
    assert account.client("sts", HOME).get_caller_identity()["Account"] not in printed
    assert clearing.teardown(learner, ask=lambda _question: "no") == 1
    assert tables.describe(learner, HOME) is not None
    with pytest.raises(ValueError, match="cannot be adopted"):
        clearing.adopt(learner, ["eve-global-serverless", "nothing-like-it"])
    assert clearing.adopt(learner, ["eve-global-serverless"]) == 0
    assert clearing.teardown(learner) == 1  # No terminal, and nobody said --yes.
    assert clearing.teardown(learner, dry_run=True) == 0
    assert tables.describe(learner, HOME) is not None
    assert clearing.teardown(learner, yes=True) == 0
    client.create_table(TableName="eve-global-serverless", **KEY)
    assert clearing.teardown(learner, ask=lambda _question: "eve-global-serverless") == 0
    client.create_table(TableName="eve-global-serverless", **KEY)
    assert clearing.teardown(of(account, "eve-")) == 0


def test_a_replica_is_ours_by_the_table_it_belongs_to(account: LocalTarget) -> None:
    """Replicas inherit no tag: the chain proves them, and preparing again repairs the tag."""
    learner = of(account, "kim-", Posing)
    prepare(learner, [HOME, AWAY], api=False, progress=quiet)
    arn = (tables.describe(learner, AWAY) or {})["TableArn"]
    client = account.client("dynamodb", AWAY)
    client.untag_resource(ResourceArn=arn, TagKeys=[ownership.TAG])
    proofs = {t.region: t.proof for t in survey(learner).ours}
    assert proofs == {HOME: "its tag", AWAY: f"replica of the table in {HOME}"}
    prepare(learner, [HOME, AWAY], api=False, progress=quiet)
    assert {"Key": ownership.TAG, "Value": "kim-global-serverless"} in client.list_tags_of_resource(
        ResourceArn=arn
    )["Tags"]
    teardown(learner, progress=quiet)
    assert leftovers(learner) == []


def test_a_region_that_is_dark_is_said_to_be_and_the_rest_goes(
    account: LocalTarget, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody waits for it; brought back and run again, nothing is left."""
    learner = of(account, "sky-")
    prepare(learner, [HOME, AWAY], api=False, progress=quiet)
    website.publish(learner, AWAY)
    learner.set_outage(HOME, dark=True)
    try:
        assert clearing.teardown(learner) == 1
    finally:
        learner.set_outage(HOME, dark=False)
    printed = capsys.readouterr().out
    assert f"`workshop outage {HOME} off`" in printed
    assert "Deleted the bucket sky-" in printed
    assert clearing.teardown(learner) == 0
    assert leftovers(learner) == []
