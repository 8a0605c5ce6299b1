"""What a web page, or anybody who has no key, gets of the local cloud; what no caller gets."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from helpers.localcloud.door.addresses import Address, host_name, is_loopback
from helpers.localcloud.door.answers import aws_error, json_answer
from helpers.localcloud.door.keys import KEY_HEADER, Keyring, Keys
from helpers.localcloud.ministack.environment import SERVICES
from helpers.localcloud.ministack.in_process import Answer

Headers = Mapping[bytes, bytes]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

# Our own proxy in Jupyter says by it that the answer will be read in Jupyter's origin.
THROUGH_JUPYTER = b"x-workshop-through"
# What the signatures of the services that run are made for.
_SIGNED_FOR = {*SERVICES, "execute-api"}
# Services that somebody may look for here, by AWS's name, and what there is in their place.
_REPLICATED = "a table is replicated by UpdateTable (`workshop prepare us-west-2 us-east-2`)"
_INSTEAD = {
    "cloudformation": ("CloudFormation", _REPLICATED),
    "fis": (
        "Fault Injection Service",
        "`workshop pause FROM TO on` holds replication, `workshop outage REGION on` stops a Region",
    ),
    "application-autoscaling": (
        "Application Auto Scaling",
        "a table that is to have replicas is billed by the request (PAY_PER_REQUEST)",
    ),
}
_HTTP = 80
_ERRORS = 400
_CLOSED = ("/_ministack/", "/_localstack/", "/_aws/")
_ONCE = (b"host", b"authorization", b"origin", b"x-workshop-key", THROUGH_JUPYTER)
_NONCE = re.compile(r"[0-9a-f]{32,128}")
_KEY = KEY_HEADER.lower().encode()
# AWS's errors for a key that it does not know differ by service.
_UNKNOWN_KEY = {
    "s3": ("InvalidAccessKeyId", 403),
    "iam": ("InvalidClientTokenId", 403),
    "sts": ("InvalidClientTokenId", 403),
    "dynamodb": ("UnrecognizedClientException", 400),
}
# An answer that a browser takes for a document is a document of nobody: no script runs in it.
_NOBODYS = (b"content-security-policy", b"sandbox; default-src 'none'")
_SANDBOX = (b"content-security-policy", b"sandbox")
_NO_SNIFFING = (b"x-content-type-options", b"nosniff")


def refuse_host(headers: list[tuple[bytes, bytes]], port: int) -> Answer | None:
    """Refuse a Host that is not this cloud's: a name that was rebound, or a proxy of another."""
    names = [name for name, _ in headers]
    if doubled := [name.decode() for name in _ONCE if names.count(name) > 1]:
        return json_answer({"message": f"Send the header {doubled[0]} once."}, 400)
    host = dict(headers).get(b"host", b"").decode("latin-1")
    if not is_loopback(host):
        message = f"The local cloud answers to localhost only, not to Host {host!r}."
        return json_answer({"message": message}, 403)
    name = host_name(host)
    if host.strip().lower() not in {f"{name}:{port}", name if port == _HTTP else ""}:
        message = f"The local cloud here answers to port {port} only, not to Host {host!r}."
        return json_answer({"message": message}, 403)
    return None


def refuse_page(headers: Headers, method: str, port: int, *, public: bool) -> Answer | None:
    """Refuse what a page of another origin sends: it may open a public page, and nothing else.

    Args:
        headers: of the request.
        method: of the request.
        port: the local cloud's own.
        public: whether it is for an object that everybody may read.
    """
    site = headers.get(b"sec-fetch-site", b"").lower()
    opened = (headers.get(b"sec-fetch-mode"), headers.get(b"sec-fetch-dest"))
    opens = public and opened == (b"navigate", b"document")
    origin = headers.get(b"origin")
    if site in (b"cross-site", b"same-site") and not (opens and origin is None):
        what = f"A page of another site ({site.decode()}) may call deployed APIs only."
        return json_answer({"message": what}, 403)
    own = re.compile(rf"http://(localhost|127\.0\.0\.1|\[::1\]):{port}")
    # Behind Jupyter our own pages have Jupyter's origin; a browser says which page is of it.
    jupyters = THROUGH_JUPYTER in headers and site == b"same-origin"
    if origin is not None and not jupyters and not own.fullmatch(origin.decode("latin-1")):
        text = origin.decode("latin-1")
        return json_answer({"message": f"A page from {text!r} may call deployed APIs only."}, 403)
    if headers.get(b"access-control-request-method") or method == "OPTIONS":
        return json_answer({"message": "Nothing here is for pages of other origins."}, 403)
    return None


