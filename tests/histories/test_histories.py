"""The checkers, checked against a real register, against each other, and against brute force."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.histories import Operation, UndecidedError, check_by_search, check_register
from helpers.histories.search import _IMPOSSIBLE, _apply


def op(
    kind: str, value: object, start: float, end: float, outcome: str = "ok", **more
) -> Operation:
    return Operation(kind, "k", value, start, end, outcome, **more)  # type: ignore[arg-type]


def run_register(seed: int, count: int, *, conditional: bool) -> list[Operation]:
    """Operations on a register that takes effect at one moment between start and end of each."""
    rng = random.Random(seed)
    spans = []
    for _ in range(count):
        start = rng.uniform(0, 20)
        effect = start + rng.expovariate(0.5)
        spans.append((effect, start, effect + rng.expovariate(0.5)))
    value, history = None, []
    for number, (_, start, end) in enumerate(sorted(spans)):
        kind = rng.choice(["write", "read", "conditional"] if conditional else ["write", "read"])
        lost = rng.random() < 0.15
        done = not lost or rng.random() < 0.5
        outcome = "unknown" if lost else "ok"
        if kind == "read":
            history.append(op(kind, value, start, end, outcome))
            continue
        expected = value if rng.random() < 0.6 else -1
        if kind == "conditional" and expected != value:
            history.append(op(kind, number, start, end, "refused", expected=expected))
            continue
        more = {"expected": expected} if kind == "conditional" else {}
        history.append(op(kind, number, start, end, outcome, **more))
        value = number if done else value
    return history


@given(seed=st.integers(0, 2**32), count=st.integers(0, 14))
def test_what_a_register_did_is_accepted(seed: int, count: int) -> None:
    """Any run of an atomic register is linearizable, also where answers were lost."""
    history = run_register(seed, count, conditional=False)
    assert check_register(history).linearizable
    assert check_by_search(history).linearizable
    assert check_by_search(run_register(seed, count, conditional=True)).linearizable


def by_brute_force(history: list[Operation]) -> bool:
    """Try every order of every choice of the operations that are perhaps done."""
    sure = [o for o in history if o.outcome in ("ok", "refused")]
    perhaps = [o for o in history if o.outcome == "unknown" and o.kind != "read"]
    for size in range(len(perhaps) + 1):
        for chosen in itertools.combinations(perhaps, size):
            for order in itertools.permutations([*sure, *chosen]):
                late = any(b.deadline_ms < a.start_ms for a, b in itertools.combinations(order, 2))
                value: object = None
                for operation in () if late else order:
                    value = _apply(operation, value)  # type: ignore[arg-type]
                    if value is _IMPOSSIBLE:
                        break
                if not late and value is not _IMPOSSIBLE:
                    return True
    return False


def arbitrary(seed: int, count: int, *, conditional: bool) -> list[Operation]:
    """Operations at random, with answers at random: some linearizable, some not."""
    rng = random.Random(seed)
    history = []
    for number in range(count):
        start = rng.randint(0, 8)
        end = start + rng.randint(0, 6)
        kind = rng.choice(["write", "read", "conditional"] if conditional else ["write", "read"])
        value = rng.choice([None, *range(count)]) if kind == "read" else number
        outcome = rng.choice(["ok", "ok", "ok", "unknown"])
        if kind == "conditional":
            outcome = rng.choice(["ok", "refused", "unknown"])
            expected = rng.choice([None, *range(count)])
            history.append(op(kind, value, start, end, outcome, expected=expected))
        else:
            history.append(op(kind, value, start, end, outcome))
    return history


def test_checkers_and_brute_force_agree() -> None:
    """On thousands of small histories with many ties all three say the same, yes and no alike."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    said = {True: 0, False: 0}
    for number in range(1500):
        plain = arbitrary(seed + number, number % 6 + 1, conditional=False)
        verdict = by_brute_force(plain)
        said[verdict] += 1
        assert check_register(plain).linearizable == verdict, plain
        assert check_by_search(plain).linearizable == verdict, plain
        mixed = arbitrary(seed + number, number % 5 + 1, conditional=True)
        assert check_by_search(mixed).linearizable == by_brute_force(mixed), mixed
    assert min(said.values()) > 200


