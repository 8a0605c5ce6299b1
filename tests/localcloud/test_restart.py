"""What is kept over a restart: everything that was answered, also when the process is killed."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from helpers import deploy, tables
from helpers.lifecycle import prepare, teardown
from helpers.localcloud.process import daemon
from helpers.settings import PROJECT_DIR, Settings
from helpers.targets import LocalTarget
from tests.conftest import AWAY, HOME
from tests.localcloud.test_control_plane import wait

T = tables.TABLE


class Kept:
    """A local cloud that keeps its state, and can be killed and started again."""

    def __init__(self, work: Path) -> None:
        backend = work / "backend"
        shutil.copytree(PROJECT_DIR / "backend", backend, ignore=shutil.ignore_patterns("deploy*"))
        self.settings = Settings(state_dir=work / "state", backend=backend, keep=True)
        self.start()

    def start(self, **changed: object) -> None:
        arguments = {"lag": "fixed:200", "timescale": 0.01, "keep": True, **changed}
        cloud = daemon.start(self.settings.state_dir, **arguments)  # type: ignore[arg-type]
        self.target = LocalTarget(cloud, self.settings)

    def client(self, region: str = HOME):
        return self.target.client("dynamodb", region)

    def kill(self) -> None:
        pid = self.target.cloud.get("status")["pid"]
        os.kill(pid, signal.SIGKILL)
        for client in self.target._clients._made.values():
            client.close()
        for child in [c for c in daemon._children if c.pid == pid]:
            child.wait(10)
            daemon._children.remove(child)

    def bookmark(self, region: str, show: str) -> int | None:
        key = {"PK": {"S": "kept"}, "SK": {"S": show}}
        found = self.client(region).get_item(TableName=T, Key=key, ConsistentRead=True)
        return int(found["Item"]["Bookmark"]["N"]) if "Item" in found else None

    def put(self, region: str, show: str, bookmark: int) -> None:
        item = {"PK": {"S": "kept"}, "SK": {"S": show}, "Bookmark": {"N": str(bookmark)}}
        self.client(region).put_item(TableName=T, Item=item)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """A cloud of its own with the workshop's table in two Regions."""
    cloud = Kept(tmp_path_factory.mktemp("kept"))
    prepare(cloud.target, [HOME, AWAY], api=False, progress=lambda _line: None)
    yield cloud
    daemon.stop(cloud.target.cloud)


SHOWS = 7


def write_until_killed(kept: Kept, region: str, name: str, acknowledged: dict) -> None:
    """Write growing numbers to a few items, and note each that was acknowledged."""
    for number in range(1_000_000):
        show = f"{name}-{region}-{number % SHOWS}"
        try:
            kept.put(region, show, number)
        except (BotoCoreError, ClientError):
            return
        acknowledged[region, show] = number


def scans(kept: Kept) -> list[list[str]]:
    """Read the table of each Region, in one order."""
    return [
        sorted(
            json.dumps(item, sort_keys=True)
            for item in kept.client(region).scan(TableName=T, ConsistentRead=True)["Items"]
        )
        for region in (HOME, AWAY)
    ]


@pytest.mark.parametrize("round_number", range(3))
def test_a_kill_at_any_moment_loses_no_acknowledged_write(kept: Kept, round_number: int) -> None:
    """Writers in both Regions, a kill in their midst: what was acknowledged is there afterwards."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    acknowledged: dict[tuple[str, str], int] = {}
    writers = [
        threading.Thread(target=write_until_killed, args=(kept, r, f"{round_number}", acknowledged))
        for r in (HOME, AWAY)
    ]
    for writer in writers:
        writer.start()
    time.sleep(random.Random(seed).uniform(0.2, 0.6))
    kept.kill()
    for writer in writers:
        writer.join()
    assert len(acknowledged) >= SHOWS
    kept.start()
    # The last write of all may have been done and its answer never seen.
    for (region, show), number in acknowledged.items():
        assert kept.bookmark(region, show) in (number, number + SHOWS)
    wait(lambda: len({str(scan) for scan in scans(kept)}) == 1)
    for (_, show), number in acknowledged.items():
        assert kept.bookmark(HOME, show) in (number, number + SHOWS)


def test_what_is_in_flight_arrives_after_a_kill(kept: Kept) -> None:
    """Held back by a paused link, killed, started: still paused, and then it arrives."""
    kept.target.cloud.post(f"links/{HOME}/{AWAY}", {"state": "paused"})
    kept.put(HOME, "in-flight", 42)
    kept.kill()
    kept.start()
    links = kept.target.cloud.get("status")["links"]
    held = next(link for link in links if (link["from"], link["to"]) == (HOME, AWAY))
    assert (held["state"], held["in_flight"]) == ("paused", 1)
    assert kept.bookmark(AWAY, "in-flight") is None
    kept.target.cloud.post(f"links/{HOME}/{AWAY}", {"state": "running"})
    wait(lambda: kept.bookmark(AWAY, "in-flight") == 42)


def test_a_delete_is_not_undone_by_a_restart(kept: Kept) -> None:
    """The tombstone is kept: an older image that was held back does not bring the item back."""
    kept.target.cloud.post(f"links/{AWAY}/{HOME}", {"state": "paused"})
    kept.put(AWAY, "deleted", 1)
    wait(lambda: kept.bookmark(AWAY, "deleted") == 1)
    kept.put(HOME, "deleted", 2)
    key = {"PK": {"S": "kept"}, "SK": {"S": "deleted"}}
    kept.client(HOME).delete_item(TableName=T, Key=key)
    kept.kill()
    kept.start()
    kept.target.cloud.post(f"links/{AWAY}/{HOME}", {"state": "running"})
    wait(lambda: not any(link["in_flight"] for link in kept.target.cloud.get("status")["links"]))
    assert kept.bookmark(HOME, "deleted") is None
    assert kept.bookmark(AWAY, "deleted") is None


def test_a_replica_that_was_coming_comes_all_the_same(kept: Kept) -> None:
    """Killed while a third replica is CREATING: the next start finishes it."""
    kept.kill()
    kept.start(timescale=0.1)
    third = "eu-west-1"
    tables.replicate(kept.target, HOME, third)
    wait(lambda: tables.replicas(kept.target, HOME).get(third) == "CREATING")
    kept.kill()
    kept.start()
    wait(lambda: tables.replicas(kept.target, HOME).get(third) == "ACTIVE")
    assert kept.bookmark(third, "in-flight") == 42


def test_a_deployed_api_answers_after_a_kill_and_can_be_redeployed_and_deleted(kept: Kept) -> None:
    """Function, API, role and Chalice's records agree: nothing has to be made anew by hand."""
    api_before = deploy.deploy(kept.target, HOME, progress=lambda _line: None)
    kept.put(HOME, "film", 15)
    kept.kill()
    kept.start()
    (api,) = deploy.apis(kept.target, [HOME])
    with api:
        assert api.ping().outcome == "ok"
        answer = api.get("kept", "film")
    assert (answer.outcome, answer.bookmark) == ("ok", 15)
    again = deploy.deploy(kept.target, HOME, progress=lambda _line: None)
    assert again.url.partition(".")[0] == api_before.url.partition(".")[0]
    kept.kill()
    kept.start()
    teardown(kept.target, progress=lambda _line: None)
    assert kept.target.client("lambda", HOME).list_functions()["Functions"] == []


def test_a_folder_in_use_is_said_to_be(kept: Kept) -> None:
    """Two clouds cannot keep their state in one place."""
    with pytest.raises(daemon.CloudError, match="in use by another local cloud"):
        daemon.start(kept.settings.state_dir, 4999, keep=True)
