"""The textbook's model finds the textbook's figures."""

from __future__ import annotations

import numpy as np
import pytest

from helpers import measures
from helpers.measures.pbs import Leg
from tests.measures.compare import ks_distance

SEED = 5


def test_the_published_figures_are_found_again() -> None:
    """P(fresh at 0) within a point, t at 99.9 % within 15 %, as far as a million trials tell."""
    print(f"seed {SEED}")
    table = measures.pbs_table(seed=SEED).set_index("deployment")
    assert list(table.index) == ["LNKD-SSD", "LNKD-DISK", "YMMR"]
    for row in table.itertuples():
        assert row.t999_lo_ms <= row.t999_ms <= row.t999_hi_ms
        assert row.t999_lo_ms <= row.t999_published_ms * 1.15, row.Index
        assert row.t999_hi_ms >= row.t999_published_ms * 0.85, row.Index
        assert row.t999_hi_ms / row.t999_lo_ms < 1.1, row.Index
    disk = table.loc["LNKD-DISK"]
    assert disk["p_fresh_at_0"] == pytest.approx(disk["p_fresh_at_0_published"], abs=0.01)


def test_a_model_repeats_with_its_seed() -> None:
    """Byte for byte."""
    leg = Leg(0.5, 0.1, 1.0, 3.0)
    one, two = (measures.visible_after_ms(leg, leg, trials=1000, seed=SEED) for _ in range(2))
    assert one.tobytes() == two.tobytes()


@pytest.mark.parametrize(("read_quorum", "write_quorum"), [(1, 3), (3, 1), (2, 2)])
def test_quorums_that_overlap_are_never_stale(read_quorum: int, write_quorum: int) -> None:
    """R + W > N: some replica that is read has the write."""
    print(f"seed {SEED}")
    write, other = Leg(0.62, 0.183, 1.05, 1.51), Leg(0.0878, 1.66, 0.235, 10.0)
    times_ms = measures.visible_after_ms(
        write, other, read_quorum=read_quorum, write_quorum=write_quorum, trials=20_000, seed=SEED
    )
    assert (times_ms == 0).all()


def test_one_replica_alone_is_never_stale() -> None:
    """With N = 1, whoever acknowledged is whoever is read."""
    leg = Leg(1.0, 0.01, 1.0, 2.0)
    assert measures.visible_after_ms(leg, leg, replicas=1, trials=1000).max() == 0


def test_a_leg_is_drawn_from_its_two_parts() -> None:
    """Its distribution function is the mixture of the two."""
    print(f"seed {SEED}")
    leg = Leg(0.3, 0.02, 5.0, 2.5)
    drawn = leg.draw_ms(np.random.default_rng(SEED), (100_000,))

    def true(t_ms: np.ndarray) -> np.ndarray:
        pareto = np.where(t_ms > 5.0, 1 - (5.0 / np.maximum(t_ms, 5.0)) ** 2.5, 0.0)
        return 0.3 * (1 - np.exp(-0.02 * t_ms)) + 0.7 * pareto

    assert ks_distance(drawn, true) <= measures.dkw_halfwidth(100_000, 0.999)


def test_quorums_that_cannot_be_are_refused() -> None:
    """Four of three replicas cannot answer."""
    leg = Leg(1.0, 0.01, 1.0, 2.0)
    with pytest.raises(ValueError, match="between 1 and 3"):
        measures.visible_after_ms(leg, leg, read_quorum=4)
