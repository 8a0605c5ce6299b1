"""The backend as Chalice gets it: a copy, with the learner's prefix and a record that is true.

Chalice believes `.chalice/deployed`, one file a stage. That may speak of another cloud, of one that
was emptied, or end in the middle. So each run of ours gets a copy of the project, and a record that
was made by looking at the target. The learner's own copy gets the new record afterwards, so that
`chalice` typed in a terminal goes on from there.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from helpers import ownership
from helpers.ownership import Thing
from helpers.regions import REGIONS
from helpers.run_folders import run_folder

_PART = ".part"
_NOT_COPIED = shutil.ignore_patterns("deployed", "venv", "__pycache__", f"*{_PART}")
_ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")


def config(app: str, stages: Iterable[str] = REGIONS) -> dict[str, Any]:
    """Format Chalice's settings: a stage a Region, all of them for the same app and table.

    `backend/.chalice/config.json` is this for the app without a prefix; a test holds them equal.
    """
    return {
        "version": "2.0",
        "app_name": app,
        "api_gateway_stage": "api",
        "api_gateway_endpoint_type": "REGIONAL",
        "autogen_policy": False,
        "iam_policy_file": "policy.json",
        "lambda_memory_size": 512,
        "lambda_timeout": 10,
        "environment_variables": {"TABLE_NAME": app},
        "tags": {ownership.TAG: app},
        "stages": {stage: {} for stage in stages},
    }


@contextmanager
def project(backend: Path, app: str, record: dict[str, Any], stage: str) -> Iterator[Path]:
    """Provide a folder in which Chalice can work on one stage, with the record it is to believe.

    What the learner changed in the backend's settings is kept; the names follow the prefix.
    """
    with run_folder() as folder:
        copy = folder / "backend"
        shutil.copytree(backend, copy, ignore=_NOT_COPIED)
        settings = copy / ".chalice" / "config.json"
        chosen = json.loads(settings.read_text(encoding="utf-8"))
        named = config(app, [stage])
        for name in ("environment_variables", "tags", "stages"):
            chosen[name] = named[name] | chosen.get(name, {})
        chosen["app_name"] = app
        chosen["environment_variables"]["TABLE_NAME"] = app
        chosen["tags"][ownership.TAG] = app
        settings.write_text(json.dumps(chosen, indent=2), encoding="utf-8")
        policy = copy / ".chalice" / "policy.json"
        text = policy.read_text(encoding="utf-8")
        policy.write_text(
            text.replace(f":table/{ownership.APP}", f":table/{app}"), encoding="utf-8"
        )
        if record["resources"]:
            path = _record(copy, stage)
            path.parent.mkdir()
            path.write_text(json.dumps(record, indent=2), encoding="utf-8")
        yield copy


def record(function: Thing | None, api: Thing | None, role: Thing | None) -> dict[str, Any]:
    """Format a record as Chalice keeps it, of what is there."""
    resources: list[dict[str, str]] = []
    if role:
        kind = {"name": "api_handler_role", "resource_type": "iam_role"}
        resources.append({**kind, "role_arn": role.arn, "role_name": role.name})
    if function:
        kind = {"name": "api_handler", "resource_type": "lambda_function"}
        resources.append({**kind, "lambda_arn": function.arn})
    if api:
        address = f"https://{api.name}.execute-api.{api.region}.amazonaws.com/api/"
        kind = {"name": "rest_api", "resource_type": "rest_api"}
        resources.append({**kind, "rest_api_id": api.name, "rest_api_url": address})
    return {"resources": resources, "schema_version": "2.0", "backend": "api"}


def keep(backend: Path, copy: Path, stage: str) -> None:
    """Take the record, and the package that was built, over into the learner's own backend.

    A record there that speaks of something else, or of nothing that can be read, is set aside.
    """
    made, own = _record(copy, stage), _record(backend, stage)
    # A backend in a folder that cannot be written is deployed all the same.
    with suppress(OSError):
        if made.is_file():
            own.parent.mkdir(exist_ok=True)
            if own.is_file() and _api_of(own) != _api_of(made):
                own.replace(own.with_suffix(".set-aside"))
            _put(made, own)
        for package in (copy / ".chalice" / "deployments").glob("*.zip"):
            kept = backend / ".chalice" / "deployments" / package.name
            if not kept.exists():
                kept.parent.mkdir(exist_ok=True)
                _put(package, kept)


def _put(source: Path, there: Path) -> None:
    """Copy a file so that nobody ever meets half of it: a class may deploy from one backend."""
    with tempfile.NamedTemporaryFile(dir=there.parent, suffix=_PART, delete=False) as part:
        part.write(source.read_bytes())
    Path(part.name).replace(there)


def forget(backend: Path, api_ids: Iterable[str]) -> None:
    """Remove the learner's records of APIs that are gone, and those that nobody can read."""
    gone = {"", *api_ids}
    with suppress(OSError):
        for path in (backend / ".chalice" / "deployed").glob("*.json"):
            if _api_of(path) in gone:
                path.unlink()


def without_account(line: str) -> str:
    """Mask the account's number, which Chalice prints with every ARN."""
    return _ACCOUNT.sub("************", line)


def _record(folder: Path, stage: str) -> Path:
    return folder / ".chalice" / "deployed" / f"{stage}.json"


def _api_of(path: Path) -> str:
    """Return the id of the API that a record names; empty where it names none or cannot be read."""
    try:
        resources = json.loads(path.read_text(encoding="utf-8"))["resources"]
        return next((str(r["rest_api_id"]) for r in resources if "rest_api_id" in r), "")
    except (OSError, ValueError, KeyError, TypeError):
        return ""
