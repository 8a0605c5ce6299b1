"""Stale reads and lost updates: shared cases, and a fuzz against last writer wins with lag."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from helpers.api import CallResult
from helpers.panels.history import Entry, History
from helpers.settings import PROJECT_DIR
from tests.history_model import Model

CASES = json.loads((PROJECT_DIR / "tests/cases/history.json").read_text(encoding="utf-8"))["cases"]
_NAMES = {"get-item": "get", ">>": "forward", "<<": "rewind"}


def judge(steps: list[dict[str, Any]]) -> list[Entry]:
    """Make the panel's history judge the steps of a case."""
    history, entries = History(), []
    for step in steps:
        body = {"Version": step["version"], "Replaced": step["replaced"]}
        result = CallResult(
            step["region"], _NAMES[step["operation"]], step["started_ms"], step.get("rtt_ms", 5.0),
            1.0, step.get("outcome", "ok"), 200, step["bookmark"], cold=False, message="why",
            body=body,
        )  # fmt: skip
        entries.append(history.record(result, step["delta"], user="user1", show=step["show"]))
    return entries


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_case_is_judged_as_it_says(case: dict[str, Any]) -> None:
    """Each step has its mark, and its text where the case gives one."""
    entries = judge(case["steps"])
    assert [entry.mark for entry in entries] == [step["mark"] for step in case["steps"]]
    for entry, step in zip(entries, case["steps"], strict=True):
        assert entry.text == step.get("text", entry.text)


def plays(overlap: bool, others: float) -> list[Model]:
    """Some fixed plays, and some of a seed that is drawn and printed."""
    drawn = random.SystemRandom().randrange(2**32)
    print(f"seed {drawn}")
    return [Model(seed, overlap, others) for seed in (*range(20), *range(drawn, drawn + 100))]


def test_one_client_alone_gets_no_false_mark_and_misses_none() -> None:
    """Call after call: what is marked is exactly what is true in the model."""
    marks = set()
    for model in plays(overlap=False, others=0):
        steps = model.play(60)
        seen = [entry.mark for entry in judge(steps)]
        assert seen == [step["truth"] for step in steps], f"seed {model.seed}"
        marks |= set(seen)
    assert marks == {"", "STALE READ", "LOST UPDATE"}


@pytest.mark.parametrize(("overlap", "others"), [(True, 0.0), (False, 0.4), (True, 0.4)])
def test_no_mark_is_false_whoever_else_writes(overlap: bool, others: float) -> None:
    """With calls that overlap, another's writes and unknown ends: what is marked is true."""
    marked = missed = 0
    for model in plays(overlap=overlap, others=others):
        steps = model.play(60)
        for entry, step in zip(judge(steps), steps, strict=True):
            true = {"STALE READ": step["stale"], "LOST UPDATE": step["gone"]}
            assert true.get(entry.mark, True), f"seed {model.seed}: {step} {entry}"
            marked += bool(entry.mark)
            missed += not entry.mark and step["stale"]
    print(f"{marked} marked, {missed} stale reads of which nobody could tell")
    assert marked > 2 * missed
