"""Limits at the door: near AWS's, answered in its shapes, before anything is read or unpacked."""

from __future__ import annotations

import gzip
import io
import json
import socket
import time
import zipfile

import pytest
import requests
from botocore.exceptions import ClientError

from helpers import tables
from helpers.localcloud.door import limits
from helpers.localcloud.process.daemon import RunningCloud
from helpers.targets import LocalTarget
from tests.conftest import HOME
from tests.localcloud.test_fuzz import Caller

MB = 1024 * 1024


def raw(cloud: RunningCloud, text: bytes, *, then: bytes = b"") -> bytes:
    """Send bytes, and return what comes until the connection is closed or falls silent."""
    with socket.create_connection(("127.0.0.1", cloud.port), timeout=10) as connection:
        connection.sendall(text + then)
        chunks = []
        connection.settimeout(5)
        try:
            while chunk := connection.recv(65536):
                chunks.append(chunk)
        except (TimeoutError, ConnectionResetError):
            pass
        return b"".join(chunks)


def head(cloud: RunningCloud, *headers: str) -> bytes:
    """Format the head of a request, which nobody need be allowed to make."""
    lines = ["POST / HTTP/1.1", f"Host: localhost:{cloud.port}", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1")


def test_headers_are_bounded_in_number_and_size(cloud: RunningCloud) -> None:
    """Beyond the limits the answer is 431 and the connection ends; ASCII only."""
    many = [f"X-{n}: 1" for n in range(limits.MOST_HEADERS + 1)]
    assert raw(cloud, head(cloud, *many)).startswith(b"HTTP/1.1 431")
    large = "X: " + "a" * (limits.MOST_HEADER_BYTES + 1)
    assert raw(cloud, head(cloud, large)).startswith(b"HTTP/1.1 431")
    # Without an end: it is not waited for.
    endless = b"GET / HTTP/1.1\r\nX: " + b"a" * (limits.MOST_HEADER_BYTES * 2)
    assert raw(cloud, endless).startswith(b"HTTP/1.1 431")
    assert raw(cloud, head(cloud, "X-Name: \xe9")).startswith(b"HTTP/1.1 400")
    assert raw(cloud, head(cloud, "Host: localhost")).startswith(b"HTTP/1.1 400")


def test_a_body_that_is_too_large_is_refused_before_it_is_sent(cloud: RunningCloud) -> None:
    """By its length, or as soon as too much has come, with the answer that AWS gives."""
    caller = Caller(cloud)
    answer = caller.call("PutItem", b" " * (16 * MB + 1))
    assert answer.status_code == 413
    assert answer.json()["__type"] == "SerializationException"
    caller.close()


@pytest.mark.usefixtures("global_table")
def test_gzip_is_inflated_within_bounds(cloud: RunningCloud) -> None:
    """A body that bursts is refused; one that does not is read."""
    caller = Caller(cloud)
    body = json.dumps({"TableName": tables.TABLE, "Key": {"PK": {"S": "z"}, "SK": {"S": "z"}}})
    fine = gzip.compress(body.encode())
    for packed, status in ((fine, 200), (gzip.compress(b" " * 300 * MB), 400), (b"\x1f\x8b", 400)):
        answer = caller.call("GetItem", packed, {"Content-Encoding": "gzip"})
        assert answer.status_code == status, answer.text
    caller.close()


def test_a_zip_that_would_burst_is_refused(target: LocalTarget) -> None:
    """By what it says of itself, before it is unpacked."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a", "w") as a:
        for _ in range(251):
            a.write(bytes(MB))
    make = target.client("lambda", HOME).create_function
    with pytest.raises(ClientError, match="Unzipped size must be smaller than 262144000 bytes"):
        make(
            FunctionName="bomb", Runtime="python3.11", Handler="a.b",
            Role="arn:aws:iam::000000000000:role/r", Code={"ZipFile": packed.getvalue()},
        )  # fmt: skip
    assert "bomb" not in str(target.client("lambda", HOME).list_functions()["Functions"])


def test_followers_of_the_event_stream_are_bounded(cloud: RunningCloud) -> None:
    """One too many is told so; when others leave there is room again."""
    url = f"{cloud.endpoint}/_cloud/events.jsonl?follow=true"
    headers = {"X-Workshop-Key": cloud.keys.own}
    with requests.Session() as http:
        http.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=limits.MOST_FOLLOWERS + 1))
        open_ = [
            http.get(url, headers=headers, stream=True, timeout=20)
            for _ in range(limits.MOST_FOLLOWERS)
        ]
        assert {answer.status_code for answer in open_} == {200}
        assert http.get(url, headers=headers, stream=True, timeout=20).status_code == 429
        for answer in open_:
            answer.close()
        deadline = time.monotonic() + 20

        def refused() -> bool:
            with http.get(url, headers=headers, stream=True, timeout=20) as answer:
                return answer.status_code == 429

        while refused():
            assert time.monotonic() < deadline
