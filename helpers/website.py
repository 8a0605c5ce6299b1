"""The static pages in an S3 bucket: upload them, say where they are, remove them."""

from __future__ import annotations

import hashlib
import json
import mimetypes
from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from botocore.exceptions import ClientError

from helpers import deploy, proxy
from helpers.settings import PROJECT_DIR
from helpers.targets import Target

PAGES = PROJECT_DIR / "web"
_FIRST = "index.html"


def publish(target: Target, region: str) -> str:
    """Upload the pages to a bucket of a Region that everybody may read, and return their address.

    What an earlier call uploaded is replaced.

    Raises:
        ClientError: AWS refused; many accounts forbid public buckets.
    """
    client, bucket = target.client("s3", region), bucket_name(target, region)
    place = {} if region == "us-east-1" else {"LocationConstraint": region}
    settings = {"CreateBucketConfiguration": place} if place else {}
    try:
        client.create_bucket(Bucket=bucket, **settings)
    except ClientError as refused:
        if refused.response["Error"]["Code"] != "BucketAlreadyOwnedByYou":
            raise
    client.delete_public_access_block(Bucket=bucket)
    client.put_bucket_policy(Bucket=bucket, Policy=_everybody_may_read(bucket))
    client.put_bucket_website(
        Bucket=bucket, WebsiteConfiguration={"IndexDocument": {"Suffix": _FIRST}}
    )
    for path in sorted(PAGES.rglob("*.*")):
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        text = f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
        key = path.relative_to(PAGES).as_posix()
        client.put_object(Bucket=bucket, Key=key, Body=path.read_bytes(), ContentType=text)
    return target.website_url(bucket, region) + _FIRST


def links(target: Target, region: str, regions: Sequence[str]) -> dict[str, tuple[str, list[str]]]:
    """Publish the pages, and say how they and the APIs are reached.

    Returns:
        By way ("direct", and "through Jupyter" where there is one): the address of the folder that
        the pages are in, and those of the APIs.
    """
    folder = publish(target, region).removesuffix(_FIRST)
    urls = [url for name in regions if (url := deploy.url(target, name))]
    found = {"direct": (folder, urls)}
    through = proxy.prefix(urlsplit(folder).port or 0) if target.name == "local" else None
    if through:
        apis = [f"{through}{target.api_path(url)}" for url in urls]
        found["through Jupyter"] = (f"{through}{urlsplit(folder).path.lstrip('/')}", apis)
    return found


def opened_with(page: str, apis: Sequence[str]) -> str:
    """Word the address of a page that is to be opened with these APIs."""
    query = "&".join(f"api={quote(api, safe='')}" for api in apis)
    return f"{page}?{query}" if query else page


def remove(target: Target, region: str) -> bool:
    """Delete the bucket with the pages; return whether there was one."""
    client, bucket = target.client("s3", region), bucket_name(target, region)
    try:
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        keys = [{"Key": item["Key"]} for page in pages for item in page.get("Contents", [])]
    except ClientError as refused:
        if refused.response["Error"]["Code"] == "NoSuchBucket":
            return False
        raise
    if keys:
        client.delete_objects(Bucket=bucket, Delete={"Objects": keys})
    client.delete_bucket(Bucket=bucket)
    return True


def bucket_name(target: Target, region: str) -> str:
    """Name the bucket: every name is taken only once in the world, so the account is part of it.

    Its number is nobody's business; a digest of it stands for it.
    """
    account = target.client("sts", region).get_caller_identity()["Account"]
    digest = hashlib.sha256(account.encode()).hexdigest()[:12]
    return f"global-serverless-web-{digest}-{region}"


def _everybody_may_read(bucket: str) -> str:
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": "*",
                    "Action": "s3:GetObject",
                    "Resource": f"arn:aws:s3:::{bucket}/*",
                }
            ],
        }
    )
