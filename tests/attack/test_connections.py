"""Connections that are slow, many or endless: nobody else waits, and what they hold is let go."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest
import requests
import uvicorn

from helpers.localcloud.door import limits, protocol
from helpers.localcloud.process import open_files
from helpers.localcloud.process.daemon import RunningCloud
from tests.localcloud.test_fuzz import Caller
from tests.localcloud.test_limits import head, raw

MB = 1024 * 1024


async def app(scope: dict, _receive, send) -> None:
    """Answer any request, whatever its body."""
    if scope["type"] != "http":
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a server with the door's protocol, which waits for a head for 0.4 s."""
    monkeypatch.setattr(protocol, "HEADER_TIME_S", 0.4)
    config = uvicorn.Config(
        app, port=0, http=protocol.DoorProtocol, lifespan="off", log_level="error"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join()


def ends(connection: socket.socket) -> bool:
    """Return whether the other side closes a connection, within the patience of a test."""
    connection.settimeout(20)
    with suppress(ConnectionResetError):
        while connection.recv(65536):
            pass
    return True


def trickles_in_vain(connection: socket.socket) -> bool:
    """Return whether the other side closes a connection on which a byte comes now and then."""
    try:
        for _ in range(400):
            connection.sendall(b"a")
            time.sleep(0.05)
    except (BrokenPipeError, ConnectionResetError):
        return True
    return False


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: a\r\nX: "])
def test_a_head_that_does_not_come_is_not_waited_for(hasty: int, sent: bytes) -> None:
    """Neither one that was never begun, nor one that stops in the middle."""
    with socket.create_connection(("127.0.0.1", hasty), timeout=20) as connection:
        connection.sendall(sent)
        assert ends(connection)


def test_a_head_that_trickles_ends_as_one_that_stops(hasty: int) -> None:
    """A byte now and then does not begin the wait anew; nor does a second request."""
    for first in (b"", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", hasty), timeout=20) as connection:
            connection.sendall(first + b"GET / HTTP/1.1\r\nX: ")
            assert trickles_in_vain(connection)


def test_a_body_that_nobody_may_send_is_not_waited_for(cloud: RunningCloud) -> None:
    """Who is refused is told so at once, with the body still to come."""
    text = head(cloud, "Content-Length: 1000000", "Connection: close")
    with socket.create_connection(("127.0.0.1", cloud.port), timeout=20) as connection:
        connection.sendall(text)
        assert connection.recv(64).startswith(b"HTTP/1.1 403")


@pytest.mark.parametrize(
    "body", [b"zz\r\n", b"-1\r\nx\r\n", b"5\r\nab", b"1" * 30_000 + b"\r\n"], ids=repr
)
def test_chunks_that_are_none_are_refused_or_time_out_alone(
    cloud: RunningCloud, body: bytes
) -> None:
    """The connection gets 400 or nothing; others are served."""
    answer = raw(cloud, head(cloud, "Transfer-Encoding: chunked"), then=body[:20_000])
    assert b"HTTP/1.1 5" not in answer
    assert requests.get(f"{cloud.endpoint}/_cloud/status", timeout=10).status_code in (401, 403)


def test_chunks_without_end_are_cut_off_at_the_limit(cloud: RunningCloud) -> None:
    """A length that is not said is counted; what is within the limit is read."""
    caller = Caller(cloud)
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while sent < 1_000 * MB:
            sent += MB
            yield b" " * MB

    with suppress(requests.ConnectionError):
        assert caller.call("ListTables", endless()).status_code == 413
    assert sent < 500 * MB
    caller.close()
    caller = Caller(cloud)
    assert caller.call("ListTables", iter([b"{", b"}"])).status_code == 200
    caller.close()


def test_too_many_connections_are_told_so_and_leave_room_again(cloud: RunningCloud) -> None:
    """Idle ones count; the cloud outlives them."""
    url = f"{cloud.endpoint}/_cloud/status"
    headers = {"X-Workshop-Key": cloud.keys.own}
    # The cloud has what the system allows it, as this process does.
    most = open_files.connections(limits.MOST_CONNECTIONS)
    with ExitStack() as open_:
        for _ in range(most):
            connection = socket.create_connection(("127.0.0.1", cloud.port), timeout=20)
            open_.enter_context(connection)
        assert requests.get(url, headers=headers, timeout=20).status_code == 503
    deadline = time.monotonic() + 20
    while requests.get(url, headers=headers, timeout=20).status_code == 503:
        assert time.monotonic() < deadline
        time.sleep(0.05)
