"""Charts of conflicts: one in detail, how often an update is lost, how long until all agree."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from helpers.charts.chart import Chart
from helpers.charts.shares import draw_shares
from helpers.charts.style import (
    ALARM,
    BLUE,
    FAINT,
    INK,
    draw_band,
    finish,
    new_chart,
    region_colour,
    region_line,
    region_marker,
)
from helpers.provenance import Provenance


def conflict_chart(reads: pd.DataFrame, trial: pd.Series, provenance: Provenance) -> Chart:
    """Draw one conflict: the bookmark in both Regions, both writes, winner and loser.

    Args:
        reads: `region`, `t_ms` (since the first write), `bookmark`, of this trial.
        trial: its row of the trials.
        provenance: of the observations.
    """
    first, second = trial["first_region"], trial["second_region"]
    figure, axes = new_chart("Two Regions, one bookmark: an update is lost", height=4.8)
    writes = {
        first: (0.0, trial["first_value"]),
        second: (trial["gap_actual_ms"], trial["second_value"]),
    }
    end_ms = trial["gap_actual_ms"] + max(float(trial["agree_ms"]), 300.0) * 1.45
    for region, (written_ms, value) in writes.items():
        seen = reads[(reads["region"] == region) & (reads["t_ms"] > written_ms)]
        before = [min(-0.12 * end_ms, 0.0), written_ms]
        t_ms = np.concatenate([before, seen["t_ms"]])
        bookmarks = np.concatenate([[trial["base"], value], seen["bookmark"]])
        axes.step(
            t_ms,
            bookmarks,
            where="post",
            linewidth=2.2,
            label=f"in {region}",
            **region_line(region),
        )
        axes.plot(
            written_ms, value, marker=region_marker(region), markersize=9, linestyle="none",
            color=region_colour(region), markeredgecolor="white",
        )  # fmt: skip
    _tell_fate(axes, trial, writes, end_ms)
    agree_ms = trial["gap_actual_ms"] + trial["agree_ms"]
    axes.axvline(agree_ms, color=FAINT, linestyle=":", linewidth=1.2)
    axes.text(
        agree_ms,
        trial["base"],
        f"  both agree on\n  {trial['final_value']:.0f} s",
        fontsize=8.5,
        va="center",
    )
    axes.axhline(trial["expected_value"], color=FAINT, linewidth=0.8)
    axes.text(
        end_ms,
        trial["expected_value"],
        f"{trial['expected_value']} s, if nothing were lost",
        fontsize=8,
        ha="right",
        va="bottom",
        color=FAINT,
    )
    axes.set_xlim(-0.1 * end_ms, end_ms)
    axes.margins(y=0.22)
    axes.set_xlabel("time since the first write, ms")
    axes.set_ylabel("bookmark, s")
    axes.legend(loc="upper right", fontsize=8.5, frameon=False)
    words = (
        f"{first} added {trial['first_delta']:+d} s, {second} {trial['second_delta']:+d} s, "
        f"{trial['gap_actual_ms']:.0f} ms later; both were acknowledged, and the write in "
        f"{trial['lost_region']} is lost: both Regions end at {trial['final_value']:.0f} s "
        f"instead of {trial['expected_value']} s."
    )
    return finish(
        figure, {"reads": reads}, words, provenance,
        observed=f"1 trial, {len(reads)} reads", note="Every read is drawn.", about_lag=True,
    )  # fmt: skip


def _tell_fate(
    axes: Axes, trial: pd.Series, writes: dict[str, tuple[float, float]], end_ms: float
) -> None:
    """Write beside each write whether it won."""
    deltas = {
        trial["first_region"]: trial["first_delta"],
        trial["second_region"]: trial["second_delta"],
    }
    for region, (written_ms, value) in writes.items():
        lost = region == trial["lost_region"]
        fate = "acknowledged, then lost" if lost else "wins"
        above = value > trial["base"]
        axes.annotate(
            f"{deltas[region]:+d} s in {region}: {fate}", (written_ms, value),
            xytext=(0.03 * end_ms + written_ms, value + (3 if above else -3)),
            fontsize=9, va="bottom" if above else "top", color=INK,
            fontweight="bold" if lost else "normal",
        )  # fmt: skip


def lost_update_chart(
    rates: pd.DataFrame,
    provenance: Provenance,
    predicted: pd.DataFrame | None = None,
) -> Chart:
    """Draw the share of trials that lost an update, against the gap between the two writes.

    Args:
        rates: as `measures.lost_update_rates` returns them.
        provenance: of the observations.
        predicted: as `measures.lost_update_curve` returns it: what the measured lag predicts.
    """
    figure, axes = new_chart("How often one of two updates is lost")
    if predicted is not None:
        draw_band(axes, predicted["gap_ms"], predicted["band_lo"], predicted["band_hi"], FAINT)
        axes.plot(
            predicted["gap_ms"], predicted["p_lost"], color=FAINT, linewidth=1.6,
            label=f"what the lag of {int(predicted['n'].max())} writes predicts",
        )  # fmt: skip
    draw_shares(
        axes, rates["gap_ms"], rates, "lost", color=BLUE,
        linestyle="--" if predicted is None else "none", label="measured",
    )  # fmt: skip
    if predicted is not None:
        axes.legend(loc="upper right", fontsize=8.5, frameon=False)
    axes.set_xlabel("gap between the two writes, ms")
    axes.set_ylabel("trials that lost an update")
    # Rounded to a whole number first: a gap just below 0 is 0 ms, not -0.
    told = ", ".join(
        f"{row.lost} of {row.n} at {round(row.gap_ms):,} ms" for row in rates.itertuples()
    )
    band = "" if predicted is None else " Band: 95 % Dvoretzky-Kiefer-Wolfowitz."
    return finish(
        figure, {"rates": rates} | ({} if predicted is None else {"predicted": predicted}),
        f"Trials that lost an update, by the gap between the two writes: {told}.", provenance,
        observed=f"{int(rates['n'].sum())} trials", note=f"Bars: 95 % Wilson intervals.{band}",
        about_lag=True,
    )  # fmt: skip


def agreement_chart(trials: pd.DataFrame, provenance: Provenance) -> Chart:
    """Draw how long after the second write both Regions showed the final value for good.

    Args:
        trials: `agree_ms`, `lost`, `outcome`.
        provenance: of the observations.
    """
    ended = trials[trials["outcome"] == "ok"]
    figure, axes = new_chart("How long until both Regions agree")
    edges = np.histogram_bin_edges(ended["agree_ms"], bins=20)
    kept, lost = ended[~ended["lost"]]["agree_ms"], ended[ended["lost"]]["agree_ms"]
    axes.hist(
        [kept, lost], bins=list(edges), stacked=True, color=[BLUE, ALARM], edgecolor="white",
        hatch=["", "//"], label=[f"both kept ({len(kept)})", f"one lost ({len(lost)})"],
    )  # fmt: skip
    median_ms = float(ended["agree_ms"].median())
    axes.axvline(median_ms, color=INK, linestyle=":", linewidth=1.4)
    axes.text(median_ms, axes.get_ylim()[1], f" median {median_ms:.0f} ms", fontsize=8.5, va="top")
    axes.set_xlim(left=0)
    axes.set_xlabel("from the second write's acknowledgement to agreement, ms")
    axes.set_ylabel("trials")
    axes.legend(loc="upper right", fontsize=8.5, frameon=False)
    left_out = len(trials) - len(ended)
    observed = f"{len(ended)} trials" + (f", {left_out} never agreed" if left_out else "")
    words = (
        f"Half of the pairs of writes agree within {median_ms:,.0f} ms, the slowest after "
        f"{ended['agree_ms'].max():,.0f} ms; {len(lost)} of {len(ended)} lost one of the two."
    )
    return finish(
        figure, {"trials": trials}, words, provenance, observed=observed,
        note="Each is known to within the time between two reads.", about_lag=True,
    )  # fmt: skip
