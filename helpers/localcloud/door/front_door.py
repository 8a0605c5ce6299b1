"""The front door: which Region a request is for, whether it is up, and who answers."""

from __future__ import annotations

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from helpers.localcloud.control import Control
from helpers.localcloud.door import limits, strangers
from helpers.localcloud.door.addresses import Address, as_account, read_address
from helpers.localcloud.door.answers import aws_error, dynamodb_error, json_answer
from helpers.localcloud.door.code_upload import take_code
from helpers.localcloud.door.event_stream import EVENT_STREAM, stream_events
from helpers.localcloud.door.keys import EXCHANGE, PROOF, Keyring
from helpers.localcloud.door.protocol import TRANSPORT
from helpers.localcloud.door.service_model import load_model, refuse_request
from helpers.localcloud.driver import Driver
from helpers.localcloud.garbage import leave_the_old_alone, tidy_when_quiet
from helpers.localcloud.kept.keeper import Keeper
from helpers.localcloud.ministack import chalice_compat
from helpers.localcloud.ministack.alarms import Alarms
from helpers.localcloud.ministack.emulator import Emulator
from helpers.localcloud.ministack.in_process import Answer
from helpers.localcloud.ministack.strangers import PublicObject, Strangers
from helpers.localcloud.ministack.uploads import Uploads
from helpers.localcloud.tables.data_requests import WRITES
from helpers.localcloud.tables.global_tables import OPERATIONS, GlobalTables
from helpers.localcloud.tables.replica_lifecycle import ReplicaLifecycle
from helpers.localcloud.tables.strong_tables import StrongTables

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_TARGET = b"DynamoDB_20120810."
_READS = {
    "BatchGetItem", "DescribeTable", "DescribeTimeToLive", "GetItem", "ListTables", "Query", "Scan",
    "TransactGetItems",
}  # fmt: skip
_REFUSED = 400
_NOT_KEPT = (
    "The local cloud could not store this change, so it is not acknowledged; it may still be done. "
    "The disk is full, or takes no files: cloud.log in the state folder says more."
)
# What botocore says of itself inside a function: that caller is in the Region already.
_LAMBDA = b"exec-env/AWS_Lambda"
# Each call that runs beside others has a process of its own. More than a few of them for a core
# only slow one another down, until callers try again, and so on: the rest wait for their turn.
_CALLS_AT_ONCE = 8


