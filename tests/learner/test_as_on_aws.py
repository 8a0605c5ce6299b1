"""As on AWS: a local cloud poses as it behind a company's proxy, and nothing of ours is patched."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.localcloud.process import daemon
from helpers.settings import PROJECT_DIR, Settings
from helpers.targets import LocalTarget
from tests.conftest import AWAY, HOME
from tests.learner import operations
from tests.learner.posing import PosingAsAws

POLICY = PROJECT_DIR / "docs" / "aws-permissions.json"
# In the policy, though no run of these tests asks for it.
UNSEEN = {
    # What AWS checks where a replica is made: developer guide, global tables and service roles.
    "iam:CreateServiceLinkedRole", "dynamodb:BatchWriteItem",
    # What notebooks and a second deployment do beyond these commands.
    "cloudwatch:GetMetricStatistics", "dynamodb:DeleteItem", "dynamodb:Query", "dynamodb:Scan",
    "lambda:RemovePermission", "logs:FilterLogEvents", "lambda:UpdateFunctionCode",
    "lambda:UpdateFunctionConfiguration", "apigateway:PUT", "apigateway:PATCH",
    # Notebook 8: its alarms, and a metric of its own.
    "cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms", "cloudwatch:ListTagsForResource",
    "cloudwatch:TagResource", "cloudwatch:PutMetricData",
    # Where somebody attached a policy to the function's role, or a bucket is adopted.
    "iam:DetachRolePolicy", "s3:PutBucketTagging",
    # What the deployed function does, in its own name; a learner tries it in a terminal, too.
    "dynamodb:UpdateItem", "dynamodb:GetItem",
}  # fmt: skip
_WRITE_AND_READ = f"""
from helpers import checks, connect, deploy
from helpers.experiments.prober import Prober
target = connect()
print(checks.account(target, "{HOME}"), checks.api(target, "{HOME}"))
with Prober(target, "{HOME}") as prober, deploy.apis(target, ["{HOME}"])[0] as api:
    print(prober.write("posing", "show", 7).outcome, api.get("posing", "show").bookmark)
