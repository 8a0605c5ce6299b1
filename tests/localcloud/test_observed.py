"""The table of what AWS was observed to do names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

from helpers.settings import PROJECT_DIR

HERE = Path(__file__).parent


def test_each_row_names_a_test_or_says_why_not() -> None:
    """Every finding has a test that is there, or is said not to be modelled."""
    defined = {
        name
        for path in HERE.glob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    text = (PROJECT_DIR / "docs" / "observed.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:-1] for line in text.splitlines() if line.startswith("| DDB-")]
    assert len(rows) > 30
    for finding, _aws, ours, test in rows:
        if test.strip():
            assert test.strip() in defined, finding
        else:
            assert "not modelled" in ours or "not there" in ours, finding