class FrontDoor:
    """The ASGI app that stands before MiniStack."""

    def __init__(
        self,
        emulator: Emulator,
        driver: Driver,
        global_tables: GlobalTables,
        strong_tables: StrongTables,
        lifecycle: ReplicaLifecycle,
        keeper: Keeper,
        control: Control,
        keys: Keyring,
    ) -> None:
        self._emulator = emulator
        self._driver = driver
        self._tables = global_tables
        self._strong = strong_tables
        self._lifecycle = lifecycle
        self._keeper = keeper
        self._control = control
        self._port = control.about.port
        self._keys = keys
        self._strangers = Strangers()
        self._uploads = Uploads()
        self._turns: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(_CALLS_AT_ONCE)
        )
        self._tasks: set[asyncio.Task[None]] = set()
        self._asked_s = time.monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass the server's start and stop on."""
        if scope["type"] == "lifespan":
            await self._emulator.app(scope, receive, self._on_started(send))
        elif scope["type"] == "http":
            self._asked_s = time.monotonic()
            try:
                await self._answer(scope, receive, send)
            finally:
                self._asked_s = time.monotonic()
        else:
            await send({"type": "websocket.close", "code": 1008})

    def _on_started(self, send: Send) -> Send:
        async def sending(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "lifespan.startup.complete":
                kept = self._keeper.restore_items(self._driver.now_ms())
                self._lifecycle.restore(kept)
                self._control.restore()
                self._driver.pump()
                load_model()
                leave_the_old_alone()
                tidying = tidy_when_quiet(lambda: self._asked_s)
                self._tasks.add(asyncio.create_task(tidying))
                self._tasks.add(asyncio.create_task(self._driver.publish_metrics()))
                expiring = self._driver.expire_items(self._control.about.timescale)
                self._tasks.add(asyncio.create_task(expiring))
                alarms = Alarms(self._control.about.timescale)
                self._tasks.add(asyncio.create_task(alarms.watch()))
            elif message["type"] == "lifespan.shutdown.complete":
                for task in self._tasks:
                    task.cancel()
            await send(message)

        return sending

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        if refusal := strangers.refuse_host(scope["headers"], self._port):
            await _send_answer(strangers.harmless(send, document=False, api=False), refusal)
            return
        host = headers.get(b"host", b"").decode("latin-1")
        address = read_address(
            host,
            scope["path"],
            headers.get(b"authorization", b""),
            scope["query_string"],
            self._emulator.api_region,
        )
        page = None if address.service else self._page(scope)
        if not address.api_id or scope["path"] == address.api_path:
            # An API under a Host of its own is an origin of its own; all others share ours.
            send = strangers.harmless(send, document=bool(page), api=bool(address.api_id))
        refusal = limits.refuse_headers(scope["headers"], address.service)
        if refusal := refusal or self._refusal(headers, scope, address, page):
            await _send_answer(send, refusal)
            return
        if address.key:
            account = self._keys.keys.accounts[address.key]
            scope = as_account(scope, address.key, account)
            address = replace(address, account=account)
        word = ""
        try:
            scope, receive = await limits.bounded(scope, receive, address.service)
            if address.service == "lambda" and "/functions" in scope["path"]:
                scope, receive, word = await take_code(scope, receive, self._uploads)
            await self._answer_allowed(scope, receive, send, headers, address, page)
        except limits.RefusedByLimitError as refused:
            await _send_answer(send, refused.answer)
        finally:
            self._uploads.drop(word)

    async def _answer_allowed(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        headers: dict[bytes, bytes],
        address: Address,
        page: PublicObject | None,
    ) -> None:
        """Answer a request of somebody who may make it."""
        if scope["path"] == PROOF and not address.api_id:
            about = self._control.about
            proof = strangers.answer_proof(
                self._keys.keys, scope["query_string"], about.port, about.pid
            )
            await _send_answer(send, proof)
        elif scope["path"] == EXCHANGE and not address.api_id:
            await _send_answer(send, strangers.answer_ticket(self._keys.keys, headers))
        elif scope["path"] == EVENT_STREAM and not address.api_id:
            await stream_events(self._driver.engine.journal, scope, receive, send)
        elif scope["path"].startswith("/_cloud/") and not address.api_id:
            body = await limits.read_body(receive)
            await _send_answer(send, self._control.handle(scope, headers, body))
        elif outage := self._control.outage(address.region):
            await _play_dead(scope, receive, outage)
        elif page:
            asked = page.headers(scope["headers"], headers[b"host"])
            await self._emulator.app(
                {**scope, "headers": asked, "query_string": b""}, receive, send
            )
        else:
            distance_ms = self._control.distance_ms(address.region)
            if distance_ms and _LAMBDA not in headers.get(b"user-agent", b""):
                await asyncio.sleep(distance_ms / 2000)
                send = _from_afar(send, distance_ms / 2)
            if scope["method"] not in ("GET", "HEAD") and address.service != "dynamodb":
                if refusal := self._refuse_unkept(scope, address.service):
                    await _send_answer(send, refusal)
                    return
                send = self._kept_first(send, address.service)
            await self._dispatch(scope, receive, send, headers, address)

    def _page(self, scope: Scope) -> PublicObject | None:
        """Find the public object that a request without a signature asks for."""
        return self._strangers.public_object(scope["method"], scope["path"])

    def _refuse_unkept(self, scope: Scope, service: str) -> Answer | None:
        """Refuse a change of a service where the disk would not take it."""
        said = self._keeper.refusal() if service else ""
        content_type = dict(scope["headers"]).get(b"content-type", b"")
        return aws_error("InternalError", said, 500, service, content_type) if said else None

    def _kept_first(self, send: Send, service: str) -> Send:
        """Keep a service's state before it is said to be kept."""

        async def sending(message: MutableMapping[str, Any]) -> None:
            changed = message["type"] == "http.response.start" and message["status"] < _REFUSED
            if changed and not self._keeper.service_changed(service):
                message = {**message, "status": 500}
            await send(message)

        return sending

    async def _dispatch(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        headers: dict[bytes, bytes],
        address: Address,
    ) -> None:
        """Hand a request to whoever answers it."""
        if address.api_id:
            await self._call_api(scope, receive, send, address)
        elif headers.get(b"x-amz-target", b"").startswith(_TARGET):
            await self._call_dynamodb(scope, receive, send, address)
        elif address.service == "apigateway" and scope["path"].startswith("/restapis"):
            await self._call_apigateway(scope, receive, send)
        else:
            await self._emulator.app(scope, receive, send)

    def _refusal(
        self,
        headers: dict[bytes, bytes],
        scope: Scope,
        address: Address,
        page: PublicObject | None,
    ) -> Answer | None:
        """Refuse what this caller may not ask for; None where it may be answered."""
        if address.api_id:
            if self._emulator.api_region(address.api_id) == address.region:
                return None
            return json_answer({"message": "Forbidden"}, 403)
        stranger = strangers.refuse_page(headers, scope["method"], self._port, public=bool(page))
        if refusal := stranger or strangers.refuse_path(scope["path"]):
            return refusal
        if page or scope["path"] in (PROOF, EXCHANGE):
            return None
        if scope["path"].startswith("/_cloud/"):
            return strangers.refuse_control(self._keys.keys, headers)
        return (
            strangers.refuse_unsigned(address, headers)
            or strangers.refuse_key(self._keys, address, headers)
            or strangers.refuse_service(address, headers)
        )

    async def _call_api(self, scope: Scope, receive: Receive, send: Send, address: Address) -> None:
        """Pass a call of a deployed API on, by the one path at which nothing else can answer."""
        headers = [(k, v) for k, v in scope["headers"] if k != b"x-amz-target"]
        raw = quote(address.api_path).encode()
        inside = {**scope, "path": address.api_path, "raw_path": raw, "headers": headers}
        async with self._turns[address.region]:
            await self._emulator.app(inside, receive, send)

    async def _call_dynamodb(
        self, scope: Scope, receive: Receive, send: Send, address: Address
    ) -> None:
        operation = dict(scope["headers"])[b"x-amz-target"].removeprefix(_TARGET).decode()
        body = await limits.read_body(receive)
        refusal, payload = refuse_request(operation, body)
        if refusal := refusal or self._refuse_write(operation, address.region):
            await _send_answer(send, refusal)
            return
        if b"null" in body:
            # To AWS a member that is null is not there; MiniStack takes it for a list, say.
            body = json.dumps(payload).encode()
            scope = limits.with_length(scope, len(body))
        special = self._driver.quorums or self._tables.new_tables
        in_slices = self._is_large(operation, payload, address)
        as_it_is = operation not in OPERATIONS and not special and not in_slices
        if as_it_is and not self._keeper.keeps:
            await self._emulator.app(scope, limits.replay(body, receive), send)
            return

        async def forward() -> Answer:
            whole = None
            if in_slices:
                whole = await self._emulator.reads.read(
                    operation, address.account, address.region, payload
                )
            return whole or await self._emulator.request("POST", "/", scope["headers"], body)

        strong = self._strong.concerned(operation, payload, address.account, address.region)
        if operation in OPERATIONS:
            answer = await self._tables.handle(
                operation, payload, address.account, address.region, forward
            )
        elif strong:
            answer = await self._strong.handle(operation, payload, strong, address.region, forward)
            # The Region may have gone down while the request was on its way.
            if outage := self._control.outage(address.region):
                await _play_dead(scope, receive, outage)
                return
        else:
            new = self._tables.new_tables
            refusal = new.refuse_use(operation, payload, address.account, address.region)
            answer = refusal or await forward()
        if operation not in _READS and not self._kept(operation):
            answer = dynamodb_error("InternalServerError", _NOT_KEPT, 500)
        await _send_answer(send, answer)

    def _refuse_write(self, operation: str, region: str) -> Answer | None:
        """Refuse a change that could not be kept, or not be passed on to the other Regions."""
        if operation not in _READS and (said := self._keeper.refusal()):
            return dynamodb_error("InternalServerError", said, 500)
        if operation not in WRITES or not self._driver.backlogged(region):
            return None
        message = (
            f"The links out of {region} are full of undelivered images. The write was not taken; "
            "resume the links and retry."
        )
        return dynamodb_error("ThrottlingException", message)

    def _kept(self, operation: str) -> bool:
        """Keep what an operation has changed, before it is answered; tell whether it is kept."""
        if operation not in WRITES:
            self._lifecycle.keep()
        return self._keeper.commit()

    def _is_large(self, operation: str, payload: dict[str, Any], address: Address) -> bool:
        """Return whether a request reads so much that it is answered in slices."""
        # The copy that is behind is looked up for a whole table at once.
        if operation not in ("Query", "Scan") or self._driver.copy.model.share:
            return False
        return self._emulator.reads.concerned(operation, address.account, address.region, payload)

    async def _call_apigateway(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the imports and the patch that MiniStack does not; pass the rest on."""
        method, parts = scope["method"], scope["path"].strip("/").split("/")
        body = await limits.read_body(receive)
        payload = _parse(body)
        kept = [(k, v) for k, v in scope["headers"] if k in (b"authorization", b"host")]
        kept.append((b"content-type", b"application/json"))

        async def call(method: str, path: str, payload: Any) -> Answer:
            return await self._emulator.request(method, path, kept, json.dumps(payload).encode())

        if method == "POST" and len(parts) == 1 and b"mode=import" in scope["query_string"]:
            answer = await chalice_compat.import_rest_api(
                payload, scope["query_string"].decode("latin-1"), call
            )
            answer = answer._replace(status=201 if answer.status == 200 else answer.status)  # noqa: PLR2004
        elif method == "PUT" and len(parts) == 2:  # noqa: PLR2004 - /restapis/{id}
            answer = await chalice_compat.overwrite_rest_api(parts[1], payload, call)
        elif method == "PATCH":
            answer = await call(
                method, scope["path"], chalice_compat.without_empty_compression(payload)
            )
        else:
            path = f"{scope['path']}?{scope['query_string'].decode()}"
            answer = await self._emulator.request(method, path, scope["headers"], body)
        await _send_answer(send, answer)


def _parse(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body or b"{}")
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


async def _send_answer(send: Send, answer: Answer) -> None:
    headers = [(k.encode(), v.encode()) for k, v in answer.headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


def _from_afar(send: Send, there_ms: float) -> Send:
    """Let an answer travel before its first byte arrives."""
    waited = False

    async def sending(message: MutableMapping[str, Any]) -> None:
        nonlocal waited
        if not waited:
            waited = True
            await asyncio.sleep(there_ms / 1000)
        await send(message)

    return sending


async def _play_dead(scope: Scope, receive: Receive, how: str) -> None:
    """Fail as a dead Region does: drop the connection now, or say nothing until the caller goes."""
    if how == "hang":
        while (await receive())["type"] != "http.disconnect":
            pass
        return
    scope["extensions"][TRANSPORT]["transport"].abort()
