"""Who has no key of this cloud: another user, a page, a process on a port of ours, an old export."""

from __future__ import annotations

import http.server
import json
import os
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

from helpers.localcloud.door.keys import Keys, new_key
from helpers.localcloud.process import daemon, key_file
from helpers.localcloud.process.private import NotPrivateError
from helpers.localcloud.process.processes import started_at
from helpers.localcloud.process.state_file import StateFile
from helpers.targets import LocalTarget
from tests.conftest import HOME


def client(cloud: daemon.RunningCloud, service: str, key: str) -> object:
    """Make a client with a key of one's own."""
    session = boto3.Session(aws_access_key_id=key, aws_secret_access_key="x")
    once = Config(retries={"total_max_attempts": 1})
    return session.client(service, region_name=HOME, endpoint_url=cloud.endpoint, config=once)


@pytest.mark.parametrize(
    "key", ["test", "000000000000", "AKIAIOSFODNN7EXAMPLE", f"LOCAL{'A' * 26}"]
)
@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("dynamodb", "list_tables", "UnrecognizedClientException"),
        ("sts", "get_caller_identity", "InvalidClientTokenId"),
        ("iam", "list_users", "InvalidClientTokenId"),
        ("s3", "list_buckets", "InvalidAccessKeyId"),
        ("lambda", "list_functions", "UnrecognizedClientException"),
        ("apigateway", "get_rest_apis", "UnrecognizedClientException"),
        ("cloudwatch", "list_metrics", "UnrecognizedClientException"),
        ("logs", "describe_log_groups", "UnrecognizedClientException"),
    ],
)
def test_another_key_is_refused_as_aws_does(
    cloud: daemon.RunningCloud, key: str, service: str, operation: str, code: str
) -> None:
    """An old export, an account's number, a real key: AWS's own error, with what to do."""
    with pytest.raises(ClientError, match="workshop env") as refused:
        getattr(client(cloud, service, key), operation)()
    assert refused.value.response["Error"]["Code"] == code


def test_a_key_in_an_address_is_held_to_the_same(global_app: LocalTarget) -> None:
    """A presigned URL of ours works; of another key, or with a second one, it does not."""
    s3 = global_app.client("s3", HOME)
    s3.create_bucket(Bucket="signed", CreateBucketConfiguration={"LocationConstraint": HOME})
    s3.put_object(Bucket="signed", Key="secret", Body=b"plans")
    plain = f"{global_app.cloud.endpoint}/signed/secret"
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "signed", "Key": "secret"})
    if "X-Amz-Credential" in url:
        assert requests.get(url, timeout=5).content == b"plans"
        own = global_app.cloud.keys.own
        assert requests.get(url.replace(own, "000000000000"), timeout=5).status_code == 403
        again = (
            url + "&X-Amz-Credential=" + "000000000000%2F20260101%2Fus-west-2%2Fs3%2Faws4_request"
        )
        assert requests.get(again, timeout=5).status_code == 403
    assert requests.get(plain, timeout=5).status_code == 403
    s3.delete_object(Bucket="signed", Key="secret")
    s3.delete_bucket(Bucket="signed")


def test_control_wants_the_key_or_the_pages_token(cloud: daemon.RunningCloud) -> None:
    """Reading included; and the token opens control only."""
    routes = [("GET", "status"), ("GET", "events"), ("GET", "events.jsonl"), ("POST", "lag")]
    for method, route in routes:
        for key in (None, "", "test", "0" * 12):
            headers = {} if key is None else {"X-Workshop-Key": key}
            url = f"{cloud.endpoint}/_cloud/{route}"
            answer = requests.request(method, url, headers=headers, json={}, timeout=5)
            assert answer.status_code == 403, (route, key)
            assert "lag" not in answer.json()
    token = {"X-Workshop-Key": cloud.keys.token}
    assert requests.get(f"{cloud.endpoint}/_cloud/status", headers=token, timeout=5).ok
    with pytest.raises(ClientError, match="workshop env"):
        client(cloud, "dynamodb", cloud.keys.token).list_tables()  # type: ignore[attr-defined]


def test_the_key_is_nowhere_but_in_its_file(global_app: LocalTarget) -> None:
    """Not in the log, not in Chalice's records, not in what the cloud keeps, not in a repr.

    Terminals read it from a file of its own, which is nobody else's either.
    """
    cloud, settings = global_app.cloud, global_app.settings
    for api in cloud.get("status")["apis"]:
        url = f"{cloud.endpoint}/restapis/{api['id']}/api/_user_request_/"
        assert requests.get(url, timeout=10).ok
    folder = settings.state_dir
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    key = folder / "key.json"
    own = [key, folder / "aws-credentials"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in own] == [0o600, 0o600]
    secrets = [text.encode() for text in (cloud.keys.own, cloud.keys.token)]
    for path in [*folder.rglob("*"), *settings.backend.rglob("*")]:
        if path.is_file() and path not in own:
            held = path.read_bytes()
            assert not any(secret in held for secret in secrets), path
    said = f"{cloud!r} {global_app!r} {cloud.keys!r} {json.dumps(cloud.get('status'))}"
    assert not any(secret.decode() in said for secret in secrets)