def refuse_path(path: str) -> Answer | None:
    """Refuse MiniStack's own routes, which change or reset all of it."""
    if path.startswith(_CLOSED) or path == "/health":
        return json_answer({"message": f"No such address: {path}. See /_cloud/status."}, 404)
    return None


def refuse_unsigned(address: Address, headers: Headers) -> Answer | None:
    """Refuse a request that nobody signed, in AWS's words."""
    if address.service and THROUGH_JUPYTER not in headers:
        return None
    message = (
        "Missing Authentication Token: this request carries no signature. Without one, deployed "
        "APIs can be called and objects of public buckets read; see `workshop status`."
    )
    content_type = headers.get(b"content-type", b"")
    return aws_error("MissingAuthenticationToken", message, 403, address.service, content_type)


def refuse_key(keys: Keyring, address: Address, headers: Headers) -> Answer | None:
    """Refuse a key that opens nothing here, in AWS's words."""
    if keys.account(address.key):
        return None
    code, status = _UNKNOWN_KEY.get(address.service, ("UnrecognizedClientException", 403))
    message = (
        "The security token included in the request is invalid. This local cloud has a key of its "
        'own; in a terminal: eval "$(workshop env)"'
    )
    content_type = headers.get(b"content-type", b"")
    return aws_error(code, message, status, address.service, content_type)


def refuse_control(keys: Keys, headers: Headers) -> Answer | None:
    """Refuse a control request that carries neither a key nor the token of pages."""
    if keys.opens_control(headers.get(_KEY, b"").decode("latin-1")):
        return None
    message = (
        f"This needs the local cloud's key in {KEY_HEADER}. `workshop status` and the other "
        "commands have it; a page gets a token from the link that `workshop website` prints."
    )
    return json_answer({"message": message}, 403)


def answer_proof(keys: Keys, query: bytes, port: int, pid: int) -> Answer:
    """Answer `/_cloud/proof?nonce=...`, which anybody may ask: it tells nothing else."""
    nonce = parse_qs(query.decode("latin-1")).get("nonce", [""])[0]
    if not _NONCE.fullmatch(nonce):
        return json_answer({"message": "Send nonce, 32 to 128 hexadecimal digits."}, 400)
    return json_answer({"pid": pid, "proof": keys.prove(nonce, port, pid)})


def answer_ticket(keys: Keys, headers: Headers) -> Answer:
    """Answer `/_cloud/token` with the token of pages, to who has a ticket that is not too old."""
    if keys.admits(headers.get(_KEY, b"").decode("latin-1"), time.time()):
        return json_answer({"token": keys.token})
    message = "This link is too old: click `let them steer` again, and open the page from there."
    return json_answer({"message": message}, 403)


def refuse_service(address: Address, headers: Headers) -> Answer | None:
    """Refuse a service that the local cloud does not have, by its name."""
    if address.service in _SIGNED_FOR:
        return None
    name, instead = _INSTEAD.get(address.service, (address.service, _REPLICATED))
    message = f"The local cloud has no {name}. It has {', '.join(SERVICES)}; {instead}."
    content_type = headers.get(b"content-type", b"")
    return aws_error("UnsupportedOperation", message, 400, address.service, content_type)


def harmless(send: Send, *, document: bool, api: bool) -> Send:
    """Make an answer run no script in the origin that it is read in.

    Args:
        send: of the request.
        document: it is a page of a bucket, which is there to run; its errors are not.
        api: it is a deployed API under a host name that is not its own.
    """

    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start" and not (
            document and message["status"] < _ERRORS
        ):
            policy = _SANDBOX if api else _NOBODYS
            message = {**message, "headers": [*message["headers"], policy, _NO_SNIFFING]}
        await send(message)

    return sending
