"""What MiniStack would show to somebody without a key: public objects and deployed APIs."""

from __future__ import annotations

import time
from typing import NamedTuple

from helpers.localcloud.ministack.seams import check_seams

_S3 = {
    "_bucket_owner_account": ["name"],
    "_foreign_bucket_allows": [
        "owner_account", "bucket_name", "key", "method", "query_params", "caller", "headers",
    ],
}  # fmt: skip
_APIS = {"find_api_scope": ["api_id"]}
# What may change how an object is sent; any other header could change who answers.
_PASSED = {
    b"accept", b"accept-encoding", b"if-match", b"if-modified-since", b"if-none-match",
    b"if-unmodified-since", b"range", b"user-agent",
}  # fmt: skip

Headers = list[tuple[bytes, bytes]]


class PublicObject(NamedTuple):
    """An object that its bucket shows to everybody."""

    account: str
    region: str

    def headers(self, asked: Headers, host: bytes) -> Headers:
        """Build a request for it as its owner would, whatever else the stranger sent."""
        scope = f"{self.account}/{time.strftime('%Y%m%d')}/{self.region}/s3/aws4_request"
        signed = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
        kept = [(name, value) for name, value in asked if name in _PASSED]
        return [*kept, (b"host", host), (b"authorization", signed.encode())]


class Strangers:
    """MiniStack's own rules for whom nobody knows, asked before MiniStack is."""

    def __init__(self) -> None:
        from ministack.services import apigateway_v1, s3  # noqa: PLC0415 - as in emulator.py

        check_seams(s3, _S3)
        check_seams(apigateway_v1, _APIS)
        self._s3 = s3
        self._apis = apigateway_v1
        apigateway_v1.find_api_scope = self.api_scope

    def api_scope(self, api_id: str) -> tuple[str, str] | None:
        """Return account and Region of a REST API; MiniStack looks in the caller's account only.

        A deployed API is called by people who have no account.
        """
        for (account, region, found), _api in self._apis._rest_apis.all_items():  # noqa: SLF001
            if found == api_id:
                return str(account), str(region)
        return None

    def public_object(self, method: str, path: str) -> PublicObject | None:
        """Find the object at `/bucket/key` if everybody may read it, by policy or access list."""
        bucket, _, key = path.removeprefix("/").partition("/")
        if method not in ("GET", "HEAD") or not bucket or not key:
            return None
        s3 = self._s3
        owner = s3._bucket_owner_account(bucket)  # noqa: SLF001
        if owner is None or not s3._foreign_bucket_allows(  # noqa: SLF001
            owner, bucket, key, "GET", {}, ""
        ):
            return None
        region = s3._buckets.get_scoped(owner, None, bucket).get("region")  # noqa: SLF001
        return PublicObject(str(owner), str(region or "us-east-1"))
