"""The front door: closed to strangers, and dead where a Region is."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from botocore.exceptions import ConnectionClosedError

from helpers import deploy
from helpers.localcloud.process import serve
from helpers.localcloud.process.daemon import CloudError, RunningCloud
from helpers.targets import LocalTarget
from tests.conftest import AWAY, HOME


def test_it_listens_on_loopback_only(cloud: RunningCloud) -> None:
    """The port is open on 127.0.0.1 and on no other address of this machine."""
    with socket.create_connection(("127.0.0.1", cloud.port), timeout=2):
        pass
    outside = socket.gethostbyname(socket.gethostname())
    if not outside.startswith("127."):
        with pytest.raises(OSError, match=r"."):
            socket.create_connection((outside, cloud.port), timeout=2)


def test_localhost_works_where_it_means_ipv6(cloud: RunningCloud) -> None:
    """The same port answers on ::1, on a machine that has IPv6."""
    if not serve._has_ipv6():
        pytest.skip("This machine has no IPv6.")
    with socket.create_connection(("::1", cloud.port), timeout=2) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert connection.recv(9).startswith(b"HTTP/1.1")


def test_an_address_in_the_form_of_aws_carries_its_region(
    cloud: RunningCloud, global_app: LocalTarget
) -> None:
    """Pages made for AWS read the Region before `amazonaws.com`; that address works too."""
    for region in (HOME, AWAY):
        url = deploy.url(global_app, region)
        assert url is not None
        host = url.removeprefix("http://").partition("/")[0]
        as_on_aws = host.replace(".localhost", ".amazonaws.com.localhost")
        answer = requests.get(f"{cloud.endpoint}/api/", headers={"Host": as_on_aws}, timeout=10)
        assert answer.json() == {"ping": "ok"}


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "169.254.169.254"])
def test_a_foreign_host_name_is_refused(cloud: RunningCloud, host: str) -> None:
    """A name that was rebound to this machine reaches nothing."""
    for path in ("/", "/_cloud/status", "/restapis"):
        answer = requests.get(cloud.endpoint + path, headers={"Host": host}, timeout=5)
        assert answer.status_code == 403
        assert host in answer.json()["message"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:1"])
def test_a_page_of_a_stranger_reaches_deployed_apis_only(
    cloud: RunningCloud, global_app: LocalTarget, origin: str
) -> None:
    """A foreign or null Origin is refused before dispatch, except on a deployed API."""
    headers = {"Origin": origin}
    for method, path in (("GET", "/_cloud/status"), ("OPTIONS", "/"), ("POST", "/"), ("GET", "/x")):
        answer = requests.request(method, cloud.endpoint + path, headers=headers, timeout=5)
        assert answer.status_code == 403
        assert "Access-Control-Allow-Origin" not in answer.headers
    url = path_url(global_app, HOME)
    answer = requests.get(url, headers=headers, timeout=10)
    assert answer.json() == {"ping": "ok"}
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def path_url(target: LocalTarget, region: str) -> str:
    """Return the path form of a deployed API's URL."""
    url = deploy.url(target, region)
    assert url is not None
    api_id = url.removeprefix("http://").partition(".")[0]
    return f"{target.cloud.endpoint}/restapis/{api_id}/api/_user_request_/"


def test_control_takes_json_only(cloud: RunningCloud) -> None:
    """What a web form can send without asking first is not understood."""
    answer = requests.post(
        f"{cloud.endpoint}/_cloud/lag", data='{"lag": "fixed:1"}', timeout=5,
        headers={"Content-Type": "text/plain", "X-Workshop-Key": cloud.keys.own},
    )  # fmt: skip
    assert answer.status_code == 415
    assert cloud.get("status")["lag"] == "fixed:300"


@pytest.mark.parametrize("path", ["/_ministack/reset", "/_ministack/config", "/_localstack/health"])
def test_ministacks_own_control_routes_are_closed(cloud: RunningCloud, path: str) -> None:
    """Nothing but /_cloud/ changes or resets the cloud."""
    answer = requests.post(cloud.endpoint + path, json={}, timeout=5)
    assert answer.status_code == 404


