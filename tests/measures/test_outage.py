"""What an outage cost, counted from calls and writes whose fate is known."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import measures

START_MS = 2000.0
DARK, OTHER = "us-west-2", "us-east-1"


def calls(client: str, plan: list[tuple[float, float, str, str]]) -> pd.DataFrame:
    """Make calls from (start, end, region, outcome); each was meant to start when it did."""
    table = pd.DataFrame(plan, columns=["start_ms", "end_ms", "region", "outcome"])
    return table.assign(client=client, intended_ms=table["start_ms"])


FAILS_OVER = calls(
    "fails over",
    [(1000, 1010, DARK, "ok"), (1990, 2500, DARK, "unknown"), (2600, 2610, DARK, "failed"),
     (2700, 2790, OTHER, "ok"), (3700, 3790, OTHER, "ok")],
)  # fmt: skip
STAYS = calls(
    "stays",
    [(1000, 1010, DARK, "ok"), (2100, 2110, DARK, "failed"), (3100, 3110, DARK, "failed"),
     (9000, 9010, DARK, "ok")],
)  # fmt: skip
ELSEWHERE = calls("elsewhere", [(1000, 1010, OTHER, "ok"), (2100, 2110, OTHER, "ok")])


def test_recovery_is_the_first_success_elsewhere() -> None:
    """From the start of the outage to its end; who stays has none, who was elsewhere lost none."""
    everyone = pd.concat([FAILS_OVER, STAYS, ELSEWHERE])
    table = measures.recovery_times(everyone, DARK, START_MS).set_index("client")
    assert list(table.index) == ["fails over", "stays"]
    assert table.loc["fails over", "rto_s"] == pytest.approx(0.79)
    assert table.loc["fails over", "recovered_region"] == OTHER
    # Its call of 1.99 s hung until 2.5 s: only then it knew.
    assert table.loc["fails over", "detect_s"] == pytest.approx(0.5)
    assert table.loc["fails over", "recover_s"] == pytest.approx(0.29)
    assert table.loc["fails over", "lost_calls"] == 2
    assert math.isinf(table.loc["stays", "rto_s"])
    assert table.loc["stays", "lost_calls"] == 2


def test_without_a_client_in_the_dark_region_nobody_recovers() -> None:
    """A table without rows, with its columns."""
    table = measures.recovery_times(ELSEWHERE, DARK, START_MS)
    assert table.empty
    assert "rto_s" in table


outcomes = st.sampled_from(["ok", "failed", "unknown"])
plans = st.lists(st.tuples(st.floats(0, 9999), outcomes), min_size=1, max_size=50)


@settings(deadline=None)
@given(plans)
def test_every_call_counts_in_the_window_it_was_meant_for(plan: list[tuple[float, str]]) -> None:
    """However late it really started."""
    table = calls("c", [(at + 5000, at + 5001, DARK, outcome) for at, outcome in plan])
    table["intended_ms"] = [at for at, _ in plan]
    seen = measures.availability(table, window_ms=1000)
    assert seen["n"].sum() == len(plan)
    assert (seen["ok"] + seen["failed"] + seen["unknown"] == seen["n"]).all()
    for row in seen.itertuples():
        meant = [o for at, o in plan if row.t_ms <= at < row.t_ms + 1000]
        assert row.n == len(meant)
        assert row.availability == meant.count("ok") / len(meant)
        assert row.ci_lo - 1e-12 <= row.availability <= row.ci_hi + 1e-12


def test_clients_are_told_apart() -> None:
    """Who fails over is available again; who stays is not."""
    table = measures.availability(pd.concat([FAILS_OVER, STAYS]))
    third = table[table["t_ms"] == 3000].set_index("client")["availability"]
    assert third.to_dict() == {"fails over": 1.0, "stays": 0.0}
    with pytest.raises(ValueError, match="wider than 0"):
        measures.availability(STAYS, window_ms=0)


WRITES = pd.DataFrame(
    [("w1", "a", DARK, 1000.0, 1600.0), ("w2", "a", DARK, 1500.0, 6000.0),
     ("w3", "b", DARK, 1900.0, math.inf), ("w4", "c", DARK, 1950.0, 6100.0),
     ("e1", "a", OTHER, 3000.0, 6050.0), ("e2", "a", OTHER, 4000.0, 6050.0),
     ("e3", "b", OTHER, 3100.0, 6050.0), ("e4", "a", OTHER, 7000.0, 7700.0),
     ("e5", "c", OTHER, 1000.0, 1700.0)],
    columns=["write", "key", "region", "ack_ms", "visible_ms"],
)  # fmt: skip


def test_the_recovery_point_is_told_by_viewer() -> None:
    """Acknowledged before the viewer's own failover, shown elsewhere only after it."""
    row = measures.recovery_point(WRITES, DARK, {"a": 2500.0, "b": 3000.0}).iloc[0]
    assert (row["viewers"], row["viewers_missing"], row["missing"]) == (2, 2, 2)
    assert row["rpo_s"] == pytest.approx(1.0)
    assert row["rpo_max_s"] == pytest.approx(1.1)
    assert row["ci_lo"] < row["p_missing"] == 1.0
    assert math.isinf(row["rpo_hi_s"]), "two viewers are no bound"
    assert list(measures.missing_writes(WRITES, DARK, 2500)["write"]) == ["w2", "w3", "w4"]


