"""`make pictures`: every page and panel in every state, left in exports/pictures/ to be looked at.

`python -m tools.pictures console` takes those only whose name has this word.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from helpers.lifecycle import prepare
from helpers.localcloud.process import daemon
from helpers.settings import PROJECT_DIR, Settings
from helpers.targets import LocalTarget
from tests.chromium import chromium
from tools.pictures import pages, panels
from tools.pictures.album import Album

_REGIONS = ("us-west-2", "us-east-2", "eu-west-1")


def main(wanted: str) -> int:
    """Start a cloud, take the pictures, say where they are; return 1 if anything is wrong."""
    folder = PROJECT_DIR / "exports" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    album = Album(folder)
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        backend = work / "backend"
        made = shutil.ignore_patterns("deployed", "deployments", "__pycache__")
        shutil.copytree(PROJECT_DIR / "backend", backend, ignore=made)
        settings = Settings(
            lag="fixed:300", timescale=0.01, state_dir=work / "state", exports=work, backend=backend
        )
        cloud = daemon.start(settings.state_dir, lag=settings.lag, timescale=settings.timescale)
        try:
            target = LocalTarget(cloud, settings)
            prepare(target, _REGIONS)
            with chromium() as browser, pages.stage(target, cloud, _REGIONS) as stage:
                pages.take_all(stage, browser, album, wanted)
                notebook = work / "notebook"
                notebook.mkdir()
                panels.take_all(stage, browser, album, notebook, wanted)
        finally:
            daemon.stop(cloud)
    print("\n".join(album.wrong()))
    print(f"Look at {album.bind()}")
    return 1 if album.wrong() else 0


if __name__ == "__main__":
    sys.exit(main(" ".join(sys.argv[1:])))
