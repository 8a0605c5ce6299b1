"""Lags by the million: drawn from the local cloud's models, or from what was measured."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from helpers.localcloud.engine.lag import (
    AWS_SERVICE,
    AwsLag,
    FixedLag,
    LagModel,
    LognormalLag,
    MeasuredLag,
    UniformLag,
    parse_lag,
    short_name,
)
from helpers.localcloud.round_trips import read_round_trips


class Lags:
    """Draws lags, in whole ms.

    Args:
        source: a model as the command line writes it (`aws`, `fixed:400`, ...), or measured lags
            in ms, each as likely as the others on every link.

    Raises:
        ValueError: the model is not known, or the measured lags are none.
    """

    def __init__(self, source: str | ArrayLike) -> None:
        self._model: LagModel | None = None
        if isinstance(source, str):
            self._model = parse_lag(source, read_round_trips())
            self.name = short_name(self._model.name)
            return
        self._measured = np.asarray(source, dtype=float).ravel()
        if (
            not len(self._measured)
            or not (np.isfinite(self._measured) & (self._measured >= 0)).all()
        ):
            raise ValueError("Measured lags must be numbers of ms, at least one, none negative.")
        self.name = f"{len(self._measured)} measured lags"

    def draw_ms(
        self, uniform: np.ndarray, regions: Sequence[str], source: np.ndarray
    ) -> np.ndarray:
        """Draw a lag for every image.

        Args:
            uniform: a number between 0 and 1 for each, of the shape of what is returned.
            regions: names.
            source: index of the Region in which each write was made, any shape.

        Returns:
            Whole ms, the shape of `source` and one layer more for the receiving Regions.
        """
        match self._model:
            case FixedLag(lag_ms):
                drawn = np.full(uniform.shape, lag_ms)
            case UniformLag(low_ms, high_ms):
                drawn = low_ms + uniform * (high_ms - low_ms)
            case MeasuredLag(quantiles_ms=known):
                drawn = np.interp(uniform, np.linspace(0, 1, len(known)), known)
            case LognormalLag() as service:
                drawn = _lognormal(uniform, service)
            case AwsLag(round_trip_ms):
                ends = [
                    [round_trip_ms.get(frozenset((a, b)), 0.0) for b in regions] for a in regions
                ]
                drawn = np.array(ends)[source] / 2 + _lognormal(uniform, AWS_SERVICE)
            case _:
                drawn = self._measured[(uniform * len(self._measured)).astype(np.int64)]
        whole: np.ndarray = np.rint(drawn).astype(np.int64)
        return whole


def _lognormal(uniform: np.ndarray, lag: LognormalLag) -> np.ndarray:
    drawn: np.ndarray = np.exp(math.log(lag.median_ms) + lag.sigma * special.ndtri(uniform))
    return drawn
