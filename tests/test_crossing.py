"""Sessions that move, clocks that are ahead, transactions: on a cloud whose lag is known."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from helpers import experiments
from helpers.experiments.agenda import CancelledError
from helpers.experiments.clocks import run_clocks
from helpers.experiments.prober import Prober
from helpers.experiments.sessions import SAW, WAYS, WROTE
from helpers.experiments.settle import settle
from helpers.localcloud.process.daemon import RunningCloud
from helpers.targets import LocalTarget
from tests.conftest import AWAY, HOME

LAG_MS = 300.0


def test_a_viewer_who_moves_sees_what_is_older_until_the_lag_is_over(
    global_table: LocalTarget, calm: RunningCloud, tmp_path: Path
) -> None:
    """Sooner than the lag always, later never; every remedy helps, and costs what it costs."""
    seen = experiments.sessions(global_table, trials=1, most_ms=2_000)
    rows = seen["sessions"]
    assert len(rows) == 2 * len(WAYS) * 5
    moved = rows[(rows["way"] != WAYS[1]) & (rows["outcome"] == "ok")]
    wrote = moved[moved["kept"] == WROTE]
    # A write's commit is a little before its acknowledgement, and arrivals may come late.
    soon = wrote[wrote["delay_actual_ms"] < LAG_MS / 2]
    assert soon["first_older"].all()
    assert len(soon)
    assert not moved.loc[moved["delay_ms"] == 2_000, "first_older"].any()
    saw = moved[moved["kept"] == SAW]
    assert saw["first_older"].mean() <= wrote["first_older"].mean()
    remedies = seen.summary("remedies").set_index("way")
    assert (remedies.loc[list(WAYS[1:]), "older"] == 0).all()
    waited = rows[(rows["way"] == WAYS[2]) & rows["first_older"].eq(other=True)]
    assert (waited["reads"] > 1).all()
    assert (rows.loc[rows["way"] == WAYS[3], "reads"] <= 2).all()
    assert len(list(seen.save("x", directory=tmp_path).folder.glob("*.png"))) == 2
    assert calm.get("status")["place"] == ""


def test_a_clock_that_is_ahead_wins_until_its_image_is_there(
    global_table: LocalTarget, calm: RunningCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is lost came sooner than skew and lag; the engine, replaying, says the same."""
    for module in (run_clocks.__module__, "helpers.experiments.catalogue.clocks"):
        monkeypatch.setattr(sys.modules[module], "SKEWS", (0.0, 0.2, 1.0))
    seen = experiments.clocks(global_table, trials=4, most_ms=800, within_ms=1_000)
    rows = seen["trials"][seen["trials"]["outcome"] == "ok"]
    assert not rows.loc[rows["skew_ms"] == 0, "lost"].any()
    assert not rows.loc[rows["gap_ms"] > rows["skew_ms"] + 100, "lost"].any()
    ahead = rows[rows["skew_ms"] == 800]
    assert ahead.loc[ahead["gap_ms"] < LAG_MS / 2, "lost"].all()
    assert 0 < ahead["lost"].sum() < len(ahead)
    replayed = seen.summary("replayed").set_index(["clock", "skew_ms"])["p_lost"]
    assert replayed["plain", 800] >= replayed["hybrid", 800] > 0
    rates = seen.summary().set_index("skew_ms").loc[800]
    assert rates["ci_lo"] <= replayed["hybrid", 800] <= rates["ci_hi"]
    assert len(list(seen.save("x", directory=tmp_path).folder.glob("*.png"))) == 1
    assert "ahead_ms" not in calm.get("status")["regions"][HOME]


def test_clocks_are_not_for_aws() -> None:
    """Nobody can set them there; nothing is asked of AWS."""
    aws = SimpleNamespace(name="aws", regions=(HOME, AWAY))
    with pytest.raises(ValueError, match=r"clocks is not for AWS\. Nobody can set the clocks"):
        experiments.clocks(aws)  # type: ignore[arg-type]


