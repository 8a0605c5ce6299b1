"""MiniStack as it is, in a process of its own, to compare the local cloud with."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config

START = """
from pathlib import Path
import sys
from helpers.localcloud.ministack.environment import configure
port, data = int(sys.argv[1]), Path(sys.argv[2])
configure(port, data)
import uvicorn
from ministack import app
uvicorn.run(app.app, host="127.0.0.1", port=port, log_level="warning", lifespan="on")
"""


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A DynamoDB client of MiniStack without anything of ours before it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = tmp_path_factory.mktemp("bare")
    process = subprocess.Popen(
        [sys.executable, "-c", START, str(port), str(data)],
        cwd=Path(__file__).parents[2], env=dict(os.environ), start_new_session=True,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while True:
        try:
            requests.get(url, timeout=2)
            break
        except requests.ConnectionError:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
    client = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test").client(
        "dynamodb", region_name="us-east-1", endpoint_url=url,
        config=Config(retries={"total_max_attempts": 1}),
    )  # fmt: skip
    yield client
    client.close()
    process.terminate()
    process.wait(20)
