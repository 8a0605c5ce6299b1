"""Nothing grows without end: streams, metrics, and the cloud as a whole."""

from __future__ import annotations

import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from ministack.core import responses
from ministack.services import cloudwatch

from helpers import tables
from helpers.lifecycle import prepare
from helpers.localcloud.ministack import streams
from helpers.localcloud.ministack.metrics import Metrics
from helpers.localcloud.ministack.streams import Streams
from helpers.localcloud.process import daemon
from helpers.settings import Settings
from helpers.targets import LocalTarget
from tests.conftest import AWAY, HOME
from tests.localcloud.soak import REGIONS, soak

PLACE = ("123456789012", HOME, "t")


def record(text: str, made_s: float) -> dict:
    """Format a record of a stream, as far as its size and its age go."""
    image = {"PK": {"S": text}}
    return {"dynamodb": {"NewImage": image, "ApproximateCreationDateTime": made_s, "SizeBytes": 0}}


def trim(table_name: str, *, account_id=None, region=None) -> None:
    """What Streams takes the place of."""


def test_a_stream_drops_its_oldest_by_bytes_and_by_age(monkeypatch: pytest.MonkeyPatch) -> None:
    """Positions count on, as for a reader whose records have expired; the newest always stays."""
    kept, trimmed = (responses.AccountRegionScopedDict() for _ in range(2))
    module = SimpleNamespace(
        _stream_records=kept, _stream_trimmed=trimmed, __name__="dynamodb",
        _trim_stream_records=trim,
        _sweep_closed_streams=lambda: None,
    )  # fmt: skip
    monkeypatch.setattr(streams, "MOST_BYTES", 50_000)
    bounded = Streams(module, responses)
    records: list[dict] = []
    kept.set_scoped(*PLACE, records)
    for number in range(200):
        records.append(record(f"{number}", time.time()))
        bounded.trim("t", account_id=PLACE[0], region=HOME)
        assert trimmed.get_scoped(*PLACE, 0) + len(records) == number + 1
        assert len(records) <= 25
    assert len(records) >= 20
    records.append(record("x" * 60_000, time.time()))
    bounded.trim("t", account_id=PLACE[0], region=HOME)
    assert [r["dynamodb"]["SizeBytes"] > 60_000 for r in records] == [True]
    records[:] = [record("old", time.time() - 90_000), record("new", time.time())]
    kept.set_scoped(*PLACE, fresh := list(records))
    bounded.trim("t", account_id=PLACE[0], region=HOME)
    assert [r["dynamodb"]["NewImage"]["PK"]["S"] for r in fresh] == ["new"]


def test_old_statistic_sets_are_merged_by_the_minute_and_say_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Count, sum, least and most of a minute stay; single values are left for percentiles."""
    metrics = responses.AccountRegionScopedDict()
    monkeypatch.setattr(cloudwatch, "_metrics", metrics)
    monkeypatch.setattr(cloudwatch, "_evict_old_metrics", lambda: None)
    now_s = 1_800_000_000.0
    points = [
        {"Timestamp": now_s - 3600 + n, "Value": n, "Unit": "Milliseconds", "Dimensions": {},
         "_stat": {"SampleCount": 2, "Sum": 2 * n, "Minimum": n - 1, "Maximum": n + 1}}
        for n in range(3600)
    ]  # fmt: skip
    single = {"Timestamp": now_s - 2000, "Value": 7.0, "Unit": "None", "Dimensions": {}}
    gone = {**single, "Timestamp": now_s - 16 * 86_400}
    metrics.set_scoped(*PLACE, [gone, *points, single])
    before = cloudwatch._calc_stats(points)
    Metrics().sweep(now_s)
    kept = metrics.get_scoped(*PLACE)
    assert len(kept) < 950
    assert single in kept
    assert gone not in kept
    assert cloudwatch._calc_stats([p for p in kept if "_stat" in p]) == before


@pytest.fixture
def counted(global_table: LocalTarget) -> Iterator[LocalTarget]:
    """The table in two Regions; cleared of what the test has written."""
    yield global_table
    for number in range(20):
        key = {"PK": {"S": "counted"}, "SK": {"S": str(number)}}
        global_table.client("dynamodb", HOME).delete_item(TableName=tables.TABLE, Key=key)


def test_arrivals_reach_cloudwatch_as_statistic_sets(counted: LocalTarget) -> None:
    """Each arrival is counted once, in a datapoint that holds many."""
    watch = counted.client("cloudwatch", HOME)
    asked = {
        "Namespace": "AWS/DynamoDB", "MetricName": "ReplicationLatency", "Period": 60,
        "Dimensions": [
            {"Name": "TableName", "Value": tables.TABLE},
            {"Name": "ReceivingRegion", "Value": AWAY},
        ],
        "Statistics": ["SampleCount", "Minimum", "Maximum", "Average"],
    }  # fmt: skip

    def points() -> list[dict]:
        now_s = time.time()
        return watch.get_metric_statistics(**asked, StartTime=now_s - 3600, EndTime=now_s + 60)[
            "Datapoints"
        ]

    before = sum(point["SampleCount"] for point in points())
    for number in range(20):
        item = {"PK": {"S": "counted"}, "SK": {"S": str(number)}}
        counted.client("dynamodb", HOME).put_item(TableName=tables.TABLE, Item=item)
    deadline = time.monotonic() + 30
    while sum(point["SampleCount"] for point in points()) < before + 20:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    for point in points():
        assert point["Minimum"] <= point["Average"] <= point["Maximum"]


@pytest.mark.learner
def test_two_minutes_of_writes_leave_memory_flat_and_reads_quick(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """180 writes a second into three Regions; `make soak` does it for ten minutes."""
    settings = Settings(state_dir=tmp_path_factory.mktemp("soak"), timescale=0.01)
    cloud = daemon.start(settings.state_dir, timescale=settings.timescale)
    try:
        target = LocalTarget(cloud, settings)
        prepare(target, list(REGIONS), api=False, progress=lambda _line: None)
        seen = soak(target, 120, seed=0)
    finally:
        daemon.stop(cloud)
    print(seen)
    assert seen.growth() < 0.1, seen
    assert seen.threads[1] <= seen.threads[0] + 2, seen
    assert seen.files[1] <= seen.files[0] + 5, seen
