"""The static pages in an S3 bucket: upload them, say where they are, remove them."""

from __future__ import annotations

import json
import mimetypes
import secrets
from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from helpers import deploy, ownership, proxy, removal
from helpers.ownership import Thing
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
    client = target.client("s3", region)
    ours = [thing.name for thing in _buckets(target, region)]
    bucket = ours[0] if ours else _make_bucket(target, region)
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


def question(target: Target, region: str) -> str:
    """Return what to ask before the pages are published; "" where nothing becomes public.

    On the local cloud nothing leaves the machine, and a bucket of ours that stands was agreed to.
    """
    if target.name != "aws" or _buckets(target, region):
        return ""
    return (
        f"The pages go into a bucket in {region} that everybody on the internet may read. They "
        "hold no data and no credential; whoever has their address and that of your API can save "
        "bookmarks, at your expense. The teardown removes the bucket."
    )


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


def opened_with(page: str, apis: Sequence[str], token: str = "", *, ticket: str = "") -> str:
    """Return the address of a page that is to be opened with these APIs.

    Args:
        page: its address.
        apis: theirs.
        token: `Target.page_token`, for a page that may look into the cloud and steer it. What
            stands behind the # is sent to nobody; the page takes it out of its address.
        ticket: `Target.page_ticket`, in its place where the address is kept.
    """
    query = "&".join(f"api={quote(api, safe='')}" for api in apis)
    address = f"{page}?{query}" if query else page
    if ticket:
        return f"{address}#ticket={ticket}"
    return f"{address}#token={token}" if token else address


def remove(target: Target, region: str) -> bool:
    """Delete the bucket with the pages; return whether there was one."""
    ours = _buckets(target, region)
    for bucket in ours:
        removal.remove(target, bucket)
    return bool(ours)


def _buckets(target: Target, region: str) -> list[Thing]:
    return [b for b in ownership.buckets(target) if b.proof and b.region == region]


def _make_bucket(target: Target, region: str) -> str:
    """Make a bucket that bears our tag from its first moment; every name exists once in the world.

    The random end is found again by the tag, so it need not tell anything of the account.
    """
    bucket = f"{ownership.app_name(target)}-web-{secrets.token_hex(4)}"
    settings: dict[str, object] = {"Tags": ownership.tags(target)}
    if region != "us-east-1":
        settings["LocationConstraint"] = region
    target.client("s3", region).create_bucket(Bucket=bucket, CreateBucketConfiguration=settings)
    return bucket


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
