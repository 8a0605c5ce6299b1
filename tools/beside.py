"""What one request costs everybody else: GetItem in another Region, while it is served.

The reads are made by a process of its own, one after the other, for the whole run. Their median
while nothing else is asked is compared with the slowest of those made beside each request.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import multiprocessing
import os
import random
import statistics
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from helpers.localcloud.process import daemon
from helpers.settings import Settings
from helpers.targets import LocalTarget
from helpers.targets.environment import local_session

HOME, NEW, ELSEWHERE = "us-west-2", "us-east-2", "eu-west-1"
LIMIT = 10.0
_KEY = {"id": {"S": "one"}}
_LARGE, _READ = "large", "read"
_FUNCTION = "beside"
_HANDLER = (
    "import time\ndef handler(event, context):\n    time.sleep(0.2)\n    return 'x' * 100_000\n"
)
_IDLE_S = 3.0
_MB = 1_000_000


@dataclass
class Beside:
    """What was seen: how long each read took while nothing else, or one request, was served.

    Attributes:
        idle_ms: the reads beside nothing.
        by_request_ms: the reads beside each request, by its name.
        took_s: how long each request took.
    """

    idle_ms: list[float] = field(default_factory=list)
    by_request_ms: dict[str, list[float]] = field(default_factory=dict)
    took_s: dict[str, float] = field(default_factory=dict)

    def ratio(self, name: str) -> float:
        """Return how many times the idle median the slowest read beside a request took."""
        return max(self.by_request_ms[name]) / statistics.median(self.idle_ms)

    def holds(self) -> bool:
        """Return whether no request held the others up for longer than it may."""
        return all(self.ratio(name) <= LIMIT for name in self.by_request_ms)

    def idle_ms_median(self) -> float:
        """Return how long a read takes beside nothing."""
        return statistics.median(self.idle_ms)

    def rows(self) -> Iterator[str]:
        """Format the lines of the table in docs/benchmarks.md."""
        idle_ms = statistics.median(self.idle_ms)
        for name, reads_ms in self.by_request_ms.items():
            middle = statistics.median(reads_ms) / idle_ms
            yield (
                f"| {name} | {self.took_s[name]:.2f} | {len(reads_ms)} | {middle:.1f} | "
                f"{self.ratio(name):.1f} |"
            )
        slowest = max(self.idle_ms) / idle_ms
        yield f"| nothing | {_IDLE_S:.2f} | {len(self.idle_ms)} | 1.0 | {slowest:.1f} |"


def read_on(settings: Settings, done: Connection) -> None:
    """Read until told to stop, then send when each read began and ended, in s."""
    cloud = daemon.find(settings.state_dir)
    if cloud is None:
        raise SystemExit("The cloud is gone.")
    client = LocalTarget(cloud, settings).client("dynamodb", ELSEWHERE)
    reads: list[tuple[float, float]] = []
    client.get_item(TableName=_READ, Key=_KEY)
    done.send("ready")
    while not done.poll():
        began = time.monotonic()
        client.get_item(TableName=_READ, Key=_KEY)
        reads.append((began, time.monotonic()))
        time.sleep(0.001)
    done.send(reads)


def measure(target: LocalTarget, settings: Settings, items: int) -> Beside:
    """Make each request once while another process reads in another Region."""
    prepare(target, items)
    here, there = multiprocessing.get_context("spawn").Pipe()
    reader = multiprocessing.get_context("spawn").Process(
        target=read_on, args=(settings, there), daemon=True
    )
    reader.start()
    if here.recv() != "ready":
        raise RuntimeError("The reader did not begin.")
    spans = [("", time.monotonic(), time.monotonic() + _IDLE_S)]
    time.sleep(_IDLE_S)
    for name, ask in requests_of(target, items).items():
        began = time.monotonic()
        ask()
        spans.append((name, began, time.monotonic()))
        time.sleep(0.3)
    here.send("stop")
    reads = here.recv()
    reader.join(30)
    seen = Beside()
    for name, began, ended in spans:
        beside_ms = [1000 * (b - a) for a, b in reads if a < ended and b > began]
        if name:
            seen.by_request_ms[name] = beside_ms
            seen.took_s[name] = ended - began
        else:
            seen.idle_ms = beside_ms
    return seen


def prepare(target: LocalTarget, items: int) -> None:
    """Make the tables, the items, and the function that are asked for."""
    for table, region in ((_LARGE, HOME), (_READ, ELSEWHERE)):
        client = target.client("dynamodb", region)
        client.create_table(
            TableName=table, BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        )  # fmt: skip
        client.get_waiter("table_exists").wait(TableName=table, WaiterConfig={"Delay": 0.1})
    client.put_item(TableName=_READ, Item=_KEY)
    fill(target, items)
    code = zipped({"app.py": _HANDLER.encode()})
    aws_lambda = target.client("lambda", HOME)
    aws_lambda.create_function(
        FunctionName=_FUNCTION, Runtime="python3.12", Handler="app.handler", Timeout=30,
        Role="arn:aws:iam::123456789012:role/none", Code={"ZipFile": code},
    )  # fmt: skip
    aws_lambda.get_waiter("function_active_v2").wait(FunctionName=_FUNCTION)


def fill(target: LocalTarget, items: int) -> None:
    """Put so many small items into the large table."""
    client = target.client("dynamodb", HOME)
    for first in range(0, items, 25):
        puts = [{"PutRequest": {"Item": item(n)}} for n in range(first, min(first + 25, items))]
        client.batch_write_item(RequestItems={_LARGE: puts})


def item(number: int, padding: int = 40) -> dict[str, Any]:
    """Make an item of a list, a map and some text."""
    return {
        "id": {"S": f"{number:06}"}, "Title": {"S": "t" * padding}, "Bookmark": {"N": f"{number}"},
        "Tags": {"L": [{"S": "one"}, {"S": "two"}]}, "Of": {"M": {"viewer": {"S": "v"}}},
    }  # fmt: skip


def zipped(files: dict[str, bytes]) -> bytes:
    """Pack files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def requests_of(target: LocalTarget, items: int) -> dict[str, Callable[[], object]]:
    """Name the requests, each with what makes it."""
    client, functions = target.client("dynamodb", HOME), target.client("lambda", HOME)
    noise = random.Random(0).randbytes(8_000_000)  # noqa: S311 - no secret
    large = zipped({"app.py": _HANDLER.encode(), "data.bin": noise})
    ids = [{"id": {"S": f"{n:06}"}} for n in range(100)]
    last = {"id": {"S": f"{items * 3 // 4:06}"}}
    puts = [{"PutRequest": {"Item": item(n, 100_000)}} for n in range(25)]
    return {
        "gzip of 10 MB in 60 KB": lambda: post_gzip(target, b"[" + b" " * 10_000_000 + b"]"),
        "gzip of a batch of 2.5 MB": lambda: post_gzip(
            target, json.dumps({"RequestItems": {_LARGE: puts}}).encode()
        ),
        "zip of 1 MB": lambda: functions.update_function_code(
            FunctionName=_FUNCTION, ZipFile=zipped({"app.py": _HANDLER.encode(), "d": noise[:_MB]})
        ),
        "zip of 8 MB": lambda: functions.update_function_code(
            FunctionName=_FUNCTION, ZipFile=large
        ),
        "Lambda, cold": lambda: functions.invoke(FunctionName=_FUNCTION),
        "Lambda, warm": lambda: functions.invoke(FunctionName=_FUNCTION),
        "BatchWriteItem of 25 items": lambda: client.batch_write_item(
            RequestItems={_LARGE: [{"PutRequest": {"Item": item(n)}} for n in range(25)]}
        ),
        "BatchGetItem of 100 items": lambda: client.batch_get_item(
            RequestItems={_LARGE: {"Keys": ids}}
        ),
        "TransactWriteItems of 100 items": lambda: client.transact_write_items(
            TransactItems=[{"Put": {"TableName": _LARGE, "Item": item(n)}} for n in range(100)]
        ),
        "Scan, the first page": lambda: client.scan(TableName=_LARGE),
        "Scan, a later page": lambda: client.scan(TableName=_LARGE, ExclusiveStartKey=last),
        "Scan of a segment": lambda: client.scan(TableName=_LARGE, Segment=1, TotalSegments=4),
        f"a replica of {items:,} items": lambda: add_replica(client),
        "its removal": lambda: remove_replica(client),
    }


