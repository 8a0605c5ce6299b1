"""Write `web/js/regions.js` from `helpers/regions.json`, for pages load no JSON from a folder.

`python tools/write_regions.py` writes it; with `--check` it only tells whether it is right.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "helpers" / "regions.json"
SCRIPT = ROOT / "web" / "js" / "regions.js"
_HEAD = """\
// The Regions and the look each has, in the order of the charts. Written from helpers/regions.json
// by tools/write_regions.py: change them there.
"use strict";
var Workshop = globalThis.Workshop || (globalThis.Workshop = {});

"""


def script() -> str:
    """Format the script that the pages load."""
    regions = json.loads(SOURCE.read_text(encoding="utf-8"))["regions"]
    lines = ",\n".join(f"  {json.dumps(region, ensure_ascii=False)}" for region in regions)
    return f"{_HEAD}Workshop.REGIONS = [\n{lines},\n];\n"


def main() -> int:
    """Write the script, or check it."""
    if "--check" in sys.argv[1:]:
        same = SCRIPT.exists() and SCRIPT.read_text(encoding="utf-8") == script()
        if not same:
            print(
                "web/js/regions.js is not what helpers/regions.json says: run this without --check"
            )
        return 0 if same else 1
    SCRIPT.write_text(script(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
