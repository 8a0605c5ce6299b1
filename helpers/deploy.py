"""Deploy the backend to a Region with AWS Chalice, as the command line would."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from helpers.api import Api
from helpers.targets import Target

_LOCAL_ACCOUNT = ":000000000000:"

Progress = Callable[[str], None]


class DeployError(RuntimeError):
    """Chalice did not do it; the message has the end of what it printed."""


@dataclass(frozen=True)
class Deployment:
    """An API that is deployed: its Region, its URL, and how long the deployment took, in s."""

    region: str
    url: str
    took_s: float

    def api(self) -> Api:
        """Return a client of it."""
        return Api(self.region, self.url)


def deploy(target: Target, region: str, *, progress: Progress = print) -> Deployment:
    """Run `chalice deploy --stage REGION` in the backend's folder: first deploy or redeploy.

    Raises:
        DeployError: Chalice failed, or a deployment on the other target is recorded there.
    """
    _guard_record(target, region)
    started = time.monotonic()
    _chalice(target, region, "deploy", progress)
    took_s = time.monotonic() - started
    found = url(target, region)
    if found is None:
        raise DeployError(f"Chalice ended, but no API of its record answers in {region}.")
    return Deployment(region, found, took_s)


def undeploy(target: Target, region: str, *, progress: Progress = print) -> bool:
    """Run `chalice delete --stage REGION`; return whether there was anything to delete."""
    if not _record(target, region).is_file() or _recorded_target(target, region) != target.name:
        return False
    _chalice(target, region, "delete", progress)
    _record(target, region).unlink(missing_ok=True)
    return True


def url(target: Target, region: str) -> str | None:
    """Return the URL of the API that is deployed in a Region, None where there is none."""
    api_id = _recorded(target, region).get("rest_api_id")
    if not api_id:
        return None
    apis = target.client("apigateway", region).get_paginator("get_rest_apis").paginate()
    known = {api["id"] for page in apis for api in page["items"]}
    return target.api_url(api_id, region) if api_id in known else None


def apis(target: Target, regions: Iterable[str]) -> list[Api]:
    """Return a client for each of these Regions that has an API."""
    return [Api(region, found) for region in regions if (found := url(target, region))]


def logs(target: Target, region: str) -> str:
    """Return what `chalice logs --stage REGION` prints: a line a request."""
    return _chalice(target, region, "logs", lambda _line: None)


def log_groups(target: Target, region: str) -> list[str]:
    """List the log groups of the functions that were deployed in a Region."""
    pages = (
        target.client("logs", region)
        .get_paginator("describe_log_groups")
        .paginate(logGroupNamePrefix="/aws/lambda/global-serverless-")
    )
    return [group["logGroupName"] for page in pages for group in page["logGroups"]]


def delete_logs(target: Target, region: str) -> None:
    """Delete the logs of the deployed functions; `chalice delete` leaves them."""
    for name in log_groups(target, region):
        target.client("logs", region).delete_log_group(logGroupName=name)


def _chalice(target: Target, region: str, verb: str, progress: Progress) -> str:
    # The `chalice` command of this environment, whether or not it is on the PATH.
    run = "from chalice.cli import main; raise SystemExit(main())"
    command = [sys.executable, "-c", run, verb, "--stage", region]
    process = subprocess.Popen(
        command,
        cwd=target.settings.backend,
        env=target.environment(region),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines = []
    with process:
        for line in process.stdout or ():
            lines.append(line.rstrip())
            progress(f"  {line.rstrip()}")
    if process.returncode:
        tail = "\n".join(lines[-15:])
        raise DeployError(f"chalice {verb} --stage {region} failed:\n{tail}")
    return "\n".join(lines)


def _record(target: Target, region: str) -> Path:
    return target.settings.backend / ".chalice" / "deployed" / f"{region}.json"


def _recorded(target: Target, region: str) -> dict[str, str]:
    """Read what Chalice noted of its last deployment of a stage: the REST API's part."""
    if not _record(target, region).is_file():
        return {}
    resources = json.loads(_record(target, region).read_text(encoding="utf-8"))["resources"]
    return next((r for r in resources if r["resource_type"] == "rest_api"), {})


def _recorded_target(target: Target, region: str) -> str:
    text = _record(target, region).read_text(encoding="utf-8")
    return "local" if _LOCAL_ACCOUNT in text else "aws"


def _guard_record(target: Target, region: str) -> None:
    """Keep Chalice from taking a deployment on one target for one on the other."""
    if not _record(target, region).is_file() or _recorded_target(target, region) == target.name:
        return
    if target.name == "local":
        raise DeployError(
            f".chalice/deployed/{region}.json of the backend records a deployment on AWS. "
            f"Delete it there first (chalice delete --stage {region}), or it would be forgotten "
            "and go on costing money."
        )
    # What the local cloud held costs nothing and may be forgotten.
    _record(target, region).unlink()
