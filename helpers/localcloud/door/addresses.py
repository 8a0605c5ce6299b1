"""Which Region a request is for, and whether the local cloud should listen to it at all."""

from __future__ import annotations

import re
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

_SCOPE = rb"([^/,\s]+)/\d{8}/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request"
# The whole header and nothing but it: MiniStack, too, looks for a credential in it.
_SIGNED = re.compile(
    rb"AWS4-HMAC-SHA256 Credential=" + _SCOPE + rb", ?SignedHeaders=[^,\s]+, ?Signature=[0-9a-f]+"
)
_PRESIGNED = "x-amz-credential"
# Also with AWS's domain before ours: pages made for AWS take the Region from what stands before it.
_API_HOST = re.compile(r"([a-z0-9]+)\.execute-api\.([a-z0-9-]+)(?:\.amazonaws\.com)?\.localhost")
_API_PATH = re.compile(r"/restapis/([a-z0-9]+)/([^/]+)/_user_request_(/.*)?")
_LOOPBACK = {"localhost", "127.0.0.1", "[::1]"}


@dataclass(frozen=True)
class Address:
    """Where a request goes.

    Attributes:
        region: the Region meant, "" if the request names none.
        key: the access key of the signature, "" where there is none.
        account: twelve digits, once the key has been found to be one of this cloud's.
        service: as the signature names it, "execute-api" for a deployed API, else "".
        api_id: of the deployed API, else "".
        api_path: where MiniStack has what is asked of that API, whatever the Host; else "".
    """

    region: str
    key: str = ""
    service: str = ""
    api_id: str = ""
    api_path: str = ""
    account: str = ""


def host_name(host: str) -> str:
    """Return a Host header without its port, in lower case."""
    return re.sub(r":\d+$", "", host.strip().lower())


def is_loopback(host: str) -> bool:
    """Return whether a Host header names this machine: a foreign name there is DNS rebinding."""
    name = host_name(host)
    return name in _LOOPBACK or name.endswith(".localhost")


def api_url(api_id: str, region: str, port: int, stage: str = "api") -> str:
    """Return the URL of a deployed API, as API Gateway's with `localhost` for its domain."""
    return f"http://{api_id}.execute-api.{region}.localhost:{port}/{stage}/"


def api_path(url: str) -> str:
    """Return the path under which the local cloud answers the same API on any host name.

    Raises:
        ValueError: it is no URL as `api_url` words it.
    """
    parts = urlsplit(url)
    match = _API_HOST.fullmatch(host_name(parts.netloc))
    if match is None:
        raise ValueError(f"{url!r} is not the address of an API of the local cloud.")
    return f"restapis/{match[1]}/{parts.path.strip('/')}/_user_request_/#{match[2]}"


def read_address(
    host: str,
    path: str,
    authorization: bytes,
    query: bytes,
    api_region: Callable[[str], str | None],
) -> Address:
    """Find out where a request goes from its Host, path and signature.

    Args:
        host: the Host header.
        path: the decoded path.
        authorization: the Authorization header, b"" where there is none.
        query: the query string, which signs a presigned URL.
        api_region: tells the Region of a deployed API by its id.
    """
    if match := _API_HOST.fullmatch(host_name(host)):
        stage, _, rest = path.removeprefix("/").partition("/")
        inside = f"/restapis/{match[1]}/{stage}/_user_request_/{rest}"
        return Address(match[2], service="execute-api", api_id=match[1], api_path=inside)
    if match := _API_PATH.fullmatch(path):
        region = api_region(match[1]) or ""
        return Address(region, service="execute-api", api_id=match[1], api_path=path)
    if authorization:
        signed = _SIGNED.fullmatch(authorization)
    else:
        signed = re.fullmatch(_SCOPE, _presigned(query))
    if signed:
        key, region, service = (part.decode() for part in signed.groups())
        return Address(region, key, service)
    return Address("")


def as_account(scope: MutableMapping[str, Any], key: str, account: str) -> dict[str, Any]:
    """Build a signed request as MiniStack knows callers: it takes a number for the key.

    Args:
        scope: ASGI's, of a request that `read_address` found signed with `key`.
        key: what stands in its credential.
        account: twelve digits, to stand there instead.
    """
    old, new = f"Credential={key}/".encode(), f"Credential={account}/".encode()
    headers = [
        (name, value.replace(old, new, 1) if name == b"authorization" else value)
        for name, value in scope["headers"]
    ]
    query = scope["query_string"]
    if _presigned(query):
        pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
        replaced = [
            (n, account + v[len(key) :] if n.lower() == _PRESIGNED else v) for n, v in pairs
        ]
        query = urlencode(replaced).encode()
    return {**scope, "headers": headers, "query_string": query}


def _presigned(query: bytes) -> bytes:
    """Return the credential of a presigned URL; b"" where there is none, or more than one."""
    if _PRESIGNED not in query.decode("latin-1").lower():
        return b""
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    found = [value for name, value in pairs if name.lower() == _PRESIGNED]
    return found[0].encode() if len(found) == 1 else b""
