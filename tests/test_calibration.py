"""The lag that was measured is the lag that is replayed."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers import experiments, measures
from helpers.calibration import calibrate
from helpers.localcloud.engine.lag import parse_lag
from helpers.localcloud.process.daemon import RunningCloud
from helpers.localcloud.process.lag_file import resolve
from helpers.targets import LocalTarget
from tests.measures.world import bracketed


def linked(brackets: pd.DataFrame) -> pd.DataFrame:
    """Name the link of brackets."""
    return brackets.assign(write_region="a", read_region="b")


@pytest.mark.parametrize("kind", ["lognormal", "bimodal", "fixed"])
def test_what_is_drawn_again_has_the_distribution_that_was_measured(kind: str) -> None:
    """Whatever its shape, within the error of so many writes and the polling."""
    seed, count, poll_ms = 29, 400, 20.0
    print(f"seed {seed}")
    rng = np.random.default_rng(seed)
    lags_ms = {
        "lognormal": rng.lognormal(6.5, 0.5, count),
        "bimodal": np.where(rng.random(count) < 0.7, 300.0, 1500.0) + rng.normal(0, 20, count),
        "fixed": np.full(count, 400.0),
    }[kind]
    table = measures.lag_distribution_function(linked(bracketed(lags_ms, seed, poll_ms)))
    text = "file:x#" + ",".join(f"{lag_ms:g}" for lag_ms in table["lag_ms"])
    model, source = parse_lag(text, {}), random.Random(seed)
    drawn = np.array([model.draw_ms(source, "a", "b") for _ in range(5_000)])
    # Each lag is known to within a polling interval: so far the two may be shifted.
    half = measures.dkw_halfwidth(count) + measures.dkw_halfwidth(len(drawn))
    at_ms = np.sort(lags_ms)
    reached = np.arange(1, count + 1) / count
    late = (drawn[:, np.newaxis] <= at_ms + poll_ms + 5).mean(axis=0)
    early = (drawn[:, np.newaxis] < at_ms - poll_ms - 5).mean(axis=0)
    assert (late >= reached - half).all()
    assert (early <= reached + half).all()


def test_writes_that_were_never_seen_are_left_out_and_counted() -> None:
    """There is no lag to draw for them."""
    brackets = linked(bracketed(np.full(20, 300.0), 1))
    brackets.loc[:2, "hi_ms"] = np.inf
    table = measures.lag_distribution_function(brackets)
    assert table.attrs["unseen"] == 3
    assert table["lag_ms"].max() < 400
    with pytest.raises(ValueError, match="at least one write was seen"):
        measures.lag_distribution_function(brackets.assign(hi_ms=np.inf))


def test_measured_written_replayed_and_measured_again(
    global_table: LocalTarget, calm: RunningCloud, tmp_path: Path
) -> None:
    """The two measurements agree within their error; status and charts name the file."""
    calm.post("lag", {"lag": "uniform:100,600"})
    first = experiments.staleness(global_table, trials=40)
    first.save("staleness", directory=tmp_path)
    file = tmp_path / "mylag.csv"
    said = calibrate(file, tmp_path)
    assert "the lag of 40 writes; half of them within" in said
    assert "# lag_model: uniform:100,600" in file.read_text(encoding="utf-8")
    calm.post("lag", {"lag": resolve(f"file:{file}")})
    assert calm.get("status")["lag"] == "file:mylag.csv"
    second = experiments.staleness(global_table, trials=40)
    assert "Lag model file:mylag.csv (ms)" in second.chart().description
    one, other = (measures.lag_brackets(seen["reads"]) for seen in (first, second))
    bands = [measures.lag_distribution(b).set_index("t_ms") for b in (one, other)]
    at_ms = np.linspace(0, 700, 71)
    edges = [[np.interp(at_ms, b.index, b[edge]) for edge in ("band_lo", "band_hi")] for b in bands]
    # Where two bands do not meet the two lags differ.
    assert (edges[0][0] <= edges[1][1]).all()
    assert (edges[1][0] <= edges[0][1]).all()


def test_what_is_no_staleness_run_is_not_calibrated(tmp_path: Path) -> None:
    """It says what makes one."""
    with pytest.raises(ValueError, match="workshop experiment staleness"):
        calibrate(tmp_path / "x.csv", tmp_path)
    with pytest.raises(ValueError, match="does not hold a staleness run"):
        calibrate(tmp_path / "x.csv", tmp_path, tmp_path)
    with pytest.raises(ValueError, match=r"must be named like mylag\.csv"):
        calibrate(tmp_path / "x", tmp_path)
