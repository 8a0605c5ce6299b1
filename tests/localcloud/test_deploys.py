"""A deployed API answers on every route, however often it was deployed, and after a restart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests

from helpers import checks, deploy
from helpers.lifecycle import prepare
from helpers.localcloud.process import daemon
from tests.conftest import HOME
from tests.localcloud.test_restart import Kept

pytestmark = pytest.mark.cloud

# One call of each route: the pattern in backend/app.py, the method, the path that is called.
CALLS = (
    ("/", "GET", ""),
    ("/scan", "GET", "scan"),
    ("/query/{PK}", "GET", "query/ann"),
    ("/get/{PK}/{SK}", "GET", "get/ann/film"),
    ("/update/{PK}/{SK}/{VAL}", "GET", "update/ann/film/15"),
    ("/update/{PK}/{SK}/{VAL}/{THUMB}", "GET", "update/ann/film/15/none"),
    ("/bookmark/{PK}/{SK}", "PUT", "bookmark/ann/other%20film"),
)
ROUTE = re.compile(r'^@app\.route\("([^"]+)"', re.MULTILINE)


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """A cloud of its own, which keeps what it holds, with the table and the API in one Region."""
    cloud = Kept(tmp_path_factory.mktemp("deploys"))
    prepare(cloud.target, [HOME], progress=lambda _line: None)
    yield cloud
    daemon.stop(cloud.target.cloud)


def call_every_route(kept: Kept) -> None:
    """Call each route with its method, ask its preflight, and refuse what is no route."""
    routes = set(ROUTE.findall((kept.settings.backend / "app.py").read_text(encoding="utf-8")))
    assert routes <= {pattern for pattern, _, _ in CALLS}
    url = deploy.url(kept.target, HOME)
    assert url is not None
    body = {"Bookmark": 7, "At": 1_767_225_600_000}
    # `*.localhost` does not resolve everywhere in Python: the name goes into the header.
    parts = urlsplit(url)
    base = kept.target.cloud.endpoint + parts.path.rstrip("/")
    with requests.Session() as http:
        http.headers["Host"] = parts.netloc
        for pattern, method, path in CALLS:
            address = f"{base}/{path}"
            answer = http.request(method, address, json=body if method == "PUT" else None)
            if pattern not in routes:
                assert answer.status_code == 403, pattern
                continue
            # A save that was made before is refused by its number: by the route, that is.
            assert answer.status_code in ((200, 409) if method == "PUT" else (200,)), answer.text
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            preflight = http.options(address)
            assert preflight.status_code == 200, pattern
            assert method in preflight.headers["Access-Control-Allow-Methods"]
            wrong = http.delete(address)
            assert wrong.status_code in (403, 405), pattern
        if "/query/{PK}" in routes:
            found = http.get(f"{base}/query/ann").json()
            assert {item["SK"]["S"] for item in found["Items"]} >= {"film"}


def test_every_route_answers_after_each_deploy_and_a_restart(deployed: Kept) -> None:
    """First deploy, redeploy, redeploy without one of its routes, restart: all that should."""
    quiet = lambda _line: None  # noqa: E731
    call_every_route(deployed)
    deploy.deploy(deployed.target, HOME, progress=quiet)
    call_every_route(deployed)
    source = deployed.settings.backend / "app.py"
    text = source.read_text(encoding="utf-8")
    start = text.index('@app.route("/scan"')
    end = text.index("@app.route", start + 1)
    source.write_text(text[:start] + text[end:], encoding="utf-8")
    deploy.deploy(deployed.target, HOME, progress=quiet)
    call_every_route(deployed)
    deployed.kill()
    deployed.start()
    call_every_route(deployed)
    assert checks.api(deployed.target, HOME).passed