"""
_LOOK = f"""
from helpers import checks, connect
print(checks.account(connect(), "{HOME}"))
"""


class Learner:
    """A terminal whose target is AWS; what it reaches is the cloud that poses as AWS."""

    def __init__(self, posing: PosingAsAws, behind: LocalTarget, folder: Path) -> None:
        self.posing = posing
        self.behind = behind
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "WORKSHOP_"))}
        own = {
            "WORKSHOP_STATE_DIR": str(folder / "none"), "WORKSHOP_EXPORTS": str(folder / "exports"),
            "WORKSHOP_BACKEND": str(PROJECT_DIR / "backend"), "HOME": str(folder),
        }  # fmt: skip
        self.environment = clean | own | posing.shell

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run Python with these arguments, with nobody at the terminal, and wait for it."""
        return subprocess.run(
            [sys.executable, *command], env=self.environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False, timeout=400,
        )  # fmt: skip

    def workshop(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the workshop."""
        return self.run("-m", "helpers", *command.split())


@pytest.fixture
def learner(tmp_path: Path) -> Iterator[Learner]:
    """A learner with an account of AWS that is empty."""
    settings = Settings(lag="fixed:50", timescale=0.01, state_dir=tmp_path / "aws")
    cloud = daemon.start(settings.state_dir, lag=settings.lag, timescale=settings.timescale)
    behind = LocalTarget(cloud, settings)
    key = behind.environment(HOME)["AWS_ACCESS_KEY_ID"]
    try:
        with PosingAsAws(cloud.port, key, tmp_path) as posing:
            yield Learner(posing, behind, tmp_path)
            assert posing.strangers == []
    finally:
        daemon.stop(cloud)


def allowed() -> list[str]:
    """List the actions that the policy allows."""
    statements = json.loads(POLICY.read_text(encoding="utf-8"))["Statement"]
    assert all(statement["Effect"] == "Allow" for statement in statements)
    return [action for statement in statements for action in statement["Action"]]


def check_requests(posing: PosingAsAws) -> None:
    """Hold every request against botocore's models, and against the policy."""
    assert [fault for request in posing.requests if (fault := operations.faults(request))] == []
    needed = set().union(*map(operations.actions, posing.requests))
    assert " ".join(sorted(needed - set(allowed()))) == "", "the policy allows too little"
    assert " ".join(sorted(set(allowed()) - needed - UNSEEN)) == "", "nothing needs these"


def test_helpers_reach_aws_through_a_company_proxy(learner: Learner) -> None:
    """Proxy and authority of the shell are heeded, an endpoint of another program is not."""
    seen = learner.run("-c", _LOOK)
    assert "✓ credentials" in seen.stdout, seen.stdout + seen.stderr
    assert learner.posing.names() == {"sts:GetCallerIdentity", "lambda:ListFunctions"}
    assert f"sts.{HOME}.amazonaws.com" in {request.host for request in learner.posing.requests}
    refused = learner.workshop(f"outage {AWAY} on")
    assert refused.returncode == 1
    assert "yours" in refused.stderr


@pytest.mark.learner
def test_the_workshop_from_first_to_last(learner: Learner) -> None:
    """Everything arrives at AWS, is in botocore's models and in the policy; what is not ours stays."""
    others = plant_others(learner.behind)
    made = learner.workshop(f"prepare {HOME} {AWAY}")
    assert made.returncode == 0, made.stdout + made.stderr
    assert f".execute-api.{AWAY}.amazonaws.com/api/" in made.stdout

    seen = learner.run("-c", _WRITE_AND_READ)
    assert "ok 7" in seen.stdout, seen.stdout + seen.stderr
    assert "✗" not in seen.stdout
    ran = learner.workshop(f"experiment staleness --writer {HOME} --reader {AWAY} --trials 3")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    page = learner.workshop(f"website {HOME}")
    assert f".s3.{HOME}.amazonaws.com/index.html?api=https" in page.stdout, page.stderr

    dark = learner.workshop(f"outage {HOME} on")
    assert dark.returncode == 0, dark.stdout + dark.stderr
    assert "429" in learner.run("-c", _WRITE_AND_READ.replace("bookmark", "status")).stdout
    assert learner.workshop(f"outage {HOME} off").returncode == 0
    assert "ok 7" in learner.run("-c", _WRITE_AND_READ).stdout

    assert learner.workshop("teardown").returncode == 1, "nobody was asked, so nothing may go"
    torn = learner.workshop("teardown --yes")
    assert torn.returncode == 1, "others' things of like names are still there"
    assert "This failed" not in torn.stdout, torn.stdout
    assert "Still there:" not in torn.stdout, torn.stdout
    assert all(f"{thing}" in torn.stdout for thing in others), torn.stdout
    assert count_ours(learner.behind) == 0
    check_requests(learner.posing)


@pytest.mark.learner
@pytest.mark.parametrize(
    "operation",
    ["dynamodb:CreateTable", "dynamodb:UpdateTable", "iam:CreateRole", "lambda:CreateFunction",
     "apigateway:ImportRestApi", "apigateway:CreateDeployment"],
)  # fmt: skip
def test_what_is_denied_once_is_said_and_made_good(learner: Learner, operation: str) -> None:
    """The message names the action and the policy to hand to an administrator; then it goes on."""
    learner.posing.denied.add(operation)
    refused = learner.workshop(f"prepare {HOME} {AWAY}")
    assert operation in learner.posing.names()
    assert refused.returncode == 1
    said = refused.stdout + refused.stderr
    assert "not authorized" in said or "AccessDenied" in said
    assert "docs/aws-permissions.json" in said
    assert "Traceback" not in refused.stderr
    learner.posing.denied.clear()
    again = learner.workshop(f"prepare {HOME} {AWAY}")
    assert again.returncode == 0, again.stdout + again.stderr
    assert "✓" in learner.run("-c", _WRITE_AND_READ).stdout


@pytest.mark.learner
def test_what_is_throttled_now_and_then_nobody_notices(learner: Learner) -> None:
    """Control calls are sent again; AWS throttles what a class does at once."""
    for named in ("dynamodb:CreateTable", "dynamodb:DescribeTable", "lambda:ListFunctions",
                  "apigateway:GetRestApis", "iam:ListRoles", "lambda:CreateFunction"):  # fmt: skip
        learner.posing.throttled[named] = 2
    made = learner.workshop(f"prepare {HOME} {AWAY}")
    assert made.returncode == 0, made.stdout + made.stderr
    assert learner.posing.throttled["dynamodb:CreateTable"] == 0


@pytest.mark.learner
def test_what_is_throttled_for_long_says_to_wait(learner: Learner) -> None:
    """After a few attempts it ends in words, and the next run goes on."""
    learner.posing.throttled["dynamodb:CreateTable"] = 1000
    refused = learner.workshop(f"prepare {HOME} {AWAY}")
    assert refused.returncode == 1
    assert "in a minute" in refused.stderr
    learner.posing.throttled.clear()
    again = learner.workshop(f"prepare {HOME} {AWAY}")
    assert again.returncode == 0, again.stdout + again.stderr


def plant_others(behind: LocalTarget) -> list[str]:
    """Make what another person has beside ours, with names like ours; return the names."""
    table = {"TableName": "global-serverless-hers", "BillingMode": "PAY_PER_REQUEST"}
    key = [{"AttributeName": "id", "AttributeType": "S"}]
    keys = [{"AttributeName": "id", "KeyType": "HASH"}]
    dynamodb = behind.client("dynamodb", HOME)
    dynamodb.create_table(**table, AttributeDefinitions=key, KeySchema=keys)
    logs = "/aws/lambda/global-serverless-hers"
    behind.client("logs", HOME).create_log_group(logGroupName=logs)
    bucket = "global-serverless-web-hers"
    place = {"LocationConstraint": HOME}
    behind.client("s3", HOME).create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
    return [table["TableName"], logs, bucket]


def count_ours(behind: LocalTarget) -> int:
    """Count what of the workshop is left, looked at from behind."""
    count = 0
    for region in (HOME, AWAY):
        tables = behind.client("dynamodb", region).list_tables()["TableNames"]
        count += sum(name in ("global-serverless", "global-serverless-strong") for name in tables)
        count += len(behind.client("lambda", region).list_functions()["Functions"])
        count += len(behind.client("apigateway", region).get_rest_apis()["items"])
    return count + len(behind.client("iam", HOME).list_roles()["Roles"])