def post_gzip(target: LocalTarget, body: bytes) -> None:
    """Send a packed BatchWriteItem; whether it is taken is not the question."""
    headers = {
        "X-Amz-Target": "DynamoDB_20120810.BatchWriteItem",
        "Content-Type": "application/x-amz-json-1.0", "Content-Encoding": "gzip",
    }  # fmt: skip
    packed = gzip.compress(body)
    url = target.cloud.endpoint
    request = AWSRequest("POST", url, data=packed, headers=headers)
    credentials = local_session(target.cloud).get_credentials()
    SigV4Auth(credentials, "dynamodb", HOME).add_auth(request)
    requests.post(url, packed, headers=dict(request.headers), timeout=60)


def add_replica(client: Any) -> None:
    """Add a replica, and wait until it is active."""
    client.update_table(TableName=_LARGE, ReplicaUpdates=[{"Create": {"RegionName": NEW}}])
    while True:
        replicas = client.describe_table(TableName=_LARGE)["Table"].get("Replicas") or [{}]
        if replicas[0].get("ReplicaStatus") == "ACTIVE":
            return
        time.sleep(0.05)


def remove_replica(client: Any) -> None:
    """Remove the replica, and wait until it is not listed any more."""
    client.update_table(TableName=_LARGE, ReplicaUpdates=[{"Delete": {"RegionName": NEW}}])
    while client.describe_table(TableName=_LARGE)["Table"].get("Replicas"):
        time.sleep(0.05)


def run(items: int) -> Beside:
    """Measure on a cloud of its own."""
    with tempfile.TemporaryDirectory(prefix="beside-") as folder:
        settings = Settings(state_dir=Path(folder) / "state", timescale=0.01)
        cloud = daemon.start(settings.state_dir, lag="fixed:300", timescale=settings.timescale)
        try:
            return measure(LocalTarget(cloud, settings), settings, items)
        finally:
            daemon.stop(cloud)


def main() -> int:
    """Measure, print, and fail where one request holds the others up."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--items", type=int, default=20_000, help="in the large table (20000)")
    seen = run(parser.parse_args().items)
    print(f"idle median {seen.idle_ms_median():.2f} ms, load {os.getloadavg()[0]:.1f}")
    print("\n".join(seen.rows()))
    return 0 if seen.holds() else 1


if __name__ == "__main__":
    sys.exit(main())
