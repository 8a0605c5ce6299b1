"""A learner whose target is AWS, as a local cloud poses as it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from helpers.localcloud.process import daemon
from helpers.settings import PROJECT_DIR, Settings
from helpers.targets import LocalTarget
from tests.conftest import AWAY, HOME
from tests.learner.posing import PosingAsAws

WRITE_AND_READ = f"""
from helpers import checks, connect, deploy
from helpers.experiments.prober import Prober
target = connect()
print(checks.account(target, "{HOME}"), checks.api(target, "{HOME}"))
with Prober(target, "{HOME}") as prober, deploy.apis(target, ["{HOME}"])[0] as api:
    print(prober.write("posing", "show", 7).outcome, api.get("posing", "show").bookmark)
"""


class Learner:
    """A terminal whose target is AWS; what it reaches is the cloud that poses as AWS."""

    def __init__(self, posing: PosingAsAws, behind: LocalTarget, folder: Path) -> None:
        self.posing = posing
        self.behind = behind
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "WORKSHOP_"))}
        own = {
            "WORKSHOP_STATE_DIR": str(folder / "none"), "WORKSHOP_EXPORTS": str(folder / "exports"),
            "WORKSHOP_BACKEND": str(folder / "backend"), "HOME": str(folder),
        }  # fmt: skip
        self.environment = clean | own | posing.shell

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run Python with these arguments, with nobody at the terminal, and wait for it."""
        return subprocess.run(
            [sys.executable, *command], env=self.environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False, timeout=400,
        )  # fmt: skip

    def workshop(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the workshop."""
        return self.run("-m", "helpers", *command.split())

    def count_ours(self) -> int:
        """Count what of the workshop is there, looked at from behind."""
        count = 0
        for region in (HOME, AWAY):
            tables = self.behind.client("dynamodb", region).list_tables()["TableNames"]
            count += sum(
                name in ("global-serverless", "global-serverless-strong") for name in tables
            )
            count += len(self.behind.client("lambda", region).list_functions()["Functions"])
            count += len(self.behind.client("apigateway", region).get_rest_apis()["items"])
        return count + len(self.behind.client("iam", HOME).list_roles()["Roles"])


@contextmanager
def learner_on_aws(folder: Path, *, lag: str = "fixed:50") -> Iterator[Learner]:
    """Open a terminal on an account of AWS: what `folder` keeps of one, or an empty one."""
    settings = Settings(lag=lag, timescale=0.01, state_dir=folder / "aws", keep=True)
    cloud = daemon.start(
        settings.state_dir, lag=settings.lag, timescale=settings.timescale, keep=settings.keep
    )
    ignored = shutil.ignore_patterns("deployed", "deployments", "__pycache__")
    shutil.copytree(PROJECT_DIR / "backend", folder / "backend", ignore=ignored, dirs_exist_ok=True)
    behind = LocalTarget(cloud, settings)
    key = behind.environment(HOME)["AWS_ACCESS_KEY_ID"]
    try:
        with PosingAsAws(cloud.port, key, folder) as posing:
            yield Learner(posing, behind, folder)
            assert posing.strangers == []
    finally:
        daemon.stop(cloud)