def test_a_transaction_arrives_item_by_item(global_table: LocalTarget, calm: RunningCloud) -> None:
    """With lags that differ another Region shows half of it; with one lag for all, hardly."""
    calm.post("lag", {"lag": "uniform:100,900"})
    seen = experiments.transactions(global_table, trials=12)
    assert seen.used == 12
    assert seen.summary("shares")["torn"].item() > 0
    brackets = seen.summary("brackets")
    assert (brackets["lo_ms"] <= brackets["hi_ms"]).all()
    # Two lags of at most 900 ms are less than 800 ms apart.
    assert (brackets["lo_ms"] < 800).all()
    left = [item for item in _items(global_table, HOME) if item.startswith("pair-")]
    assert left == []


def _items(target: LocalTarget, region: str) -> list[str]:
    found = target.client("dynamodb", region).scan(TableName="global-serverless")["Items"]
    return [item["PK"]["S"] for item in found]


def test_what_was_observed_before_a_run_broke_off_is_kept(global_table: LocalTarget) -> None:
    """Cancelled in its midst: the error has it, it says that it is partial, and it can be saved."""
    stop = threading.Event()
    with pytest.raises(CancelledError) as ended:
        experiments.transactions(
            global_table, trials=200, cancelled=stop.is_set, progress=lambda *_: stop.set()
        )
    kept = ended.value.seen  # type: ignore[attr-defined]
    assert kept is experiments.unfinished()
    assert 0 < kept.used < 200
    assert "Partial, as it was cancelled." in kept.counts()
    assert "Partial" in kept.chart().description
    assert not experiments.transactions(global_table, trials=2).partial


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("remedies", {"trials": 3}, "not settled at the deadline: unknown"),
        ("clocks", {"trials": 1, "most_ms": 60_000, "within_ms": 100}, "for 60 s after it"),
    ],
)
def test_what_is_kept_says_what_is_not_known(
    global_table: LocalTarget, tmp_path: Path, name: str, options: dict[str, float], says: str
) -> None:
    """Changes that have not settled, clocks that are not even yet; the run does not wait for it."""
    stop = threading.Event()
    with pytest.raises(CancelledError) as ended:
        experiments.REGISTRY[name](
            global_table, cancelled=stop.is_set, progress=lambda *_: stop.set(), **options
        )
    kept = ended.value.seen  # type: ignore[attr-defined]
    assert kept.partial
    assert 0 < len(kept["trials"]) < kept.seen.asked
    assert says in kept.counts()
    assert kept.save("x", directory=tmp_path).files


def test_regions_that_differ_at_the_deadline_are_unknown(
    global_table: LocalTarget, calm: RunningCloud, viewer: str
) -> None:
    """And what they hold alike is told all the same."""
    with Prober(global_table, HOME) as one, Prober(global_table, AWAY) as other:
        one.write(viewer, "known", 1)
        assert settle((one, other), viewer, 60_000, looks=2).alike == {"known": 1}
        calm.post(f"links/{HOME}/{AWAY}", {"state": "paused"})
        one.write(viewer, "held", 2)
        settled = settle((one, other), viewer, 300, every_s=0.1)
        assert settled.apart == {"held"}
        assert settled.alike == {"known": 1}
        calm.post(f"regions/{AWAY}", {"state": "offline"})
        lost = settle((one, other), viewer, 300, every_s=0.1)
        assert lost.alike == {}
        calm.post(f"regions/{AWAY}", {"state": "online"})
        calm.post(f"links/{HOME}/{AWAY}", {"state": "running"})
        for show in ("known", "held"):
            one.delete(viewer, show)


def test_several_outages_stand_on_one_clock(global_table: LocalTarget, calm: RunningCloud) -> None:
    """Viewers of each apart; all begin when the first does; what each missed is told apart."""
    seen = experiments.outage(
        global_table, viewers=2, staying=1, outages=2, calm_s=1.5, duration_s=1.5, after_s=1,
        straight=True,
    )  # fmt: skip
    assert set(seen["calls"]["outage"]) == {1, 2}
    assert seen["calls"]["client"].nunique() == 6
    rto = seen.summary("rto")
    served = rto[rto["recovered_region"] != ""]
    assert len(served) == 4
    assert served["rto_s"].between(0, 5).all()
    assert list(seen.summary("rpo by outage")["outage"]) == [1, 2]
    assert seen.summary("rpo")["viewers"].item() == 4
    assert "95 %" in seen.say()
    assert "#2" not in seen.chart("recovery-point").data["writes"]["key"].str.cat()
    assert calm.get("status")["regions"][HOME]["state"] == "online"
