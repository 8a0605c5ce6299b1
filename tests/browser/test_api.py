"""Deployed APIs as a browser reaches them, and what a stranger's page does not reach."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from helpers import deploy
from helpers.localcloud.process.daemon import RunningCloud
from helpers.targets import LocalTarget
from tests.conftest import AWAY, HOME
from tests.strangers import strangers_page

_FETCH = """async (url) => {
  try {
    const answer = await fetch(url, {headers: {"Content-Type": "application/json"}});
    return {status: answer.status, body: await answer.json()};
  } catch (error) { return {error: String(error)}; }
}"""


@pytest.fixture
def stranger() -> Iterator[str]:
    """A web page of another origin on this machine."""
    with strangers_page() as address:
        yield address


def test_the_address_with_the_regions_name_opens_in_a_browser(
    page: Page, global_app: LocalTarget
) -> None:
    """What a learner pastes into the address bar answers."""
    url = deploy.url(global_app, HOME)
    assert url is not None
    page.goto(url)
    assert page.inner_text("body") == '{"ping":"ok"}'


def test_a_page_from_elsewhere_reads_the_api_but_not_the_cloud(
    page: Page, global_app: LocalTarget, stranger: str
) -> None:
    """CORS as API Gateway has it: the API is open to all pages, everything else to none."""
    page.goto(stranger)
    url = deploy.url(global_app, AWAY)
    answer = page.evaluate(_FETCH, f"{url}get/user100/AshlandValley")
    assert answer["status"] == 200
    assert answer["body"]["Item"]["PK"] == {"S": "user100"}
    for path in ("/_cloud/status", "/", "/_ministack/health"):
        refused = page.evaluate(_FETCH, f"{global_app.cloud.endpoint}{path}")
        assert "error" in refused, refused


def test_an_offline_region_is_a_network_error_to_the_page(
    page: Page, global_app: LocalTarget, stranger: str, calm: RunningCloud
) -> None:
    """Not an answer with an error in it: the connection fails, as with a region that is gone."""
    page.goto(stranger)
    url = deploy.url(global_app, HOME)
    assert page.evaluate(_FETCH, str(url))["status"] == 200
    calm.post(f"regions/{HOME}", {"state": "offline"})
    assert "Failed to fetch" in page.evaluate(_FETCH, str(url))["error"]
    assert page.evaluate(_FETCH, str(deploy.url(global_app, AWAY)))["status"] == 200
    calm.post(f"regions/{HOME}", {"state": "online"})
    assert page.evaluate(_FETCH, str(url))["status"] == 200
