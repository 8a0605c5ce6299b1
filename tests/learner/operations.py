"""Which operation of AWS a request is, by botocore's own service models, and what IAM calls it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import parse_qs, urlsplit

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel
from botocore.validate import ParamValidator

# botocore's name of a service, by the first part of its host that names one.
_SERVICES = {"dynamodb": "dynamodb", "lambda": "lambda", "apigateway": "apigateway", "iam": "iam",
             "sts": "sts", "s3": "s3", "logs": "logs", "monitoring": "cloudwatch"}  # fmt: skip
_API_HOST = re.compile(r"([a-z0-9]+)\.execute-api\.([a-z0-9-]+)\.amazonaws\.com")
_BUCKET_HOST = re.compile(r"([a-z0-9.-]+)\.s3\.([a-z0-9-]+)\.amazonaws\.com")
_TAGGING = {"dynamodb": "dynamodb:TagResource", "iam": "iam:TagRole", "lambda": "lambda:TagResource",
            "s3": "s3:TagResource", "logs": "logs:TagResource"}  # fmt: skip
# Developer guide, global tables: what changing replicas needs beyond UpdateTable.
_REPLICA = {
    b'"ReplicaUpdates": [{"Create"': "dynamodb:CreateTableReplica",
    b'"ReplicaUpdates": [{"Delete"': "dynamodb:DeleteTableReplica",
}
# Asked of other hosts than these, s3express-control and its like.
_ELSEWHERE = {"ListDirectoryBuckets"}
_TOLD = ("querystring", "header")
# Where IAM has another name for what an operation needs.
_ACTIONS = {
    # A transaction needs what its parts need; ours put.
    "dynamodb:TransactWriteItems": "dynamodb:PutItem",
    "lambda:Invoke": "lambda:InvokeFunction",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:DeletePublicAccessBlock": "s3:PutBucketPublicAccessBlock",
}


@dataclass(frozen=True)
class Request:
    """One request as it came: `host` in lower case, `path` with its query."""

    host: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@cache
def model(service: str) -> ServiceModel:
    """Return botocore's model of a service."""
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def name(request: Request) -> str:
    """Name what is asked for, as `dynamodb:GetItem`; a deployed API is `execute-api:Invoke`.

    Raises:
        LookupError: no model has such an operation.
    """
    if _API_HOST.fullmatch(request.host):
        return "execute-api:Invoke"
    if match := _BUCKET_HOST.fullmatch(request.host):
        return f"s3:{_by_path('s3', request, f'/{match[1]}{request.path}')}"
    # A table's ARN in a request has botocore call the account's own host of DynamoDB.
    host = re.sub(r"^\d{12}\.ddb\.", "dynamodb.", request.host)
    service = _SERVICES.get(host.partition(".")[0])
    if service is None:
        raise LookupError(f"No service that the workshop uses: {request.host}")
    found = _by_name(request) or _by_path(service, request, request.path)
    if found not in model(service).operation_names:
        raise LookupError(f"botocore's {service} has no {found}.")
    return f"{service}:{found}"


def faults(request: Request) -> str:
    """Check what is sent as JSON against the operation's model; "" if it is as it should be."""
    service, _, operation = name(request).partition(":")
    if service not in ("dynamodb", "logs") or not request.body:
        return ""
    shape = model(service).operation_model(operation).input_shape
    report = ParamValidator().validate(json.loads(request.body), shape)
    return str(report.generate_report()) if report.has_errors() else ""


def actions(request: Request) -> set[str]:
    """Name the IAM actions that a request needs."""
    named = name(request)
    service = named.partition(":")[0]
    if service == "apigateway":
        return {f"apigateway:{request.method}"}
    if named in ("sts:GetCallerIdentity", "execute-api:Invoke"):
        return set()
    # Who makes something with tags must be allowed to tag; Lambda is handed a role.
    tagging = ":Create" in named and re.search(rb'"Tags"|<Tag>|Tags\.member', request.body)
    found = {_ACTIONS.get(named, named)} | ({_TAGGING[service]} if tagging else set())
    found |= {"iam:PassRole"} if named == "lambda:CreateFunction" else set()
    return found | {action for part, action in _REPLICA.items() if part in request.body}


def _by_name(request: Request) -> str:
    if target := request.headers.get("X-Amz-Target"):
        return target.rpartition(".")[2]
    if match := re.fullmatch(r"/service/\w+/operation/(\w+)", request.path):
        return match[1]
    form = parse_qs(request.body.decode("latin-1")) if request.method == "POST" else {}
    return form.get("Action", [""])[0]


def _by_path(service: str, request: Request, path: str) -> str:
    parts = urlsplit(path)
    given = parse_qs(parts.query, keep_blank_values=True)
    headers = {key.lower() for key in request.headers}
    best: tuple[tuple[int, int], str] = ((-1, -1), "")
    for operation in set(model(service).operation_names) - _ELSEWHERE:
        found = model(service).operation_model(operation)
        wanted, _, query = found.http["requestUri"].partition("?")
        fixed = parse_qs(query, keep_blank_values=True)
        pattern = re.sub(r"\\\{\w+\\\+\\\}", ".+", re.escape(wanted))
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", pattern)
        asked = _required(found)
        if (
            found.http["method"] == request.method
            and re.fullmatch(pattern, parts.path.rstrip("/") or "/")
            and all(key in given and value in ([""], given[key]) for key, value in fixed.items())
            and asked <= {*given, *headers}
        ):
            # More that is fixed is more exact: "/{Bucket}?website" before "/{Bucket}".
            rank = (len(fixed) + len(asked), len(re.sub(r"\{[^}]*\}", "", wanted)))
            best = max(best, (rank, operation))
    if not best[1]:
        raise LookupError(f"botocore's {service} has nothing at {request.method} {path}.")
    return best[1]


def _required(operation: OperationModel) -> set[str]:
    """Name what a request must carry in its query and its headers."""
    shape = operation.input_shape
    members = [shape.members[name] for name in shape.required_members] if shape else []
    told = [m.serialization for m in members if m.serialization.get("location") in _TOLD]
    return {t["name"].lower() if t["location"] == "header" else t["name"] for t in told}