def test_how_long_all_went_well_before_moves_no_number() -> None:
    """A thousand saves that arrived long ago change nothing of what was missing."""
    calm = pd.DataFrame(
        {"write": [f"c{n}" for n in range(1000)], "key": "a", "region": DARK,
         "ack_ms": np.arange(1000.0), "visible_ms": np.arange(1000.0) + 600}
    )  # fmt: skip
    failovers = {"a": 2500.0, "b": 3000.0}
    short = measures.recovery_point(WRITES, DARK, failovers)
    long = measures.recovery_point(pd.concat([calm, WRITES], ignore_index=True), DARK, failovers)
    pd.testing.assert_frame_equal(short, long)


def test_where_nobody_failed_over_there_is_no_recovery_point() -> None:
    """Not zero: nothing is known, and the sentence says why."""
    for nobody in ({}, math.inf):
        row = measures.recovery_point(WRITES, DARK, nobody).iloc[0]
        assert (row["viewers"], row["missing"]) == (0, 0)
        assert math.isnan(row["rpo_s"])
        assert math.isnan(row["p_missing"])
        assert "Nobody failed over" in row["told"]


def test_what_became_of_what_was_missing() -> None:
    """Saved again elsewhere: superseded. Seen later: came back. Neither: not seen."""
    writes = pd.DataFrame(
        [
            ("again", "a", DARK, 2000.0, 4000.0), ("elsewhere", "a", "us-east-1", 3000.0, 3000.0),
            ("back", "b", DARK, 2000.0, 6000.0), ("late", "b", "us-east-1", 7000.0, 7000.0),
            ("gone", "c", DARK, 2000.0, math.inf),
        ],
        columns=["write", "key", "region", "ack_ms", "visible_ms"],
    )  # fmt: skip
    table = measures.returned_writes(writes, DARK, failover_ms=2500).set_index("write")
    assert table["fate"].to_dict() == {
        "again": "superseded", "back": "came back", "gone": "not seen",
    }  # fmt: skip
    assert table.loc["back", "back_after_s"] == pytest.approx(3.5)
    assert math.isinf(table.loc["again", "back_after_s"])


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 5000), st.floats(0, 3000) | st.just(math.inf)), min_size=1),
       st.floats(0, 6000))  # fmt: skip
def test_missing_writes_are_those_in_flight_at_the_failover(
    flights: list[tuple[float, float]], failover_ms: float
) -> None:
    """By the definition, for any writes; and the oldest of them is the recovery point."""
    ack_ms, lag_ms = np.array(flights).T
    writes = pd.DataFrame(
        {"write": range(len(ack_ms)), "key": "k", "region": DARK, "ack_ms": ack_ms,
         "visible_ms": ack_ms + lag_ms}
    )  # fmt: skip
    in_flight = (ack_ms <= failover_ms) & (failover_ms < ack_ms + lag_ms)
    row = measures.recovery_point(writes, DARK, failover_ms).iloc[0]
    assert row["missing"] == in_flight.sum()
    if (ack_ms <= failover_ms).any():
        oldest_ms = ack_ms[in_flight].min() if in_flight.any() else failover_ms
        assert row["rpo_s"] == pytest.approx((failover_ms - oldest_ms) / 1000)
    else:
        assert math.isnan(row["rpo_s"])


def test_several_outages_bound_what_the_next_one_costs() -> None:
    """The oldest write that each missed; six outages are enough for a bound, five are not."""
    seed = 41
    print(f"seed {seed}")
    ages_s = np.random.default_rng(seed).uniform(0.5, 2.0, 9)
    rows, failovers = [], {}
    for number, age_s in enumerate(ages_s, start=1):
        for viewer, part in (("a", 1.0), ("b", 0.3)):
            key = f"{viewer} #{number}"
            failovers[key] = 5_000.0
            ack_ms = 5_000 - 1_000 * age_s * part
            rows.append((number, f"{key} 1 s", key, DARK, ack_ms, 9_000.0))
    columns = ["outage", "write", "key", "region", "ack_ms", "visible_ms"]
    writes = pd.DataFrame(rows, columns=columns)
    table = measures.recovery_points(writes, DARK, failovers)
    assert list(table["rpo_max_s"]) == pytest.approx(list(ages_s))
    assert (table["viewers"] == 2).all()
    assert (table["missing"] == 2).all()
    row = table.iloc[0]
    assert row["worst_lo_s"] <= np.median(ages_s) == pytest.approx(row["worst_s"])
    assert row["worst_s"] <= row["worst_hi_s"] <= max(ages_s)
    few = measures.recovery_points(writes[writes["outage"] < 6], DARK, failovers)
    assert math.isinf(few["worst_hi_s"].iloc[0])
    nobody = measures.recovery_points(writes, DARK, {})
    assert nobody["worst_s"].isna().all()
