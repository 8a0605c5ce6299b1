"""Measure how often the intervals hold the truth, and write the table to docs/coverage.md."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from helpers.measures import coverage

_RUNS = 2_000
_PROMISE = 0.93
# A bootstrap takes its time; of fewer runs a true 95 % may show a little less, and that of 25
# writes is known to be somewhat narrow.
_CONFLICT_RUNS, _CHANCE_PROMISE = 300, 0.90
_PAGE = Path(__file__).parents[1] / "docs" / "coverage.md"
_HEAD = """# How often our intervals contain the truth

Written by `make coverage`: {runs:,} simulated runs per cell, on a virtual clock, of writes whose
lags are known (`helpers/measures/coverage.py`). Every interval and band has 95 % confidence; each
has to contain the truth in at least {promise:.0%} of the runs of every cell. `make test` does the
same with 200 runs.

A cell has the share of the runs whose interval contained the true quantile, and the interval's
median width. *Open* is an interval without an upper end: so few writes only tell "more than". The
intervals assume nothing about the shape of the lag, so they are wider than if we knew it. Where
lags hardly vary they are as wide as the brackets, and nearly always contain the truth.

| lag | polling, ms | writes | half of the writes | 90 % | 99 % | band of the curve |
|---|---|---|---|---|---|---|
"""
_SHARES = """
Shares (of stale reads, lost updates, calls that succeeded) have Wilson's interval with continuity
correction; its coverage is computed, for 999 shares between 0 and 1:

| trials | at the worst share | on average |
|---|---|---|
"""
_CHANCES = """
The chance of a conflict that `conflict_probability` predicts from two measured lags has a bootstrap
interval, taken with every lag as short and as long as the brackets allow; {runs} runs per cell,
one write per second elsewhere. *Slow* is a lag that changes slowly, *own* one that each image
draws for itself.
A bootstrap of 25 writes is known to be somewhat narrow: each cell has to contain the truth in 90 %.

| lag | polling, ms | writes in each direction | slow | own |
|---|---|---|---|---|
"""


def main() -> int:
    """Measure, write, and fail where a cell breaks its promise."""
    measured, shares = coverage.table(runs=_RUNS), coverage.shares()
    lines = []
    for row in measured.to_dict("records"):
        cells = [f"{row[q]:.1%}, {_width(row[f'{q}_ms'])}" for q in ("q50", "q90", "q99")]
        head = [row["lag"], f"{row['poll_ms']:.0f}", str(row["n"])]
        lines.append(" | ".join(["", *head, *cells, f"{row['band']:.1%}", ""]).strip())
    more = [f"| {r.n} | {r.least:.1%} | {r.mean:.1%} |" for r in shares.itertuples()]
    conflicts = coverage.conflicts(runs=_CONFLICT_RUNS)
    chances = [
        f"| {r.lag} | {r.poll_ms:.0f} | {r.n} | {r.slow:.1%} | {r.own:.1%} |"
        for r in conflicts.itertuples()
    ]
    text = _HEAD.format(runs=_RUNS, promise=_PROMISE) + "\n".join(lines) + "\n" + _SHARES
    text += "\n".join(more) + "\n" + _CHANCES.format(runs=_CONFLICT_RUNS) + "\n".join(chances)
    _PAGE.write_text(text + "\n", encoding="utf-8")
    print(text)
    least = min(measured[["q50", "q90", "q99", "band"]].min().min(), shares["least"].min())
    chance = conflicts[["own", "slow"]].min().min()
    print(f"The interval of the chance of a conflict: {chance:.1%} at the least.")
    print(f"\nThe worst cell holds the truth in {least:.1%}.")
    return 0 if least >= _PROMISE and chance >= _CHANCE_PROMISE else 1


def _width(width_ms: float) -> str:
    return f"{width_ms:.0f} ms" if np.isfinite(width_ms) else "open"


if __name__ == "__main__":
    sys.exit(main())