def test_a_key_is_not_written_through_a_link(tmp_path: Path) -> None:
    """Neither a folder nor a file that leads elsewhere is used."""
    (tmp_path / "theirs").mkdir()
    (tmp_path / "state").symlink_to(tmp_path / "theirs")
    with pytest.raises(NotPrivateError, match="link"):
        key_file.make_keys(tmp_path / "state")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "key.json").symlink_to(tmp_path / "theirs" / "key.json")
    with pytest.raises(NotPrivateError, match="link"):
        key_file.make_keys(tmp_path / "own")
    assert list((tmp_path / "theirs").iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_another_user_reads_no_key_and_reaches_nothing(global_app: LocalTarget) -> None:
    """With another uid: the folder is shut, the cloud refuses, the API and public pages answer."""
    cloud = global_app.cloud
    api_id = cloud.get("status")["apis"][0]["id"]
    script = (
        "import json, os, sys, urllib.request, urllib.error\n"
        # Python's own files may be shut to the other user.
        "'x'.encode('idna')\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "folder, base, api = sys.argv[1:]\n"
        "def ask(path):\n"
        "    try: return urllib.request.urlopen(base + path, timeout=5).status\n"
        "    except urllib.error.HTTPError as refused: return refused.code\n"
        "def read():\n"
        "    try: return open(folder + '/key.json').read()\n"
        "    except OSError as refused: return type(refused).__name__\n"
        "def environment():\n"
        "    try: return open('/proc/%s/environ' % os.environ['CLOUD']).read()\n"
        "    except OSError as refused: return type(refused).__name__\n"
        "print(json.dumps([read(), environment(), ask('/_cloud/status'), ask('/?Action=ListUsers'),"
        " ask('/restapis/%s/api/_user_request_/' % api)]))\n"
    )
    command = [sys.executable, "-S", "-c", script, str(cloud.state_dir), cloud.endpoint, api_id]
    environment = {"CLOUD": str(cloud.pid), "PATH": os.environ["PATH"]}
    seen = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert seen.returncode == 0, seen.stderr
    assert json.loads(seen.stdout) == ["PermissionError", "PermissionError", 403, 403, 200]


class _Foreign(http.server.BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        """Describe itself as a local cloud does, and note what was sent."""
        self.asked.append(f"{self.path} {self.headers}")
        body = json.dumps({"pid": os.getpid(), "lag": "aws", "proof": "0" * 64}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def foreign() -> Iterator[tuple[int, list[str]]]:
    """Something else that answers on a port: its number, and what it was asked."""
    asked: list[str] = []
    handler = type("Handler", (_Foreign,), {"asked": asked})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port, asked
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_foreign_answer_on_our_port_is_not_ours(
    tmp_path: Path, foreign: tuple[int, list[str]]
) -> None:
    """It is sent no key and ended by nobody, though a state file of ours names its process."""
    port, asked = foreign
    folder = tmp_path / "state"
    keys = key_file.make_keys(folder)
    StateFile(folder, port).write(os.getpid())
    assert daemon.find(folder) is None
    assert daemon.not_ours(folder) == [port]
    with pytest.raises(daemon.CloudError, match=f"port {port} is not ours"):
        daemon.find(folder, port)
    theirs = daemon.RunningCloud(port, os.getpid(), folder, keys)
    with pytest.raises(daemon.CloudError, match="not ours"):
        daemon.stop(theirs)
    assert asked
    assert not any(keys.own in text or keys.token in text for text in asked)


def test_what_is_proved_is_the_port_as_well() -> None:
    """A process that passes our question on to the real cloud proves that one's port."""
    keys = Keys({new_key(): "000000000000"}, "t")
    assert keys.prove("a" * 32, 4566, 7) != keys.prove("a" * 32, 4567, 7)


def test_a_process_that_has_the_number_of_ours_is_not_ended(tmp_path: Path) -> None:
    """A state file is believed only with the start time of its process."""
    state = StateFile(tmp_path, 4566)
    state.write(os.getpid())
    assert state.process() == os.getpid()
    written = json.loads(state.path.read_text())
    state.path.write_text(json.dumps({**written, "started": "1"}))
    assert state.process() is None
    assert started_at(2**22 + 1) is None


def test_a_clouds_life_leaves_no_file_and_touches_nothing_else(tmp_path: Path) -> None:
    """The key outlives down and up; SIGTERM takes the state file along; reset renews the key."""
    folder, beside = tmp_path / "state", tmp_path / "beside"
    beside.mkdir()
    (beside / "mine").write_text("mine")
    cloud = daemon.start(folder, lag="fixed:1", keep=True)
    assert daemon.find(folder) == cloud
    key = cloud.keys.own
    daemon.stop(cloud)
    # Once it is down nothing more is written: the folder can be moved at once.
    assert not list(folder.glob("cloud-*.json"))
    assert started_at(cloud.pid) is None
    shutil.move(folder, tmp_path / "moved")
    folder = tmp_path / "moved"
    again = daemon.start(folder, lag="fixed:1", keep=True)
    assert again.keys.own == key
    daemon.stop(again)
    shutil.rmtree(folder / "kept")
    (folder / "kept").symlink_to(beside)
    daemon.empty(folder)
    assert (beside / "mine").read_text() == "mine"
    assert key_file.make_keys(folder).own != key
