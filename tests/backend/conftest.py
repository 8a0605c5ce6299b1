"""The backend as Chalice runs it, with DynamoDB's answers scripted by botocore's Stubber."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from types import ModuleType

import boto3
import pytest
from botocore.stub import Stubber
from chalice.test import Client

from helpers.settings import PROJECT_DIR


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A fresh import of the app, as a new Lambda worker makes it."""
    monkeypatch.setenv("AWS_REGION", "us-east-2")
    monkeypatch.setenv("TABLE_NAME", "global-serverless")
    # Chalice sets this one for the whole process; only what monkeypatch has set is undone.
    monkeypatch.setenv("AWS_EXECUTION_ENV", "AWS_Lambda_python")
    monkeypatch.syspath_prepend(str(PROJECT_DIR / "backend"))
    before = set(sys.modules)
    yield importlib.import_module("app")
    for name in set(sys.modules) - before:
        if name == "app" or name.startswith("chalicelib"):
            del sys.modules[name]


@pytest.fixture
def dynamodb(backend: ModuleType) -> Iterator[Stubber]:
    """What DynamoDB will be asked, and what it answers."""
    client = boto3.client(
        "dynamodb", region_name="us-east-2", aws_access_key_id="test", aws_secret_access_key="test"
    )
    backend.bookmarks._client = client
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def client(backend: ModuleType) -> Iterator[Client]:
    """Chalice's own test client."""
    with Client(backend.app) as test_client:
        yield test_client
