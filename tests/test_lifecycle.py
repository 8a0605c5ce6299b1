"""What a run finds half done: replicas that failed, a Region that is closed, a call denied."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from helpers import tables
from helpers.lifecycle import remove
from helpers.ownership import Thing
from helpers.settings import Settings
from helpers.survey import Survey, Unknown, search_regions, survey

HOME, AWAY = "us-west-2", "us-east-2"


def refusal(code: str, operation: str) -> ClientError:
    """Build an error as AWS does."""
    return ClientError({"Error": {"Code": code, "Message": "as said"}}, operation)


@dataclass
class Service:
    """Clients of services that hold nothing; in some Regions they answer with an error."""

    region: str
    errors: dict[str, str]
    calls: list[str] = field(default_factory=list)

    def get_paginator(self, name: str) -> Any:
        """Return pages that are empty, or an error."""
        if code := self.errors.get(self.region):
            raise refusal(code, name)
        keys = ("Functions", "TableNames", "items", "logGroups", "Roles", "MetricAlarms")

        class Pages:
            def paginate(self, **_named: object) -> list[dict[str, list[str]]]:
                return [{key: [] for key in keys}]

        return Pages()

    def list_buckets(self) -> dict[str, list[str]]:
        """List none."""
        return {"Buckets": []}

    def describe_table(self, **_named: object) -> dict[str, Any]:
        """Describe a table whose replica has failed."""
        failed = {"RegionName": AWAY, "ReplicaStatus": "CREATION_FAILED"}
        return {"Table": {"TableStatus": "ACTIVE", "Replicas": [failed]}}

    def delete_function(self, **_named: object) -> None:
        """Refuse."""
        raise refusal("AccessDeniedException", "DeleteFunction")

    def list_role_policies(self, **_named: object) -> dict[str, list[str]]:
        """List none."""
        return {"PolicyNames": []}

    def list_attached_role_policies(self, **_named: object) -> dict[str, list[str]]:
        """List none."""
        return {"AttachedPolicies": []}

    def delete_role(self, **_named: object) -> None:
        """Delete it."""
        self.calls.append("delete_role")

    def delete_log_group(self, **_named: object) -> None:
        """Delete it."""
        self.calls.append("delete_log_group")


class Account:
    """An AWS of which only what is above is there."""

    name = "aws"

    def __init__(self, settings: Settings, **errors: str) -> None:
        self.settings = settings
        self.regions = settings.regions
        self.errors = {region.replace("_", "-"): code for region, code in errors.items()}
        self.deleted: list[str] = []

    def offline(self) -> set[str]:
        """Name none."""
        return set()

    def client(self, _service: str, region: str) -> Any:
        """Return a client."""
        return Service(region, self.errors, self.deleted)


@pytest.fixture
def own(tmp_path: Any) -> Settings:
    """Settings with a folder of one's own."""
    return replace(Settings(), backend=tmp_path)


def test_a_replica_that_failed_is_not_waited_for(own: Settings) -> None:
    """The message names its state and what tries anew."""
    account: Any = Account(own)
    with pytest.raises(tables.ReplicaFailedError, match=r"CREATION_FAILED.*workshop prepare"):
        tables.watch_replica(account, HOME, AWAY, progress=lambda _line: None)


def test_a_region_that_is_closed_is_none_of_ours_unless_the_learner_chose_it(own: Settings) -> None:
    """Companies close Regions: a note. In one's own, what cannot be looked at is unknown."""
    account: Any = Account(own, ap_south_1="AccessDeniedException")
    found = survey(account)
    assert (found.closed, found.unknown) == (["ap-south-1"], [])
    assert any("ap-south-1" in line.words for line in survey(account, ["ap-south-1"]).unknown)
    broken: Any = Account(own, ap_south_1="InternalError")
    assert any("InternalError" in line.words for line in survey(broken).unknown)


def test_every_stage_and_the_terminals_region_are_looked_at(
    own: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plain `chalice deploy` goes to AWS_DEFAULT_REGION; a learner may have added a stage."""
    (own.backend / ".chalice").mkdir()
    settings = own.backend / ".chalice" / "config.json"
    settings.write_text('{"stages": {"me-south-1": {}, "prod": {}}}', encoding="utf-8")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "af-south-1")
    chosen: Any = Account(replace(own, regions=("sa-east-1", HOME, AWAY)))
    looked = search_regions(chosen, ["eu-south-1"])
    assert {"me-south-1", "af-south-1", "sa-east-1", "eu-south-1", "ap-south-1"} <= set(looked)
    assert "prod" not in looked


def test_a_failure_is_kept_for_the_end_and_the_rest_goes_on(own: Settings) -> None:
    """The function stays, so its role does too; its log goes."""
    account: Any = Account(own)
    things = [
        Thing("function", "f", HOME, "its tag", tagged=True),
        Thing("role", "r", "", "its tag", tagged=True),
        Thing("log group", "l", HOME, "its tag", tagged=True),
    ]
    done = remove(account, Survey(things), progress=lambda _line: None)
    assert any("function f in us-west-2 was not deleted" in line for line in done.failures)
    assert any("role r was kept" in line for line in done.failures)
    assert account.deleted == ["delete_log_group"]


@pytest.mark.parametrize(
    ("what", "kept"), [("functions", True), ("all", True), ("logs", False), ("buckets", False)]
)
def test_a_role_is_kept_where_a_function_may_not_have_been_seen(
    own: Settings, what: str, kept: bool
) -> None:
    """Functions of a Region that could not be looked at may use it; logs and buckets use none."""
    account: Any = Account(own)
    found = Survey([Thing("role", "r", "", "its tag", tagged=True)], [Unknown(what, "for now")])
    done = remove(account, found, progress=lambda _line: None)
    assert any("role r was kept" in line for line in done.failures) is kept
    assert account.deleted == ([] if kept else ["delete_role"])


@pytest.mark.parametrize(
    ("what", "region", "kept"),
    [("logs", HOME, True), ("APIs", HOME, True), ("roles", "", True), ("logs", AWAY, False),
     ("buckets", "", False)],
)  # fmt: skip
def test_a_function_is_kept_until_all_that_it_proves_was_seen(
    own: Settings, what: str, region: str, kept: bool
) -> None:
    """A log group without a tag is ours by its function alone: gone with that, nobody's."""
    account: Any = Account(own)
    function = Thing("function", "f", HOME, "its tag", tagged=True)
    found = Survey([function], [Unknown(what, "for now", region)])
    done = remove(account, found, progress=lambda _line: None)
    assert any("function f in us-west-2 was kept" in line for line in done.failures) is kept
