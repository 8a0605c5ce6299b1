"""A class on one machine: learners of one local cloud, each in an account of their own, at once.

`CLASS=30 pytest -m learner -s tests/learner/test_class.py` prints what docs/instructor.md reports.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import psutil
import pytest

from helpers.localcloud.process import daemon
from helpers.notebooks import own_cloud
from helpers.settings import PROJECT_DIR, Settings
from helpers.targets.class_of_learners import learners

SIZE = int(os.environ.get("CLASS", "30"))
# What notebooks 1 to 5 do, with fewer trials: a class of 30 makes 30 times as many.
WORK = """
import json, sys, time
import_began = time.monotonic()
from helpers import checks, connect, deploy, experiments, prepare, tables
target = connect()
home, second, third = target.regions
took = {"0 connect": time.monotonic() - import_began}
def step(name, work):
    began = time.monotonic(); done = work(); took[name] = time.monotonic() - began; return done
refused = []
def measure(work):
    # A run that the machine was too busy for says so; a learner runs it again.
    while True:
        try:
            return work()
        except ValueError as busy:
            refused.append(str(busy))
            if "cannot tell" not in refused[-1] or len(refused) > 5:
                raise
quiet = {"progress": lambda line: None}
step("1 table", lambda: (tables.create(target, home), tables.seed(target, home)))
calls = step("1 reads", lambda: experiments.run_table_latency(target, [home], calls=30))
one = step("2 deploy", lambda: deploy.deploy(target, home, **quiet))
api = one.api()
step("2 calls", lambda: [api.forward("user100", "AshlandValley") for _ in range(10)])
step("3 replica", lambda: prepare(target, [home, second], **quiet))
seen = step("4 staleness", lambda: measure(lambda: experiments.staleness(
    target, writer=home, reader=second, trials=20)))
step("5 conflicts", lambda: measure(lambda: experiments.conflicts(
    target, writer=home, other=second, trials=2)))
same = step("5 same items", lambda: checks.same_items(target, [home, second], within_s=60))
passed = [c.passed for c in (checks.table(target, home, items=39), checks.api(target, home),
          checks.replica(target, home, second), checks.api(target, second), same)]
print("RESULT " + json.dumps({"took_s": took, "passed": passed,
      "refused": len(refused), "unlike": [str(c) for c in same if not c.passed]}))
"""


@pytest.fixture
def classroom(tmp_path: Path) -> Iterator[tuple[dict[str, str], list[str]]]:
    """A local cloud and the names of its learners; yields the variables that lead there."""
    with own_cloud(tmp_path, tmp_path / "exports") as variables:
        names = [f"learner-{number:02}" for number in range(1, SIZE + 1)]
        yield variables, names


def memory_mb(pid: int) -> tuple[float, int]:
    """Add up a process and its children: MB that are resident, and how many they are."""
    tree = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    total = 0.0
    for process in tree:
        try:
            total += process.memory_info().rss / 1e6
        except psutil.NoSuchProcess:
            continue
    return total, len(tree)


def work(name: str, variables: dict[str, str]) -> str:
    """Do a learner's work in a process of its own, as their kernel would."""
    done = subprocess.run(
        [sys.executable, "-c", WORK], env={**os.environ, **variables, "WORKSHOP_LEARNER": name},
        cwd=PROJECT_DIR, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{name}\n{done.stdout}\n{done.stderr[-4000:]}"
    return done.stdout.rpartition("RESULT ")[2]


@pytest.mark.learner
def test_a_class_at_once_gets_through_notebooks_1_to_5(
    classroom: tuple[dict[str, str], list[str]],
) -> None:
    """Everybody passes their checkpoints in their own account; nobody meets another's."""
    variables, names = classroom
    folder = Path(variables["WORKSHOP_STATE_DIR"])
    cloud = daemon.find(folder)
    assert cloud
    list(daemon.add_learners(cloud, names))
    before_mb, _ = memory_mb(cloud.pid)
    began, most_mb, most_processes = time.monotonic(), 0.0, 0
    with ThreadPoolExecutor(len(names)) as pool:
        running = [pool.submit(work, name, variables) for name in names]
        while not all(one.done() for one in running):
            mb, processes = memory_mb(cloud.pid)
            most_mb, most_processes = max(most_mb, mb), max(most_processes, processes)
            time.sleep(2)
    took_s = time.monotonic() - began
    failed = [str(one.exception()) for one in running if one.exception()]
    results = [json.loads(one.result()) for one in running if not one.exception()]
    print(
        f"\n{len(names)} learners at once: {took_s:.0f} s; cloud with functions {before_mb:.0f} MB "
        f"before, {most_mb:.0f} MB and {most_processes} processes at most"
    )
    for step in results[0]["took_s"]:
        each = [result["took_s"][step] for result in results]
        print(f"  {step:14} median {np.median(each):6.1f} s, slowest {max(each):6.1f} s")
    repeated = sum(result["refused"] for result in results)
    print(f"  measurements that were refused for a busy machine, and run again: {repeated}")
    assert not failed, f"{len(failed)} of {len(names)} failed, such as\n{failed[0]}"
    assert [r["passed"] for r in results] == [[True] * 5] * len(names), results
    again = daemon.find(folder)
    assert again
    targets = learners(again, Settings(state_dir=folder))
    apis = {target.client("apigateway", "us-west-2").get_rest_apis()["items"][0]["id"]
            for target in targets.values()}  # fmt: skip
    assert len(apis) == len(names)
