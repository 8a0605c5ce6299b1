"""Lag models: what the command line writes is what is drawn."""

from __future__ import annotations

import random

import numpy as np
import pytest
from scipy import stats

from helpers.localcloud.engine.lag import LognormalLag, parse_lag

TRIPS = {frozenset(("us-west-2", "us-east-1")): 65.0}


@pytest.mark.parametrize("text", ["aws", "fixed:400", "uniform:150,900", "lognormal:700,2300"])
def test_a_model_names_itself_as_it_was_written(text: str) -> None:
    """A model that is read and written again is the same text."""
    assert parse_lag(text, TRIPS).name == text


@pytest.mark.parametrize(
    "text",
    ["", "fixed", "fixed:", "fixed:-1", "fixed:nan", "uniform:900,150", "lognormal:0,5", "aws:1"],
)
def test_what_is_no_model_is_refused_with_the_ones_there_are(text: str) -> None:
    """A mistake is answered with the models that can be written."""
    with pytest.raises(ValueError, match="uniform:150,900"):
        parse_lag(text, TRIPS)


def test_lognormal_has_the_median_and_percentile_it_was_given() -> None:
    """Two numbers describe the model, and draws from it show both."""
    seed = 7
    print(f"seed {seed}")
    source = random.Random(seed)
    drawn = [LognormalLag(700, 2300).draw_ms(source, "a", "b") for _ in range(20_000)]
    assert np.median(drawn) == pytest.approx(700, rel=0.02)
    assert np.quantile(drawn, 0.99) == pytest.approx(2300, rel=0.06)


def test_aws_is_half_the_round_trip_plus_a_lognormal_delay() -> None:
    """Between these Regions, draws follow the documented distribution (Kolmogorov-Smirnov)."""
    seed = 11
    print(f"seed {seed}")
    source = random.Random(seed)
    model = parse_lag("aws", TRIPS)
    drawn = [model.draw_ms(source, "us-west-2", "us-east-1") - 32.5 for _ in range(5_000)]
    sigma = np.log(2300 / 700) / stats.norm.ppf(0.99)
    assert stats.kstest(drawn, stats.lognorm(sigma, scale=700).cdf).pvalue > 0.001


def test_the_same_seed_draws_the_same_lags() -> None:
    """A run can be repeated."""
    model = parse_lag("aws", TRIPS)
    one, two = random.Random(3), random.Random(3)
    assert [model.draw_ms(one, "us-west-2", "us-east-1") for _ in range(50)] == [
        model.draw_ms(two, "us-west-2", "us-east-1") for _ in range(50)
    ]
