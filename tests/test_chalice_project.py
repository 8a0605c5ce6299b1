"""What Chalice is given: settings made from the list of Regions, and records that are true."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers import chalice_project
from helpers.ownership import Thing
from helpers.regions import REGIONS
from helpers.settings import PROJECT_DIR

BACKEND = PROJECT_DIR / "backend"
API = Thing("API", "abc123", "us-west-2")


def test_the_stages_are_the_regions() -> None:
    """The committed settings are those that are made from helpers/regions.json."""
    text = (BACKEND / ".chalice" / "config.json").read_text(encoding="utf-8")
    assert json.loads(text) == chalice_project.config("global-serverless")
    assert set(json.loads(text)["stages"]) == set(REGIONS)


def test_the_prefix_is_in_every_name_and_the_committed_files_stay(tmp_path: Path) -> None:
    """App, table, tag and the role's policy follow it; what a learner changed is kept."""
    before = {p: p.read_bytes() for p in (BACKEND / ".chalice").glob("*.json")}
    record = chalice_project.record(None, API, None)
    with chalice_project.project(BACKEND, "ada-global-serverless", record, "mars-1") as copy:
        settings = json.loads((copy / ".chalice" / "config.json").read_text(encoding="utf-8"))
        policy = (copy / ".chalice" / "policy.json").read_text(encoding="utf-8")
        kept = json.loads((copy / ".chalice/deployed/mars-1.json").read_text(encoding="utf-8"))
        assert (copy / "app.py").read_bytes() == (BACKEND / "app.py").read_bytes()
    assert settings["app_name"] == "ada-global-serverless"
    assert settings["environment_variables"]["TABLE_NAME"] == "ada-global-serverless"
    assert set(settings["stages"]) == {*REGIONS, "mars-1"}
    assert settings["lambda_timeout"] == 10
    assert "table/ada-global-serverless" in policy
    assert kept == record
    assert not copy.exists()
    assert before == {p: p.read_bytes() for p in (BACKEND / ".chalice").glob("*.json")}
    assert tmp_path.exists()


@pytest.mark.parametrize("stands", ["", '{"resources": [', "[]", '{"resources": [{"rest'])
def test_a_record_of_something_else_is_set_aside(tmp_path: Path, stands: str) -> None:
    """Half written, empty, of another cloud: the new one takes its place, the old one is kept."""
    backend = tmp_path / "backend"
    deployed = backend / ".chalice" / "deployed"
    deployed.mkdir(parents=True)
    (deployed / "dev.json").write_text(stands, encoding="utf-8")
    made = chalice_project.record(None, API, None)
    copy = tmp_path / "copy"
    (copy / ".chalice" / "deployed").mkdir(parents=True)
    (copy / ".chalice" / "deployed" / "dev.json").write_text(json.dumps(made), encoding="utf-8")
    chalice_project.keep(backend, copy, "dev")
    assert json.loads((deployed / "dev.json").read_text(encoding="utf-8")) == made
    assert (deployed / "dev.set-aside").read_text(encoding="utf-8") == stands
    (deployed / "half.json").write_text(stands, encoding="utf-8")
    chalice_project.forget(backend, ["another"])
    assert {p.name for p in deployed.glob("*.json")} == {"dev.json"}
    chalice_project.forget(backend, ["abc123"])
    assert list(deployed.glob("*.json")) == []


def test_the_account_is_masked() -> None:
    """Twelve digits of an ARN are nobody's business; other numbers stay."""
    line = "arn:aws:lambda:us-west-2:123456789012:function:x at 1767225600000"
    masked = "arn:aws:lambda:us-west-2:************:function:x at 1767225600000"
    assert chalice_project.without_account(line) == masked