@given(seed=st.integers(0, 2**32), count=st.integers(7, 16))
@settings(max_examples=200)
def test_both_checkers_agree_on_longer_histories(seed: int, count: int) -> None:
    """Where brute force is too slow, the two are each other's check; one answer is tampered with."""
    history = run_register(seed, count, conditional=False)
    rng = random.Random(seed)
    reads = [i for i, o in enumerate(history) if o.kind == "read" and o.outcome == "ok"]
    written = [o.value for o in history if o.kind == "write"]
    if reads:
        at = rng.choice(reads)
        history[at] = replace(history[at], value=rng.choice([None, *written]))
    assert check_register(history).linearizable == check_by_search(history).linearizable


@pytest.mark.parametrize(
    ("history", "words"),
    [
        ([op("write", 1, 0, 1), op("read", None, 2, 3)], ["read of no item", "write of 1"]),
        ([op("write", 1, 0, 1), op("write", 2, 2, 3), op("read", 1, 4, 5)], ["read of 1", "write of 2"]),
        ([op("read", 1, 0, 1), op("write", 1, 2, 3)], ["before the write of 1"]),
        ([op("read", 7, 0, 1)], ["nobody wrote"]),
        ([op("write", 1, 0, 1, "failed"), op("read", 1, 2, 3)], ["nobody wrote"]),
        ([op("write", 1, 0, 9), op("read", 1, 1, 2), op("read", None, 3, 4)], ["read of no item"]),
        ([op("write", 1, 0, 1, "unknown"), op("read", 1, 5, 6), op("read", None, 7, 8)], ["no item"]),
    ],
)  # fmt: skip
def test_what_no_register_does_is_rejected_in_words(
    history: list[Operation], words: list[str]
) -> None:
    """Stale reads, reads from the future, inversions, and reads of what was never done."""
    verdict = check_register(history)
    assert not verdict.linearizable
    assert all(word in verdict.reason for word in words), verdict.reason
    assert not check_by_search(history).linearizable


def test_two_conditional_writes_on_one_image_cannot_both_succeed() -> None:
    """The lost update, as the search sees it; one of them refused is as it should be."""
    first = op("conditional", 1, 0, 5, expected=None)
    second = op("conditional", 2, 1, 6, expected=None)
    assert not check_by_search([first, second]).linearizable
    assert check_by_search([first, replace(second, outcome="refused")]).linearizable
    assert check_by_search([first, replace(second, outcome="unknown")]).linearizable


def test_a_refusal_tells_that_the_condition_did_not_hold() -> None:
    """A refused condition that did hold is a contradiction."""
    refused = op("conditional", 2, 4, 5, "refused", expected=1)
    assert not check_by_search([op("write", 1, 0, 1), refused]).linearizable


def test_an_unknown_write_may_come_late_or_never() -> None:
    """Seen only after a read that did not see it, long after it was sent: allowed, and once only."""
    lost = op("write", 1, 0, 1, "unknown")
    late = [lost, op("read", None, 5, 6), op("read", 1, 7, 8)]
    assert check_register(late).linearizable
    assert check_by_search(late).linearizable
    assert check_register([lost, op("read", None, 5, 6)]).linearizable


def test_items_are_independent() -> None:
    """A history is as good as the worst of its items, which the verdict names."""
    good = [Operation("write", "a", 1, 0, 1), Operation("read", "a", 1, 2, 3)]
    bad = [Operation("write", "b", 1, 0, 1), Operation("read", "b", None, 2, 3)]
    assert check_register(good).linearizable
    assert check_register([*good, *bad]).reason.startswith("Item 'b'")


def test_a_long_history_is_decided() -> None:
    """A hundred thousand operations: what the search could not do, the zones do."""
    history = []
    for number in range(50_000):
        at = number * 2.0
        history += [op("write", number, at, at + 1.5), op("read", number, at + 1, at + 1.9)]
    assert check_register(history).linearizable
    stale = replace(history[-1], value=10)
    assert not check_register([*history[:-1], stale]).linearizable


def test_a_search_that_is_given_up_says_so() -> None:
    """Neither yes nor no is claimed."""
    concurrent = [op("write", n, 0, 100) for n in range(16)] + [op("read", 99, 0, 100)]
    with pytest.raises(UndecidedError, match="fewer concurrent"):
        check_by_search(concurrent, most_configurations=1_000)


def test_input_that_makes_no_sense_is_refused() -> None:
    """The messages say what is wrong with it."""
    with pytest.raises(ValueError, match="before it starts"):
        op("read", 1, 5, 4)
    with pytest.raises(ValueError, match="unique"):
        check_register([op("write", 1, 0, 1), op("write", 1, 2, 3)])
    with pytest.raises(ValueError, match="Only reads and writes"):
        check_register([op("conditional", 1, 0, 1)])
