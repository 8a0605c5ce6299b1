"""The pages' own data files say what the project's do."""

from __future__ import annotations

import subprocess
import sys

from helpers.settings import PROJECT_DIR


def test_the_pages_know_the_same_regions() -> None:
    """`web/js/regions.js` is what tools/write_regions.py makes of helpers/regions.json."""
    tool = PROJECT_DIR / "tools" / "write_regions.py"
    checked = subprocess.run(
        [sys.executable, tool, "--check"], check=False, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout
