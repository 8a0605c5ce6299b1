"""The one transport: what idled is opened anew, and what was lost is told truly."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from helpers import transport
from helpers.api import Api
from helpers.outcomes import Operation, Outcome

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}"


@dataclass
class Server:
    """Answers on loopback; counts connections; each may be used for so many requests."""

    answers: int = 1_000_000
    connections: int = 0
    held: list[socket.socket] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/api/"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            self.held.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            for _ in range(self.answers):
                if not connection.recv(65536):
                    return
                connection.sendall(_ANSWER)
            connection.recv(65536)
        except OSError:
            return
        finally:
            connection.close()

    def close(self) -> None:
        """Close everything."""
        for one in (self.listener, *self.held):
            one.close()


@pytest.fixture
def server() -> Iterator[Server]:
    """A server whose connections last."""
    made = Server()
    yield made
    made.close()


@pytest.fixture
def forgetful() -> Iterator[Server]:
    """A server that takes a second request on a connection and hangs up."""
    made = Server(answers=1)
    yield made
    made.close()


def test_a_connection_is_used_again(server: Server) -> None:
    """Three calls, one connection."""
    with Api("us-west-2", server.url) as api:
        assert [api.ping().outcome for _ in range(3)] == [Outcome.OK] * 3
    assert server.connections == 1


def test_a_connection_that_idled_is_opened_anew(
    forgetful: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that a press after a pause is not lost on a connection that the other end forgot."""
    with Api("us-west-2", forgetful.url) as api:
        assert api.ping().outcome == Outcome.OK
        assert api.forward("user100", "AshlandValley", 1).outcome == Outcome.UNKNOWN
        assert api.ping().outcome == Outcome.OK
        monkeypatch.setattr(transport, "_IDLE_S", -1.0)
        assert api.forward("user100", "AshlandValley", 1).outcome == Outcome.OK


@pytest.mark.parametrize(
    ("name", "expected"),
    [("forward", "unknown"), ("rewind", "unknown"), ("record", "unknown"), ("get", "failed")],
)
def test_what_was_sent_and_lost_may_be_done(forgetful: Server, name: str, expected: str) -> None:
    """A write without an answer is unknown, each of them; a read has changed nothing."""
    with Api("us-west-2", forgetful.url) as api:
        api.ping()
        extra = () if name == "get" else (15,)
        lost = getattr(api, name)("user100", "AshlandValley", *extra)
    assert lost.outcome == expected
    assert "No answer from us-west-2" in str(lost)


def test_what_was_never_sent_is_certainly_not_done() -> None:
    """Nobody listens: also a write has failed."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with Api("us-west-2", f"http://127.0.0.1:{port}/api/") as api:
        assert api.record("user100", "AshlandValley", 15).outcome == Outcome.FAILED


@pytest.mark.parametrize(
    ("status", "said", "writes", "expected"),
    [
        (200, None, True, "ok"), (404, None, True, "failed"), (429, None, True, "failed"),
        (500, None, True, "unknown"), (503, None, True, "unknown"), (500, None, False, "failed"),
        (503, "failed", True, "failed"), (400, "nonsense", True, "failed"),
    ],
)  # fmt: skip
def test_an_answer_is_judged_by_what_it_says(
    status: int, said: str | None, writes: bool, expected: str
) -> None:
    """A server's error may come after the write; an answer that knows better is believed."""
    assert Operation("it", writes=writes).judge(status, said=said) == expected


def test_no_proxy_stands_before_this_machine(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a company's proxy set and no exception for loopback."""
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://192.0.2.1:3128")
    monkeypatch.delenv("no_proxy", raising=False)
    with Api("us-west-2", server.url) as api:
        assert api.ping().outcome == Outcome.OK
