"""What the door costs, what the API costs, and what one request costs all others.

What is compared is asked in turns, on this machine and at the same time, so what else it does falls
on both. Writes docs/benchmarks.md: the ratios are what to compare, not the milliseconds.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import requests

from helpers import deploy, tables
from helpers.lifecycle import prepare as prepare_workshop
from helpers.localcloud.process import daemon
from helpers.settings import PROJECT_DIR, Settings
from helpers.targets import LocalTarget
from tests.conformance.conftest import START
from tools import beside

_REGION, _TABLE = "us-west-2", "bench"
_KEY = {"id": {"S": "one"}}
_CALLS: dict[str, Callable[[Any], object]] = {
    "GetItem": lambda client: client.get_item(TableName=_TABLE, Key=_KEY),
    "PutItem": lambda client: client.put_item(TableName=_TABLE, Item=_KEY),
    "Query": lambda client: client.query(
        TableName=_TABLE, KeyConditionExpression="id = :i",
        ExpressionAttributeValues={":i": {"S": "one"}},
    ),
}  # fmt: skip
_LIMIT = 1.15
_API_LIMIT = 2.2
_API = "get through the API"


@contextmanager
def ministack_alone(work: Path) -> Iterator[Any]:
    """Start MiniStack with nothing of ours before it; yields a client."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", START, str(port), str(work)]
    process = subprocess.Popen(command, cwd=PROJECT_DIR, start_new_session=True)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                requests.get(url, timeout=2)
                break
            except requests.ConnectionError:
                time.sleep(0.1)
        session = boto3.Session(aws_access_key_id="unused", aws_secret_access_key="unused")  # noqa: S106
        yield session.client("dynamodb", region_name=_REGION, endpoint_url=url)
    finally:
        process.terminate()
        process.wait(30)


def compare(clients: dict[str, Any], call: Callable[[Any], object], rounds: int) -> np.ndarray:
    """Make the same call of each client in turns; returns rows of s, a column a client."""
    took_s = np.zeros((rounds, len(clients)))
    for row in range(-rounds // 10, rounds):
        for column, client in enumerate(clients.values()):
            began = time.perf_counter()
            call(client)
            if row >= 0:
                took_s[row, column] = time.perf_counter() - began
    return took_s


def main() -> int:
    """Compare, write docs/benchmarks.md, and fail where the door costs more than it may."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3000, help="calls of each kind (3000)")
    parser.add_argument("--items", type=int, default=20_000, help="in the large table (20000)")
    options = parser.parse_args()
    rounds = options.rounds
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        work = Path(folder)
        shutil.copytree(PROJECT_DIR / "backend", work / "backend")
        cloud = daemon.start(work / "state", lag="fixed:300")
        try:
            settings = Settings(state_dir=work / "state", backend=work / "backend")
            ours = LocalTarget(cloud, settings)
            with ministack_alone(work) as alone:
                clients = {"alone": alone, "ours": ours.client("dynamodb", _REGION)}
                for client in clients.values():
                    prepare(client)
                rows = {name: compare(clients, call, rounds) for name, call in _CALLS.items()}
            rows[_API] = compare(through_api(ours), lambda call: call(), rounds)
        finally:
            daemon.stop(cloud)
    others = beside.run(options.items)
    lines = {name: row(name, took_s) for name, took_s in rows.items()}
    report(lines, others, rounds)
    print("\n".join([*lines.values(), *others.rows()]))
    least_s, most_s = np.median(rows["GetItem"], axis=0)
    direct_s, api_s = np.median(rows[_API], axis=0)
    held = most_s <= _LIMIT * least_s and api_s <= _API_LIMIT * direct_s
    return 0 if held and others.holds() else 1


def through_api(target: LocalTarget) -> dict[str, Callable[[], object]]:
    """Deploy the API; returns a GetItem through boto3, and the API's own get of the same item."""
    prepare_workshop(target, [_REGION], progress=lambda _line: None)
    api = deploy.apis(target, [_REGION])[0]
    client, key = target.client("dynamodb", _REGION), {"PK": {"S": "bench"}, "SK": {"S": "one"}}
    client.put_item(TableName=tables.TABLE, Item={**key, "Bookmark": {"N": "1"}})

    def get() -> None:
        if api.get("bench", "one").bookmark != 1:
            raise RuntimeError("The API does not have what was written.")

    return {"boto3": lambda: client.get_item(TableName=tables.TABLE, Key=key), "api": get}


def prepare(client: Any) -> None:
    """Make the table and the item that is asked for."""
    client.create_table(
        TableName=_TABLE, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )  # fmt: skip
    client.get_waiter("table_exists").wait(TableName=_TABLE, WaiterConfig={"Delay": 1})
    client.put_item(TableName=_TABLE, Item=_KEY)


def row(name: str, took_s: np.ndarray) -> str:
    """Format a line of the table: medians in ms, and their ratio with an interval."""
    alone_ms, ours_ms = np.median(took_s, axis=0) * 1000
    # Resampled in blocks of a hundred turns: what disturbs one call disturbs its neighbours.
    rng = np.random.default_rng(0)
    blocks = np.array_split(took_s, max(1, len(took_s) // 100))
    ratios = []
    for _ in range(400):
        drawn = np.concatenate([blocks[i] for i in rng.integers(len(blocks), size=len(blocks))])
        alone_s, ours_s = np.median(drawn, axis=0)
        ratios.append(ours_s / alone_s)
    low, high = np.percentile(ratios, [2.5, 97.5])
    ratio = f"{ours_ms / alone_ms:.2f} ({low:.2f} to {high:.2f})"
    return f"| {name} | {alone_ms:.2f} | {ours_ms:.2f} | {ratio} |"


def report(lines: dict[str, str], others: beside.Beside, rounds: int) -> None:
    """Write docs/benchmarks.md."""
    door = "\n".join(line for name, line in lines.items() if name != _API)
    rows = "\n".join(others.rows())
    text = f"""# Benchmarks

Written by `make bench`, with Python {platform.python_version()} on {platform.system()},
{os.cpu_count()} cores, load {os.getloadavg()[0]:.0f} at the end. What is compared is asked in
turns, {rounds} calls of each kind. On a busy machine waiting is part of both medians and draws the
ratio to 1. The ratio is of the medians, with a 95 % interval (block bootstrap).

## What the door costs

Calls through boto3, to MiniStack alone and to the local cloud, both running at once. GetItem may
cost at most {_LIMIT} times MiniStack alone.

| call | alone, median ms | local cloud, median ms | ratio |
|---|---|---|---|
{door}

## What the API costs

A GetItem through boto3, and the same item through the deployed API: API Gateway, a warm function,
its own GetItem, and back. It may take at most {_API_LIMIT} times as long.

| call | boto3, median ms | API, median ms | ratio |
|---|---|---|---|
{lines[_API]}

## What one request costs all others

Another process reads one item in another Region, again and again; these are its reads while a
request is served, as multiples of the median while none was.
The slowest may take {beside.LIMIT:.0f} times that. The last row says what the machine does by
itself.

| request | it took, s | reads beside it | their median | the slowest |
|---|---|---|---|---|
{rows}
"""
    (PROJECT_DIR / "docs" / "benchmarks.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
