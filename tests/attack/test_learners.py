"""A class on one cloud: a key each, an account each, and what that keeps apart."""

from __future__ import annotations

import io
import json
import re
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from helpers.localcloud.process import daemon
from helpers.settings import PROJECT_DIR
from helpers.targets import LocalTarget
from tests.conftest import HOME

_CODE = """
import boto3, json, os
def handler(event, context):
    region = os.environ["AWS_REGION"]
    tables = boto3.client("dynamodb", region_name=region).list_tables()["TableNames"]
    return {"statusCode": 200, "headers": {}, "body": json.dumps(tables)}
"""


def session(cloud: daemon.RunningCloud, line: str) -> Any:
    """Make clients with what a learner's line sets."""
    key = line.partition("AWS_ACCESS_KEY_ID=")[2].partition(" ")[0]
    made = boto3.Session(aws_access_key_id=key, aws_secret_access_key="unused")
    return lambda service: made.client(service, region_name=HOME, endpoint_url=cloud.endpoint)


def deploy_api(client: Any) -> str:
    """Deploy an API of one function that lists its account's tables; returns its id."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("code.py", _CODE)
    made = client("lambda").create_function(
        FunctionName="who", Runtime="python3.12", Handler="code.handler", Timeout=20,
        Role="arn:aws:iam::000000000000:role/any", Code={"ZipFile": packed.getvalue()},
    )  # fmt: skip
    api = client("apigateway")
    api_id = str(api.create_rest_api(name="who")["id"])
    root = api.get_resources(restApiId=api_id)["items"][0]["id"]
    method = {"restApiId": api_id, "resourceId": root, "httpMethod": "GET"}
    api.put_method(**method, authorizationType="NONE")
    arn = f"arn:aws:apigateway:{HOME}:lambda:path/2015-03-31/functions/{made['FunctionArn']}"
    api.put_integration(
        **method, type="AWS_PROXY", integrationHttpMethod="POST", uri=f"{arn}/invocations"
    )
    api.create_deployment(restApiId=api_id, stageName="api")
    return api_id


def test_two_accounts_deploy_and_both_apis_answer(global_table: LocalTarget) -> None:
    """Each function acts in its own account, whoever calls; neither learner sees the other's."""
    cloud = global_table.cloud
    ada, ben = [session(cloud, line) for line in daemon.add_learners(cloud, ["ada", "ben"])]
    key = {"AttributeName": "id", "AttributeType": "S"}
    for client, table in ((ada, "of-ada"), (ben, "of-ben")):
        client("dynamodb").create_table(
            TableName=table, BillingMode="PAY_PER_REQUEST", AttributeDefinitions=[key],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        )  # fmt: skip
    seen = []
    for client in (ada, ben):
        url = f"{cloud.endpoint}/restapis/{deploy_api(client)}/api/_user_request_/"
        seen.append(requests.get(url, timeout=30).json())
    assert seen == [["of-ada"], ["of-ben"]]
    assert [f["FunctionName"] for f in ada("lambda").list_functions()["Functions"]] == ["who"]
    with pytest.raises(ClientError, match="ResourceNotFound"):
        ada("dynamodb").describe_table(TableName="of-ben")
    assert "of-ada" not in global_table.client("dynamodb", HOME).list_tables()["TableNames"]


def test_a_learner_keeps_their_key_and_steers_nothing(cloud: daemon.RunningCloud) -> None:
    """Named again, it is the same key; `/_cloud` is for who started the cloud."""
    first, again = [next(daemon.add_learners(cloud, ["cem"])) for _ in range(2)]
    assert first == again
    assert re.fullmatch(r"cem: export AWS_ENDPOINT_URL=\S+ AWS_ACCESS_KEY_ID=\S+ \S+", first)
    key = first.partition("AWS_ACCESS_KEY_ID=")[2].partition(" ")[0]
    url = f"{cloud.endpoint}/_cloud/status"
    assert requests.get(url, headers={"X-Workshop-Key": key}, timeout=5).status_code == 403
    with pytest.raises(ValueError, match="not a valid name"):
        list(daemon.add_learners(cloud, ["../x"]))


def test_no_key_and_no_token_is_in_what_is_kept_or_shown() -> None:
    """Neither in the sources and notebooks, nor in exports and the book where these were made."""
    secret = re.compile(rb"LOCAL[A-Z2-7]{26}\b|#token=[\w-]{43}")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT_DIR, capture_output=True, check=False
    ).stdout.split(b"\0")
    kept = [PROJECT_DIR / name.decode() for name in listed if name]
    made = [p for p in (PROJECT_DIR / "exports").rglob("*") if p.is_file()]
    for path in [*kept, *made]:
        if path.is_file():
            found = secret.search(path.read_bytes())
            assert found is None, f"{path}: {found}"
    assert secret.search(json.dumps({"a": "LOCAL" + "Q" * 26}).encode())
    assert Path(PROJECT_DIR / "helpers").is_dir()
