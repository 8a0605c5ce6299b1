"""Of the processes of functions that nobody calls, only so many stay."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from helpers.localcloud.ministack import warm_functions


@pytest.fixture
def bounded(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """MiniStack's pools, empty, with two idle workers at most; put back afterwards."""
    monkeypatch.setattr(lambda_runtime, "_workers", {})
    monkeypatch.setattr(lambda_svc, "release_worker", lambda_svc.release_worker)
    warm_functions.bound(lambda_runtime, lambda_svc, most=2)
    yield lambda_runtime
    lambda_runtime.reset()


def of(name: str) -> dict[str, str]:
    """Return as much of a function's settings as a worker needs."""
    arn = f"arn:aws:lambda:us-west-2:123456789012:function:{name}"
    return {"FunctionName": name, "FunctionArn": arn}


def called(name: str) -> Any:
    """Lease a worker of a function, with a process that waits."""
    worker, _ = lambda_svc.acquire_worker(name, of(name), b"")
    if worker._proc is None:
        worker._proc = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
    return worker


def test_the_workers_that_are_idle_longest_end_first(bounded: Any) -> None:
    """Called again a worker counts as new; one at work counts not at all; its function works on."""
    workers = {name: called(name) for name in ("busy", "a", "b", "c", "d")}
    processes = {name: worker._proc for name, worker in workers.items()}
    for name in ("a", "b"):
        lambda_svc.release_worker(workers[name])
    lambda_svc.release_worker(called("a"))
    lambda_svc.release_worker(workers["c"])
    assert [n for n, p in processes.items() if p.poll() is not None] == ["b"]
    lambda_svc.release_worker(workers["d"])
    assert [n for n, p in processes.items() if p.poll() is not None] == ["a", "b"]
    again, how = bounded.acquire_worker("a", of("a"), b"")
    assert how == "spawn"
    assert again is not workers["a"]
