"""Deploy the backend to a Region with AWS Chalice, as the command line would."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import ClientError

from helpers import chalice_project, ownership
from helpers.api import Api
from helpers.ownership import Thing
from helpers.targets import Target

Progress = Callable[[str], None]


# How Chalice reports what it was refused, after a traceback that helps nobody.
_TRACEBACK, _REFUSED = "Traceback (most recent call last):", "ERROR - "
_THERE_ALREADY = ("EntityAlreadyExists", "ResourceConflictException", "ConflictException")


class DeployError(RuntimeError):
    """Chalice did not do it; the message has what it reported."""


@dataclass(frozen=True)
class Deployment:
    """An API that is deployed: its Region, its URL, and how long the deployment took, in s."""

    region: str
    url: str
    took_s: float

    def api(self) -> Api:
        """Return a client of it."""
        return Api(self.region, self.url)


@dataclass(frozen=True)
class _Found:
    """What a Region has: a function, the newest API that calls it, and whether it answers."""

    function: Thing
    api: Thing | None
    answers: bool


def deploy(target: Target, region: str, *, progress: Progress = print) -> Deployment:
    """Run `chalice deploy --stage REGION` on the backend: first deploy or redeploy.

    A deployment there under another stage, such as by plain `chalice deploy`, is taken over.

    Raises:
        DeployError: Chalice failed.
    """
    started = time.monotonic()
    try:
        _chalice(target, region, "deploy", progress)
    except DeployError as refused:
        # A call that was sent again, its answer lost, was refused what it had made itself. The
        # second run looks first, and takes over what it finds.
        if not any(code in str(refused) for code in _THERE_ALREADY):
            raise
        progress(f"Part of it exists already; deploying to {region} again continues there.")
        _chalice(target, region, "deploy", progress)
    took_s = time.monotonic() - started
    _tag(target, region)
    found = url(target, region)
    if found is None:
        raise DeployError(
            f"Chalice ended, but no API in {region} calls a function of "
            f"{ownership.app_name(target)}."
        )
    return Deployment(region, found, took_s)


def url(target: Target, region: str) -> str | None:
    """Return the URL of the API that is deployed in a Region, None where there is none.

    It is found in the Region itself, whatever its stage and whoever deployed it.
    """
    found = next((f for f in _look(target, region) if f.answers), None)
    return target.api_url(found.api.name, region) if found and found.api else None


def apis(target: Target, regions: Iterable[str]) -> list[Api]:
    """Return a client for each of these Regions that has an API."""
    return [Api(region, found) for region in regions if (found := url(target, region))]


def logs(target: Target, region: str) -> str:
    """Return what `chalice logs --stage REGION` prints: one line per request."""
    return _chalice(target, region, "logs", lambda _line: None)


def _look(target: Target, region: str) -> list[_Found]:
    """Find the functions that are ours, those first that an API reaches, then the Region's own."""
    functions = ownership.functions(target, region)
    apis = ownership.apis(target, region, functions) if any(f.proof for f in functions) else []
    found = []
    for function in (f for f in functions if f.proof):
        calling = [api for api in apis if function.name in api.calls and api.proof]
        complete = [api for api in calling if _answers(target, function, api)]
        found.append(_Found(function, next(iter(complete + calling), None), bool(complete)))
    return sorted(found, key=lambda f: (not f.answers, f.function.stage != region))


def _answers(target: Target, function: Thing, api: Thing) -> bool:
    """Return whether a deployment came to its end: a stage, and the right to call the function."""
    if not target.client("apigateway", api.region).get_stages(restApiId=api.name)["item"]:
        return False
    try:
        policy = target.client("lambda", api.region).get_policy(FunctionName=function.name)
    except ClientError as refused:
        if refused.response["Error"]["Code"] == "ResourceNotFoundException":
            return False
        raise
    return f":{api.name}/" in policy["Policy"]


def _tag(target: Target, region: str) -> None:
    """Put our tag on all that the deployment made; Chalice tags the function only."""
    functions = ownership.functions(target, region)
    made = [
        *ownership.apis(target, region, functions),
        *ownership.log_groups(target, region, functions),
        *ownership.roles(target, functions),
    ]
    for thing in made:
        if thing.proof and not thing.tagged:
            ownership.add_tag(target, thing)


def _chalice(target: Target, region: str, verb: str, progress: Progress) -> str:
    there = next(iter(_look(target, region)), None)
    stage = there.function.stage if there else region
    role = None
    if there:
        known = ownership.roles(target, [there.function])
        role = next((r for r in known if r.name == there.function.role), None)
    record = chalice_project.record(
        there.function if there else None, there.api if there else None, role
    )
    backend, app = target.settings.backend, ownership.app_name(target)
    with chalice_project.project(backend, app, record, stage) as copy:
        printed = _run(target, region, [verb, "--stage", stage], copy, progress)
        chalice_project.keep(backend, copy, stage)
    return printed


def _run(
    target: Target, region: str, arguments: list[str], folder: Path, progress: Progress
) -> str:
    # The `chalice` command of this environment, whether or not it is on the PATH.
    run = "from chalice.cli import main; raise SystemExit(main())"
    process = subprocess.Popen(
        [sys.executable, "-c", run, *arguments],
        cwd=folder,
        env=target.environment(region),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines: list[str] = []
    with process:
        for line in process.stdout or ():
            lines.append(chalice_project.without_account(line.rstrip()))
            if _TRACEBACK not in lines:
                progress(f"  {lines[-1]}")
    if process.returncode:
        command = f"chalice {' '.join(arguments)}"
        raise DeployError(f"{command} in {region} failed:\n{_reported(lines)}")
    return "\n".join(lines)


def _reported(lines: list[str]) -> str:
    """Return what Chalice says went wrong: its own error, or else the end of what it printed."""
    errors = [i for i, line in enumerate(lines) if _REFUSED in line]
    said = lines[errors[-1] :] if errors else lines[-15:]
    said[0] = said[0].partition(_REFUSED)[2] or said[0]
    return "\n".join(line for line in said if line.strip())
