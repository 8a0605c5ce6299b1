"""As on AWS: a local cloud poses as it behind a company's proxy, and nothing of ours is patched."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from helpers.notebooks import notebooks, run
from helpers.settings import PROJECT_DIR
from helpers.targets import LocalTarget
from tests.conftest import AWAY, HOME
from tests.learner import operations
from tests.learner.on_aws import WRITE_AND_READ, Learner, learner_on_aws
from tests.learner.outputs import faults
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
# A metric of CloudWatch has one point a minute, and an alarm starts after several.
PATIENCE_S = 1800
_LOOK = f"""
from helpers import checks, connect
print(checks.account(connect(), "{HOME}"))
"""


def allowed() -> list[str]:
    """List the actions that the policy allows."""
    statements = json.loads(POLICY.read_text(encoding="utf-8"))["Statement"]
    assert all(statement["Effect"] == "Allow" for statement in statements)
    return [action for statement in statements for action in statement["Action"]]


def check_requests(posing: PosingAsAws) -> None:
    """Check every request against botocore's models, and against the policy."""
    assert [fault for request in posing.requests if (fault := operations.faults(request))] == []
    needed = set().union(*map(operations.actions, posing.requests))
    assert " ".join(sorted(needed - set(allowed()))) == "", "the policy allows too little"
    assert " ".join(sorted(set(allowed()) - needed - UNSEEN)) == "", "nothing needs these"


def test_helpers_reach_aws_through_a_company_proxy(on_aws: Learner) -> None:
    """Proxy and authority of the shell are heeded, an endpoint of another program is not."""
    seen = on_aws.run("-c", _LOOK)
    assert "✓ credentials" in seen.stdout, seen.stdout + seen.stderr
    assert on_aws.posing.names() == {"sts:GetCallerIdentity", "lambda:ListFunctions"}
    assert f"sts.{HOME}.amazonaws.com" in {request.host for request in on_aws.posing.requests}
    refused = on_aws.workshop(f"outage {AWAY} on")
    assert refused.returncode == 1
    assert "yours" in refused.stderr


@pytest.mark.learner
def test_the_workshop_from_first_to_last(on_aws: Learner) -> None:
    """Everything arrives at AWS, is in botocore's models and in the policy; what is not ours stays."""
    others = plant_others(on_aws.behind)
    made = on_aws.workshop(f"prepare {HOME} {AWAY}")
    assert made.returncode == 0, made.stdout + made.stderr
    assert f".execute-api.{AWAY}.amazonaws.com/api/" in made.stdout

    seen = on_aws.run("-c", WRITE_AND_READ)
    assert "ok 7" in seen.stdout, seen.stdout + seen.stderr
    assert "✗" not in seen.stdout
    ran = on_aws.workshop(f"experiment staleness --writer {HOME} --reader {AWAY} --trials 3")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    page = on_aws.workshop(f"website {HOME} --yes")
    assert f".s3.{HOME}.amazonaws.com/index.html?api=https" in page.stdout, page.stderr

    dark = on_aws.workshop(f"outage {HOME} on")
    assert dark.returncode == 0, dark.stdout + dark.stderr
    assert "429" in on_aws.run("-c", WRITE_AND_READ.replace("bookmark", "status")).stdout
    assert on_aws.workshop(f"outage {HOME} off").returncode == 0
    assert "ok 7" in on_aws.run("-c", WRITE_AND_READ).stdout

    assert on_aws.workshop("teardown").returncode == 1, "nobody was asked, so nothing may go"
    torn = on_aws.workshop("teardown --yes")
    assert torn.returncode == 1, "others' things of like names are still there"
    assert "This failed" not in torn.stdout, torn.stdout
    assert "Still there:" not in torn.stdout, torn.stdout
    assert all(f"{thing}" in torn.stdout for thing in others), torn.stdout
    assert on_aws.count_ours() == 2, "her function and its role, and nothing of ours"
    check_requests(on_aws.posing)


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
    role = behind.client("iam", HOME).create_role(
        RoleName="global-serverless-hers", AssumeRolePolicyDocument="{}"
    )
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr("app.py", "def handler(event, context): pass")
    function = "global-serverless-hers-api"
    behind.client("lambda", HOME).create_function(
        FunctionName=function, Runtime="python3.12", Handler="app.handler",
        Role=role["Role"]["Arn"], Code={"ZipFile": archive.getvalue()},
    )  # fmt: skip
    return [table["TableName"], logs, bucket, function]


@pytest.mark.learner
def test_the_notebooks_from_first_to_last(tmp_path: Path) -> None:
    """Each runs as on the local cloud, at the pace of CloudWatch's minutes, within the policy."""
    with learner_on_aws(tmp_path, lag="aws") as on_aws:
        found = []
        for path in notebooks():
            seen = faults(run(path, on_aws.environment, cell_s=PATIENCE_S))
            found += [f"{path.name}: {fault}" for fault in seen]
        assert not found, "\n\n".join(found)
        needed = set().union(*map(operations.actions, on_aws.posing.requests))
        assert " ".join(sorted(needed - set(allowed()))) == "", "the policy allows too little"
        assert on_aws.count_ours() == 0
