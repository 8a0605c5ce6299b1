"""A player's failover policy, tried on an outage on a virtual clock, and scored."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

# Given the Region it saves to, the other, and how many saves in a row were lost there: the Region
# for the next save.
Policy = Callable[[str, str, int], str]
HOME, SPARE = "home", "spare"
# Time between two saves, and when all is over; the save next to each glitch is lost.
EVERY_S, _END_S, _GLITCHES_S = 0.4, 14.0, (1.6, 3.2, 7.6, 11.2)


def try_policy(policy: Policy, *, dark_s: tuple[float, float] = (4.0, 9.0)) -> pd.DataFrame:
    """Play on through 14 s, save by save, as a policy says: an outage, and saves lost by chance.

    Args:
        policy: asked before each save.
        dark_s: when the home Region is gone.

    Returns:
        One row per save: `t_s`, `region`, `ok`.

    Raises:
        ValueError: the policy names a Region that is not there.
    """
    here, other, lost, rows = HOME, SPARE, 0, []
    for number in range(round(_END_S / EVERY_S)):
        t_s = number * EVERY_S
        chosen = policy(here, other, lost)
        if chosen not in (here, other):
            raise ValueError(f"The policy returned {chosen!r}; it can be {here!r} or {other!r}.")
        if chosen == other:
            here, other, lost = other, here, 0
        dark = here == HOME and dark_s[0] <= t_s < dark_s[1]
        glitch = any(abs(t_s - at_s) < EVERY_S / 2 for at_s in _GLITCHES_S)
        lost = lost + 1 if dark or glitch else 0
        rows.append((t_s, here, not lost))
    return pd.DataFrame(rows, columns=["t_s", "region", "ok"])


def score_policies(
    policies: Mapping[str, Policy],
    *,
    dark_s: tuple[float, float] = (4.0, 9.0),
    lag_s: float = 1.0,
) -> pd.DataFrame:
    """Try several policies on the same outage, and count what each costs the viewer.

    Args:
        policies: by name.
        dark_s: as in `try_policy`.
        lag_s: how long a save takes to be in the other Region.

    Returns:
        One row per policy: `policy`, `lost_s` (saves that were lost, times the time between two),
        `moves` (how often it changed the Region), `behind` (acknowledged saves that the Region it
        came to did not have yet, over all moves).
    """
    rows = []
    for name, policy in policies.items():
        calls = try_policy(policy, dark_s=dark_s)
        moved = calls[calls["region"] != calls["region"].shift(fill_value=HOME)]
        behind = sum(
            _behind(calls, row.t_s, row.region, dark_s, lag_s) for row in moved.itertuples()
        )
        rows.append((name, float((~calls["ok"]).sum() * EVERY_S), len(moved), behind))
    return pd.DataFrame(rows, columns=["policy", "lost_s", "moves", "behind"])


def _behind(
    calls: pd.DataFrame, t_s: float, region: str, dark_s: tuple[float, float], lag_s: float
) -> int:
    """Count the saves that were acknowledged elsewhere and are not here yet."""
    # Nothing leaves or reaches a Region that is dark.
    left_s = min(t_s, dark_s[0]) if dark_s[0] <= t_s < dark_s[1] else t_s
    elsewhere = calls[calls["ok"] & (calls["region"] != region) & (calls["t_s"] < t_s)]
    return int((elsewhere["t_s"] > left_s - lag_s).sum())
