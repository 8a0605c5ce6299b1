"""A hostile page that a learner merely visits, in a real Chromium: it changes and reads nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest
import requests
from playwright.sync_api import Page

from helpers import deploy, website
from helpers.localcloud.process.daemon import RunningCloud
from helpers.targets import LocalTarget
from tests.conftest import HOME
from tests.strangers import strangers_page

_QUEUE = {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "owned"}}}
_STACK = quote(json.dumps({"Resources": _QUEUE}))
# What a page can ask for by an address alone; each made or told something before.
_ADDRESSES = [
    f"/?Action=CreateStack&StackName=owned&TemplateBody={_STACK}",
    "/?Action=CreateQueue&QueueName=owned",
    "/?Action=CreateUser&UserName=owned",
    "/?Action=GetCallerIdentity&Version=2011-06-15",
    "/_cloud/status",
    "/_ministack/reset",
    "/restapis",
    "/2015-03-31/functions/",
    "/",
]
_WAYS = {
    "an image": "u => new Promise(d => { const i = new Image(); i.onload = () => d('loaded');"
    " i.onerror = () => d(''); i.src = u; })",
    "a script": "u => new Promise(d => { const s = document.createElement('script');"
    " s.onload = () => d('loaded'); s.onerror = () => d(''); s.src = u; document.head.append(s); })",
    "fetch": "u => fetch(u).then(a => a.text(), () => '')",
    "fetch, not read": "u => fetch(u, {mode: 'no-cors', method: 'POST', body: 'x'})"
    ".then(a => a.type === 'opaque' ? '' : a.text(), () => '')",
    "fetch with JSON": "u => fetch(u, {method: 'POST', headers: {'Content-Type':"
    " 'application/json', 'X-Amz-Target': 'DynamoDB_20120810.ListTables'}, body: '{}'})"
    ".then(a => a.text(), () => '')",
    "an iframe": "u => new Promise(d => { const f = document.createElement('iframe');"
    " f.onload = () => { try { d(f.contentDocument ? f.contentDocument.body.innerText : ''); }"
    " catch { d(''); } }; f.src = u; document.body.append(f); })",
    "a form": "u => new Promise(d => { const f = document.createElement('form');"
    " const t = document.createElement('iframe'); t.name = 't'; t.onload = () => d('');"
    " f.method = 'POST'; f.action = u; f.target = 't'; document.body.append(t, f);"
    " HTMLFormElement.prototype.submit.call(f); })",
    "a WebSocket": "u => new Promise(d => { const w = new WebSocket(u.replace('http', 'ws'));"
    " w.onopen = () => d('open'); w.onerror = () => d(''); })",
}


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    """The address of a hostile page: another origin, and for a browser another site."""
    with strangers_page() as address:
        yield address


def held(target: LocalTarget) -> object:
    """Return what an attack could have changed."""
    status = target.cloud.get("status")
    users = target.client("iam", HOME).list_users()["Users"]
    names = [target.client("lambda", HOME).list_functions()["Functions"], users]
    return [status["tables"], status["apis"], status["lag"], status["regions"], len(str(names))]


@pytest.mark.parametrize("way", _WAYS)
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_page_elsewhere_changes_nothing_and_reads_nothing(
    page: Page, elsewhere: str, global_app: LocalTarget, way: str, host: str
) -> None:
    """By image, script, fetch, iframe, form or WebSocket: nothing comes back, nothing is done."""
    before = held(global_app)
    page.goto(elsewhere)
    for address in _ADDRESSES:
        url = f"http://{host}:{global_app.cloud.port}{address}"
        assert page.evaluate(_WAYS[way], url) == "", address
    assert held(global_app) == before


@pytest.mark.parametrize("through", ["a link", "a redirect"])
def test_a_visit_from_elsewhere_is_shown_nothing_but_public_pages(
    page: Page, elsewhere: str, global_app: LocalTarget, through: str
) -> None:
    """Sent to an address, by a link or by a redirect, a browser shows the refusal."""
    before = held(global_app)
    for address in _ADDRESSES:
        url = global_app.cloud.endpoint.replace("127.0.0.1", "localhost") + address
        page.goto(elsewhere)
        with page.expect_navigation() as shown:
            if through == "a link":
                page.evaluate("u => { location.href = u; }", url)
            else:
                page.evaluate("u => { location.href = '/to/' + u; }", url)
        assert shown.value.status in (403, 404), address
    assert held(global_app) == before


def test_a_page_of_the_bucket_opens_from_elsewhere_and_in_no_frame(
    page: Page, elsewhere: str, global_app: LocalTarget
) -> None:
    """What is public may be linked to, as on AWS; it is put into nobody else's page."""
    url = website.publish(global_app, HOME)
    page.goto(elsewhere)
    with page.expect_navigation() as shown:
        page.evaluate("u => { location.href = u; }", url)
    assert shown.value.ok
    assert page.title() == "Global tables, measured"
    page.goto(elsewhere)
    assert page.evaluate(_WAYS["an iframe"], url) == ""
    assert page.evaluate(_WAYS["fetch"], url) == ""
    website.remove(global_app, HOME)


