"""Delete one thing, whatever its kind; what is gone already counts as deleted."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from helpers.ownership import Thing, anywhere
from helpers.targets import Target

_GONE = (
    "NotFoundException", "ResourceNotFoundException", "NoSuchEntity", "NoSuchEntityException",
    "NoSuchBucket",
)  # fmt: skip
# AWS deletes one REST API in half a minute, and says so to whoever asks for more.
_BUSY = ("TooManyRequestsException", "ThrottlingException", "ConflictException")
_TRIES = 12
_PAUSE_S = 10.0


def remove(target: Target, thing: Thing) -> None:
    """Delete an API, a function, a role, a log group, an alarm, or a bucket with all that is in it.

    Raises:
        ClientError: AWS refused.
    """
    client = target.client(_SERVICES[thing.kind], thing.region or anywhere(target))
    for left in reversed(range(_TRIES)):
        try:
            _DELETE[thing.kind](client, thing.name)
        except ClientError as refused:
            code = refused.response["Error"]["Code"]
            if code in _GONE:
                return
            if code not in _BUSY or not left:
                raise
            time.sleep(_PAUSE_S)
        else:
            return


def _delete_role(client: Any, name: str) -> None:
    """Empty a role before it goes: IAM deletes no role that still has a policy."""
    for policy in client.list_role_policies(RoleName=name)["PolicyNames"]:
        client.delete_role_policy(RoleName=name, PolicyName=policy)
    for policy in client.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        client.detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
    client.delete_role(RoleName=name)


def _delete_bucket(client: Any, name: str) -> None:
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=name):
        keys = [{"Key": item["Key"]} for item in page.get("Contents", [])]
        if keys:
            client.delete_objects(Bucket=name, Delete={"Objects": keys})
    client.delete_bucket(Bucket=name)


_SERVICES = {
    "API": "apigateway", "function": "lambda", "role": "iam", "log group": "logs", "bucket": "s3",
    "alarm": "cloudwatch",
}  # fmt: skip
_DELETE: dict[str, Callable[[Any, str], Any]] = {
    "API": lambda client, name: client.delete_rest_api(restApiId=name),
    "function": lambda client, name: client.delete_function(FunctionName=name),
    "role": _delete_role,
    "log group": lambda client, name: client.delete_log_group(logGroupName=name),
    "bucket": _delete_bucket,
    "alarm": lambda client, name: client.delete_alarms(AlarmNames=[name]),
}
