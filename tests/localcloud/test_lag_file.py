"""A lag that was measured, in a file: what is written is drawn; what is none is refused."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from helpers.localcloud.engine.lag import MeasuredLag, parse_lag, short_name
from helpers.localcloud.process.lag_file import resolve

GOOD = "# whatever: it says\nquantile,lag_ms\n0,100\n0.5,200\n1,1000\n"


def written(folder: Path, text: str, name: str = "mylag.csv") -> str:
    """Write a file, and word it as a lag model."""
    (folder / name).write_text(text, encoding="utf-8")
    return f"file:{folder / name}"


def test_a_file_becomes_a_model_that_needs_it_no_more(tmp_path: Path) -> None:
    """Its name has all that is drawn from, and is known by the file's own name."""
    text = resolve(written(tmp_path, GOOD))
    assert text == "file:mylag.csv#100,200,1000"
    model = parse_lag(text, {})
    assert model == MeasuredLag("mylag.csv", (100, 200, 1000))
    assert model.name == resolve(model.name) == text
    assert short_name(text) == short_name(f"file:{tmp_path}/mylag.csv") == "file:mylag.csv"
    assert resolve("fixed:400") == short_name("fixed:400") == "fixed:400"


def test_its_draws_have_the_quantiles_that_were_written() -> None:
    """Half of them between the first two, half between the last two, none outside."""
    seed = 3
    print(f"seed {seed}")
    source = random.Random(seed)
    model = MeasuredLag("x", (100.0, 200.0, 1000.0))
    drawn = np.array([model.draw_ms(source, "a", "b") for _ in range(20_000)])
    assert drawn.min() >= 100
    assert drawn.max() <= 1000
    assert np.quantile(drawn, [0.25, 0.5, 0.75]) == pytest.approx([150, 200, 600], rel=0.03)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "lag_ms\n1\n2\n",
        "quantile,lag_ms\n0,1\n",
        "quantile,lag_ms\n0,1\n0.4,2\n1,3\n",
        "quantile,lag_ms\n0,1\n1,many\n",
        "quantile,lag_ms\n0,1\n1,nan\n",
        "quantile,lag_ms\n0,1\n1,inf\n",
        "quantile,lag_ms\n0,9\n1,3\n",
        "quantile,lag_ms\n0,-9\n1,3\n",
        "quantile,lag_ms\n0,1,2\n1,3,4\n",
        "quantile,lag_ms\n0,1\n1,1e12\n",
        "quantile,lag_ms\n0,1\n" + "1,1\n" * 200_000,
        "\x00\x01",
    ],
)
def test_a_file_that_holds_no_lag_is_refused(tmp_path: Path, text: str) -> None:
    """Before anything is started or changed."""
    with pytest.raises(ValueError, match=r"."):
        resolve(written(tmp_path, text))


def test_bytes_folders_and_names_that_are_none_are_refused(tmp_path: Path) -> None:
    """So is a file that is not there, with the command that makes one."""
    (tmp_path / "raw.csv").write_bytes(b"\xff\xfe\x00")
    for name in ("raw.csv", ""):
        with pytest.raises(ValueError, match="cannot be read"):
            resolve(f"file:{tmp_path / name}")
    with pytest.raises(ValueError, match="must be named"):
        resolve(written(tmp_path, GOOD, "my lag;.csv"))
    with pytest.raises(ValueError, match=r"workshop calibrate gone\.csv"):
        resolve(f"file:{tmp_path / 'gone.csv'}")
    for text in ("file:x", "file:x#", "file:x#1", "file:#1,2", "file:x#2,1", "file:x#1,nan"):
        with pytest.raises(ValueError, match=r"lag"):
            parse_lag(text, {})


def test_what_is_kept_replays_a_file_that_is_gone(tmp_path: Path) -> None:
    """A kept cloud has a copy; a newer file goes before it."""
    model, copies = written(tmp_path, GOOD), tmp_path / "lags"
    first = resolve(model, copies)
    (tmp_path / "mylag.csv").unlink()
    assert resolve(model, copies) == first
    assert resolve(written(tmp_path, GOOD.replace("1000", "900")), copies) != first