@pytest.mark.parametrize("path", ["", "status/../../_cloud/status", "_cloud/status"])
def test_an_api_answers_for_itself_only(global_app: LocalTarget, path: str) -> None:
    """Under an API's Host no other route can be reached, however its path is worded."""
    url = deploy.url(global_app, HOME)
    assert url is not None
    host = url.removeprefix("http://").partition("/")[0]
    for start in ("/_cloud/status", "/_ministack/health", "/v2/email/identities", f"/{path}"):
        answer = requests.get(global_app.cloud.endpoint + start, headers={"Host": host}, timeout=5)
        assert answer.status_code in (403, 404)
        assert "lag" not in answer.text


@pytest.mark.parametrize(
    "host", ["evil.example:{port}", "localhost:8888", "localhost", "127.0.0.1"]
)
def test_a_name_that_was_rebound_reaches_nothing(cloud: RunningCloud, host: str) -> None:
    """DNS rebinding keeps the stranger's Host, and Jupyter's bare proxy Jupyter's: both refused."""
    for path in ("/", "/_cloud/status", "/restapis"):
        headers = {"Host": host.format(port=cloud.port)}
        answer = requests.get(cloud.endpoint + path, headers=headers, timeout=5)
        assert answer.status_code == 403
        assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_no_answer_runs_a_script_in_our_origin(page: Page, global_app: LocalTarget) -> None:
    """Whatever an error echoes, and whatever an API answers by path, is a document of nobody."""
    cloud = global_app.cloud
    echo = f"{cloud.endpoint}/%3Cscript%3Edocument.title='ran'%3C%2Fscript%3E/x?Action=Nothing"
    page.goto(echo)
    assert page.title() != "ran"
    api_id = cloud.get("status")["apis"][0]["id"]
    for path in ("/nothing/here", "/_cloud/status", f"/restapis/{api_id}/api/_user_request_/"):
        answer = requests.get(cloud.endpoint + path, timeout=5)
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_through_jupyter_pass_pages_and_apis_only(global_app: LocalTarget) -> None:
    """Under our proxy's marker even a signed call is refused: it would be read in its origin."""
    cloud = global_app.cloud
    through = {"X-Workshop-Through": "jupyter"}
    api_id = cloud.get("status")["apis"][0]["id"]
    api = f"{cloud.endpoint}/restapis/{api_id}/api/_user_request_/"
    answer = requests.get(api, headers=through, timeout=10)
    assert answer.json() == {"ping": "ok"}
    assert answer.headers["Content-Security-Policy"] == "sandbox"
    scope = "Credential=000000000000/20260101/us-west-2/s3/aws4_request"
    signed = {"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=00"}
    assert requests.get(cloud.endpoint, headers=through | signed, timeout=5).status_code == 403


def test_a_service_that_is_not_there_is_refused_by_its_name(global_app: LocalTarget) -> None:
    """CloudFormation would make what nobody here looks at; its SDK shows why it is refused."""
    client = global_app.client("cloudformation", HOME)
    with pytest.raises(client.exceptions.ClientError, match="no CloudFormation") as refused:
        client.create_stack(StackName="s", TemplateBody=json.dumps({"Resources": _QUEUE}))
    assert refused.value.response["Error"]["Code"] == "UnsupportedOperation"
    with pytest.raises(client.exceptions.ClientError, match="no sqs"):
        global_app.client("sqs", HOME).create_queue(QueueName="q")
    with pytest.raises(client.exceptions.ClientError, match=r"no Fault Injection.*workshop pause"):
        global_app.client("fis", HOME).list_experiments()
    with pytest.raises(client.exceptions.ClientError, match=r"no Application Auto Scaling"):
        global_app.client("application-autoscaling", HOME).describe_scaling_policies(
            ServiceNamespace="dynamodb"
        )


def test_a_page_behind_jupyter_steers_with_its_token_and_no_other_page_does(
    calm: RunningCloud,
) -> None:
    """Its origin is Jupyter's: what the browser says of the page, and the token, both count."""
    ours = {
        "Origin": "https://hub.example",
        "X-Workshop-Through": "jupyter",
        "Sec-Fetch-Site": "same-origin",
        "X-Workshop-Key": calm.keys.token,
    }

    def status(**changed: str | None) -> int:
        headers = {k: v for k, v in {**ours, **changed}.items() if v is not None}
        url = f"{calm.endpoint}/_cloud/lag"
        return requests.post(
            url, json={"lag": "fixed:300"}, headers=headers, timeout=10
        ).status_code

    assert status() == 200
    assert status(**{"Sec-Fetch-Site": "cross-site"}) == 403
    assert status(**{"Sec-Fetch-Site": None}) == 403
    assert status(**{"X-Workshop-Through": None}) == 403
    assert status(**{"X-Workshop-Key": "x" * 43}) == 403
