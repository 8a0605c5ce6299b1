"""Tables that are summed up, and tables that cannot be measured."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers import measures


def test_spans_follow_one_another() -> None:
    """A state lasts until the next one of its subject."""
    statuses = pd.DataFrame(
        {"t_ms": [0.0, 10.0, 30.0], "subject": ["a", "b", "a"], "status": ["X", "Y", "Z"]}
    )
    spans = measures.status_spans(statuses).set_index(["subject", "status"])
    assert spans.loc[("a", "X"), "end_ms"] == 30.0
    assert spans.loc[("b", "Y"), "end_ms"] > 30.0


@pytest.mark.parametrize("measure", [measures.lag_brackets, measures.latency_summary])
def test_what_cannot_be_measured_is_said(measure) -> None:
    """A table without the columns names them; an empty one says what to do."""
    with pytest.raises(ValueError, match="Expected the columns"):
        measure(pd.DataFrame({"x": [1]}))
