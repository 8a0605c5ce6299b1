"""A function's code is decoded a slice at a time, and MiniStack gets all of it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import json
import random
import zipfile
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import pytest
from ministack.services import lambda_svc

from helpers.localcloud.door.code_upload import SMALL, take_code
from helpers.localcloud.door.limits import replay
from helpers.localcloud.ministack.uploads import Uploads
from helpers.targets import LocalTarget
from tests.conftest import HOME
from tests.localcloud.test_scans import on_a_loop

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


@pytest.fixture
def uploads(monkeypatch: pytest.MonkeyPatch) -> Uploads:
    """What hands code over to MiniStack, which is put back as it was."""
    monkeypatch.setattr(lambda_svc, "base64", base64)
    monkeypatch.setattr(lambda_svc, "hashlib", hashlib)
    return Uploads()


async def nothing() -> MutableMapping[str, Any]:
    """Say that the caller sends no more."""
    return {"type": "http.disconnect"}


def taken(uploads: Uploads, body: bytes) -> tuple[bytes, str, int]:
    """Take the code out of a request; returns the rest, the word, and how often others ran."""
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def take() -> tuple[bytes, str, int]:
        beside = asyncio.create_task(others())
        length = (b"content-length", str(len(body)).encode())
        scope = {"headers": [length]}
        scope, receive, word = await take_code(scope, replay(body, nothing), uploads)
        beside.cancel()
        left: bytes = (await receive())["body"]
        assert dict(scope["headers"])[b"content-length"] == str(len(left)).encode()
        return left, word, turns

    return on_a_loop(take())


def noise(count: int) -> bytes:
    """Make bytes that pack badly."""
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    return random.Random(seed).randbytes(count)


@pytest.mark.parametrize("more", [{}, {"FunctionName": "ZipFile"}])
def test_code_is_taken_out_while_others_go_on(uploads: Uploads, more: dict[str, str]) -> None:
    """What is left is the request with a word in its place, which stands for the code."""
    code = noise(2_000_000)
    asked = {**more, "Code": {"ZipFile": base64.b64encode(code).decode()}, "Timeout": 9}
    left, word, turns = taken(uploads, json.dumps(asked).encode())
    assert json.loads(left) == {**asked, "Code": {"ZipFile": word}}
    held = lambda_svc.base64.b64decode(word)
    assert held == code
    assert lambda_svc.hashlib.sha256(held).digest() == hashlib.sha256(code).digest()
    assert turns > 20
    uploads.drop(word)
    assert lambda_svc.base64.b64decode("YQ==") == b"a"


@pytest.mark.parametrize(
    "text",
    [
        base64.b64encode(bytes(100)).decode(),
        base64.b64encode(b"\xff" * SMALL).decode().replace("/", "\\/"),
        "!" * (SMALL + 4),
    ],
    ids=["small", "escaped", "no base64"],
)
def test_what_is_small_or_odd_is_left_to_ministack(uploads: Uploads, text: str) -> None:
    """The request stays as it is."""
    body = b'{"ZipFile": "' + text.encode() + b'"}'
    assert taken(uploads, body)[:2] == (body, "")


def test_a_function_of_some_size_is_the_one_that_was_sent(target: LocalTarget) -> None:
    """Made, changed and called: what runs is what was uploaded."""
    client = target.client("lambda", HOME)

    def packed(answer: str) -> bytes:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr("a.py", f"def b(event, context): return {answer!r}")
            archive.writestr("noise", noise(300_000))
        return made.getvalue()

    first, second = packed("first"), packed("second")
    made = client.create_function(
        FunctionName="large", Runtime="python3.12", Handler="a.b",
        Role="arn:aws:iam::000000000000:role/r", Code={"ZipFile": first},
    )  # fmt: skip
    assert base64.b64decode(made["CodeSha256"]) == hashlib.sha256(first).digest()
    client.get_waiter("function_active_v2").wait(FunctionName="large", WaiterConfig={"Delay": 1})
    changed = client.update_function_code(FunctionName="large", ZipFile=second)
    assert base64.b64decode(changed["CodeSha256"]) == hashlib.sha256(second).digest()
    assert json.loads(client.invoke(FunctionName="large")["Payload"].read()) == "second"
    client.delete_function(FunctionName="large")