def test_bad_control_requests_say_what_can_be_sent(cloud: RunningCloud) -> None:
    """A mistake is answered with what is right, and changes nothing."""
    with pytest.raises(CloudError, match="offline"):
        cloud.post(f"regions/{HOME}", {"state": "sleepy"})
    with pytest.raises(CloudError, match="us-west-2"):
        cloud.post("regions/moon", {"state": "offline"})
    with pytest.raises(CloudError, match="uniform:150,900"):
        cloud.post("lag", {"lag": "soon"})
    with pytest.raises(CloudError, match="two Regions"):
        cloud.post(f"links/{HOME}/{HOME}", {"state": "paused"})
    with pytest.raises(CloudError, match="/_cloud/status"):
        cloud.get("nothing")
    assert cloud.get("status")["lag"] == "fixed:300"


def test_an_offline_region_drops_every_connection_and_the_others_go_on(
    calm: RunningCloud, global_app: LocalTarget
) -> None:
    """DynamoDB and the API of a dark Region fail as a dead host does; elsewhere nothing changes."""
    calm.post(f"regions/{HOME}", {"state": "offline"})
    with pytest.raises(ConnectionClosedError):
        global_app.client("dynamodb", HOME).list_tables()
    with pytest.raises(requests.ConnectionError):
        requests.get(
            path_url(global_app, AWAY).replace(api_id(global_app, AWAY), api_id(global_app, HOME)),
            timeout=5,
        )
    assert global_app.client("dynamodb", AWAY).list_tables()["TableNames"]
    assert requests.get(path_url(global_app, AWAY), timeout=10).json() == {"ping": "ok"}
    calm.post(f"regions/{HOME}", {"state": "online"})
    assert global_app.client("dynamodb", HOME).list_tables()["TableNames"]


def api_id(target: LocalTarget, region: str) -> str:
    """Return the id of the API that is deployed in a Region, as the cloud knows it."""
    return next(a["id"] for a in target.cloud.get("status")["apis"] if a["region"] == region)


def test_a_hanging_region_says_nothing_until_the_caller_goes(
    calm: RunningCloud, global_app: LocalTarget
) -> None:
    """The other way to die: the connection stays open and no byte comes."""
    calm.post(f"regions/{HOME}", {"state": "offline", "how": "hang"})
    url = f"{calm.endpoint}/restapis/{api_id(global_app, HOME)}/api/_user_request_/"
    started = time.monotonic()
    with pytest.raises(requests.ReadTimeout):
        requests.get(url, timeout=0.5)
    assert time.monotonic() - started >= 0.5


def test_a_url_that_names_another_region_is_forbidden(
    cloud: RunningCloud, global_app: LocalTarget
) -> None:
    """An API answers under its own Region's name only."""
    host = f"{api_id(global_app, HOME)}.execute-api.{AWAY}.localhost:{cloud.port}"
    answer = requests.get(f"{cloud.endpoint}/api/", headers={"Host": host}, timeout=5)
    assert answer.status_code == 403


def test_events_are_a_journal_in_order(cloud: RunningCloud, global_table: LocalTarget) -> None:
    """`since` returns what came after, with the table's name and no gap."""
    before = cloud.get("status")["last_event"]
    global_table.client("dynamodb", HOME).put_item(
        TableName="global-serverless", Item={"PK": {"S": "journal"}, "SK": {"S": "s"}}
    )
    events = cloud.get("events", since=before)["events"]
    mine = [e for e in events if e.get("key") == ["journal", "s"]]
    assert [e["kind"] for e in mine][:2] == ["write", "ship"]
    assert mine[0]["table"] == "global-serverless"
    assert [e["sequence"] for e in events] == list(range(before + 1, before + 1 + len(events)))


def test_a_crowd_of_callers_waits_for_its_turn(
    cloud: RunningCloud, global_app: LocalTarget
) -> None:
    """Sixty calls at once are all answered, by a handful of processes."""
    url = path_url(global_app, HOME)
    with ThreadPoolExecutor(60) as pool:
        answers = list(pool.map(lambda _: requests.get(url, timeout=60).json(), range(60)))
    assert answers == [{"ping": "ok"}] * 60
    pid = cloud.get("status")["pid"]
    started = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    # Those of HOME, and the few that other tests have started in other Regions.
    assert len(started) < 30


def test_two_clouds_that_start_at_once_have_a_port_each() -> None:
    """A port that another has bound, and does not serve yet, is taken."""
    first = serve.bind(0, exactly=True)
    port = first[0].getsockname()[1]
    second = serve.bind(port, exactly=False)
    try:
        assert second[0].getsockname()[1] != port
        with pytest.raises(OSError, match="in use"):
            serve.bind(port, exactly=True)
    finally:
        for listener in (*first, *second):
            listener.close()
