"""Write docs/experiments.md from the registry; with --check, say whether it is up to date."""

from __future__ import annotations

import sys
from pathlib import Path

from helpers.experiments.command import table

PAGE = Path(__file__).resolve().parent.parent / "docs" / "experiments.md"


def main() -> int:
    """Write the page, or compare it."""
    if "--check" not in sys.argv:
        PAGE.write_text(table(), encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == table():
        return 0
    print("docs/experiments.md is not up to date. Run: python tools/describe_experiments.py")
    return 1


if __name__ == "__main__":
    sys.exit(main())
