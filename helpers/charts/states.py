"""Charts of states against time: tables and replicas, and a bookmark in several Regions."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from helpers.charts.chart import Chart
from helpers.charts.style import (
    INK,
    finish,
    new_chart,
    region_colour,
    region_line,
    region_marker,
)
from helpers.measures import status_spans
from helpers.provenance import Provenance

# Fill and hatch: told apart by colour, by grey, and by the word that is written into them.
_LOOKS = {
    "ACTIVE": ("#009E73", "", "white"),
    "UPDATING": ("#F0E442", "//", INK),
    "CREATING": ("#56B4E9", "..", INK),
    "DELETING": ("#E69F00", "\\\\", INK),
    "absent": ("#f2f2f2", "", INK),
}
_OTHER_LOOK = ("#CC79A7", "xx", INK)
# Below this share of the width a word does not fit into its span.
_ROOM_FOR_WORD = 0.085


def status_chart(statuses: pd.DataFrame, provenance: Provenance) -> Chart:
    """Draw which state each table and replica was in, one row each.

    Args:
        statuses: `t_ms`, `subject`, `status`, a row a change, as `tables.watch` returns them.
        provenance: of the observations.
    """
    spans = status_spans(statuses)
    subjects = list(dict.fromkeys(spans["subject"]))
    whole_s = spans["end_ms"].max() / 1000
    figure, axes = new_chart(
        "Tables and replicas, state by state", height=1.9 + 0.55 * len(subjects)
    )
    for span in spans.itertuples():
        row = subjects.index(span.subject)
        start_s, length_s = span.start_ms / 1000, (span.end_ms - span.start_ms) / 1000
        fill, hatch, ink = _LOOKS.get(span.status, _OTHER_LOOK)
        axes.barh(
            row, length_s, left=start_s, color=fill, hatch=hatch, edgecolor="#999999", height=0.6
        )
        if length_s > whole_s * _ROOM_FOR_WORD:
            axes.text(
                start_s + length_s / 2, row, span.status, ha="center", va="center", fontsize=8.5,
                color=ink, bbox={"facecolor": fill, "edgecolor": "none", "pad": 1.5},
            )  # fmt: skip
    for start_s, end_s, subject, words in _short_ones(spans, whole_s * _ROOM_FOR_WORD):
        x = (start_s + end_s) / 2
        side = "left" if x < whole_s / 10 else "right" if x > whole_s * 9 / 10 else "center"
        x = {"left": start_s, "right": end_s}.get(side, x)
        above = subjects.index(subject) - 0.34
        axes.text(x, above, words, ha=side, va="bottom", fontsize=7, color=INK)
    axes.set_yticks(range(len(subjects)), subjects)
    axes.set_ylim(len(subjects) - 0.4, -0.75)
    axes.set_xlim(0, whole_s)
    axes.set_xlabel("time since the request, s")
    axes.grid(visible=False, axis="y")
    told = "; ".join(
        f"{subject}: {', then '.join(group['status'])}"
        for subject, group in spans.groupby("subject", sort=False)
    )
    return finish(
        figure, {"states": statuses}, f"In {whole_s:.1f} s, {told}.", provenance,
        observed=f"{len(statuses)} states seen",
        note="Looked at every 0.1 s, so a change is up to 0.1 s and the calls' time earlier than "
        "drawn.",
    )  # fmt: skip


def _short_ones(spans: pd.DataFrame, room_s: float) -> Iterator[tuple[float, float, str, str]]:
    """Iterate over what has no room for its word: start and end in s, subject, words.

    Those that follow one another share a label: each at its own place, their words would overlap.
    """
    for subject, rows in spans.groupby("subject", sort=False):
        short = (rows["end_ms"] - rows["start_ms"]) / 1000 <= room_s
        for _, run in rows[short].groupby((~short).cumsum()[short]):
            start_s, end_s = run["start_ms"].iloc[0] / 1000, run["end_ms"].iloc[-1] / 1000
            yield start_s, end_s, str(subject), ", then ".join(run["status"])


def bookmark_chart(timeline: pd.DataFrame, provenance: Provenance) -> Chart:
    """Draw one bookmark against time in each Region, with the writes and the stale reads.

    Args:
        timeline: `t_ms`, `region`, `kind` (read or write), `bookmark`, `outcome`.
        provenance: of the observations.
    """
    ok = timeline[timeline["outcome"] == "ok"].sort_values("t_ms")
    reads, writes = ok[ok["kind"] == "read"], ok[ok["kind"] == "write"]
    figure, axes = new_chart("One bookmark, several Regions")
    for region, group in reads.groupby("region", sort=False):
        axes.step(
            group["t_ms"] / 1000, group["bookmark"], where="post", linewidth=2,
            label=f"read in {region}", **region_line(str(region)),
        )  # fmt: skip
    for region, group in writes.groupby("region", sort=False):
        axes.plot(
            group["t_ms"] / 1000, group["bookmark"], linestyle="none", markersize=9,
            marker=region_marker(str(region)), markerfacecolor=region_colour(str(region)),
            markeredgecolor="white", label=f"write acknowledged in {region}",
        )  # fmt: skip
    stale = _stale(reads, writes)
    if len(stale):
        axes.plot(
            stale["t_ms"] / 1000, stale["bookmark"], linestyle="none", marker="x", markersize=4,
            color=INK, label=f"stale read ({len(stale)} of {len(reads)})",
        )  # fmt: skip
    axes.set_xlabel("time, s")
    axes.set_ylabel("bookmark, s")
    axes.legend(loc="upper left", fontsize=8.5, frameon=False)
    words = (
        f"After {len(writes)} writes in {', '.join(writes['region'].unique())}, {len(stale)} of "
        f"{len(reads)} reads in {', '.join(reads['region'].unique())} still showed the previous "
        f"bookmark."
    )
    return finish(
        figure, {"timeline": timeline}, words, provenance,
        observed=f"{len(writes)} writes, {len(reads)} reads",
        note="Every observation is drawn; a stale read began after a write and does not show it.",
        about_lag=True,
    )  # fmt: skip


def _stale(reads: pd.DataFrame, writes: pd.DataFrame) -> pd.DataFrame:
    """Find the reads that do not show the last write acknowledged before."""
    if writes.empty or reads.empty:
        return reads.iloc[:0]
    known = pd.merge_asof(
        reads[["t_ms", "region", "bookmark"]],
        writes[["t_ms", "bookmark"]].rename(columns={"bookmark": "written"}),
        on="t_ms",
        direction="backward",
    )
    return known[known["bookmark"] < known["written"]]
