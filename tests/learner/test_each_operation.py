"""Each operation of AWS once denied, throttled, or done without an answer: words, then recovery."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import AWAY, HOME
from tests.learner.on_aws import WRITE_AND_READ, Learner, learner_on_aws
from tests.learner.posing import Fate, answer_all, deny, each_first, throttle

pytestmark = pytest.mark.learner

PREPARE = f"prepare {HOME} {AWAY}"
# Each command with the operations that it asks for; a test holds that these are all.
ASKED = {
    PREPARE: """
        apigateway:CreateDeployment apigateway:GetResources apigateway:GetRestApis
        apigateway:GetStages apigateway:GetTags apigateway:ImportRestApi apigateway:TagResource
        apigateway:UpdateRestApi dynamodb:CreateTable dynamodb:DescribeTable dynamodb:ListTables
        dynamodb:ListTagsOfResource dynamodb:Scan dynamodb:TagResource dynamodb:TransactWriteItems
        dynamodb:UpdateTable iam:CreateRole iam:GetRole iam:ListRoleTags iam:ListRoles
        iam:PutRolePolicy iam:TagRole lambda:AddPermission lambda:CreateFunction
        lambda:DeleteFunctionConcurrency lambda:GetFunction lambda:GetFunctionConfiguration
        lambda:GetPolicy lambda:ListFunctions lambda:ListTags logs:DescribeLogGroups
    """,
    f"website {HOME} --yes": """
        apigateway:GetResources apigateway:GetRestApis apigateway:GetStages apigateway:GetTags
        lambda:GetPolicy lambda:ListFunctions lambda:ListTags s3:CreateBucket
        s3:DeletePublicAccessBlock s3:ListBuckets s3:PutBucketPolicy s3:PutBucketWebsite
        s3:PutObject
    """,
    f"outage {HOME} on": """
        lambda:ListFunctions lambda:ListTags lambda:PutFunctionConcurrency lambda:TagResource
        sts:GetCallerIdentity
    """,
    f"outage {HOME} off": """
        lambda:DeleteFunctionConcurrency lambda:ListFunctions lambda:ListTags lambda:UntagResource
        sts:GetCallerIdentity
    """,
    "teardown --yes": """
        apigateway:DeleteRestApi apigateway:GetResources apigateway:GetRestApis apigateway:GetTags
        cloudwatch:DescribeAlarms
        dynamodb:DeleteTable dynamodb:DescribeTable dynamodb:ListTables dynamodb:ListTagsOfResource
        dynamodb:Scan dynamodb:UpdateTable iam:DeleteRole iam:DeleteRolePolicy
        iam:ListAttachedRolePolicies iam:ListRolePolicies iam:ListRoleTags iam:ListRoles
        lambda:DeleteFunction lambda:ListFunctions lambda:ListTags logs:DeleteLogGroup
        logs:DescribeLogGroups logs:ListTagsForResource logs:TagResource s3:DeleteBucket
        s3:DeleteObjects s3:GetBucketLocation s3:GetBucketTagging s3:ListBuckets s3:ListObjectsV2
        sts:GetCallerIdentity
    """,
}
# Items are counted for the learner to see; a log group goes in the same run that would tag it.
NOT_NEEDED = ("dynamodb:Scan", "logs:TagResource")
# Each run may meet one more answer that is lost.
MOST_RUNS = 4
EACH = [
    pytest.param(command, operation, id=f"{command.split()[0]}-{operation}")
    for command, operations in ASKED.items()
    for operation in operations.split()
]


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An account as it is before each command, in a folder of its own; it is copied, not used."""
    work = tmp_path_factory.mktemp("account")
    folders = {}
    for command, operations in ASKED.items():
        folders[command] = tmp_path_factory.mktemp("kept") / "account"
        shutil.copytree(work, folders[command])
        with learner_on_aws(work) as learner:
            done = learner.workshop(command)
            assert done.returncode == 0, done.stdout + done.stderr
            assert learner.posing.names() == set(operations.split())
            if command == PREPARE:  # A function that was called has a log group.
                learner.run("-c", WRITE_AND_READ)
    return folders


@pytest.fixture
def before(kept: dict[str, Path], tmp_path: Path, command: str) -> Iterator[Learner]:
    """A learner whose account is as it is before a command."""
    account = tmp_path / "account"
    shutil.copytree(kept[command], account)
    with learner_on_aws(account) as learner:
        yield learner


def said(done: subprocess.CompletedProcess[str]) -> str:
    """Return all that a command printed, which is never a traceback."""
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize(("command", "operation"), EACH)
def test_what_is_denied_is_said_and_made_good(
    before: Learner, command: str, operation: str
) -> None:
    """It ends in words that name the policy for an administrator; once granted, it completes."""
    before.posing.rule = deny(operation)
    refused = before.workshop(command)
    assert operation in before.posing.names()
    words = said(refused)
    if refused.returncode == 0:  # All was done without it.
        assert operation in NOT_NEEDED, words
    else:
        assert "docs/aws-permissions.json" in words, words
    before.posing.rule = answer_all
    again = before.workshop(command)
    assert again.returncode == 0, said(again)


def test_each_operation_throttled_twice_goes_unnoticed(on_aws: Learner) -> None:
    """Control calls are sent again; AWS throttles what a class does at once."""
    for command in ASKED:
        on_aws.posing.rule = each_first(2, Fate.THROTTLED)
        done = on_aws.workshop(command)
        assert done.returncode == 0, said(done)
    assert on_aws.count_ours() == 0


def test_each_answer_lost_once_is_recovered_from(on_aws: Learner) -> None:
    """What was done without an answer is found done, by the same run or by one of the next."""
    for command in ASKED:
        on_aws.posing.rule = each_first(1, Fate.LOST)
        runs = [on_aws.workshop(command)]
        while runs[-1].returncode and len(runs) < MOST_RUNS:
            runs.append(on_aws.workshop(command))
        assert runs[-1].returncode == 0, "\n\n".join(map(said, runs))
        if command == PREPARE:
            on_aws.posing.rule = answer_all
            assert "ok 7" in on_aws.run("-c", WRITE_AND_READ).stdout
    assert on_aws.count_ours() == 0


def test_what_is_throttled_for_long_says_to_wait(on_aws: Learner) -> None:
    """After a few attempts it ends in words, and the next run goes on."""
    on_aws.posing.rule = throttle("dynamodb:CreateTable")
    refused = on_aws.workshop(PREPARE)
    assert refused.returncode == 1
    assert "in a minute" in said(refused)
    on_aws.posing.rule = answer_all
    again = on_aws.workshop(PREPARE)
    assert again.returncode == 0, said(again)
