"""The code that a Lambda call brings: decoded a slice at a time, and looked into.

MiniStack reads the whole request, decodes all of the code and hashes it in one step of the event
loop. It is given a word in the code's place, and finds there what was decoded and hashed here
(ministack/uploads.py).
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import io
import json
import re
import zipfile

from helpers.localcloud.door.answers import aws_error
from helpers.localcloud.door.limits import (
    Receive,
    RefusedByLimitError,
    Scope,
    read_body,
    replay,
    with_length,
)
from helpers.localcloud.ministack.slices import PAUSE_S
from helpers.localcloud.ministack.uploads import Uploads

_MOST_UNZIPPED = 250 * 1024 * 1024
_MOST_MEMBERS = 20_000
# Code of fewer characters is left where it is.
SMALL = 64 * 1024
# A multiple of four characters, which takes half a ms.
_AT_ONCE = 128 * 1024
_CODE = re.compile(rb'"ZipFile"\s*:\s*"')


async def take_code(scope: Scope, receive: Receive, uploads: Uploads) -> tuple[Scope, Receive, str]:
    """Return the request with a word in the place of its code, and that word; "" where it is left.

    Raises:
        RefusedByLimitError: the zip has too many members, or takes too much room unpacked.
    """
    body = await read_body(receive)
    begin, end = _find(body)
    code = await _decode(memoryview(body)[begin:end]) if end - begin > SMALL else None
    if code is None:
        said = await asyncio.to_thread(_refuse_request, body)
    else:
        said = await asyncio.to_thread(_refuse_archive, code)
    if said:
        content_type = dict(scope["headers"]).get(b"content-type", b"")
        answer = aws_error("InvalidParameterValueException", said, 400, "lambda", content_type)
        raise RefusedByLimitError(answer)
    if code is None:
        return scope, replay(body, receive), ""
    word = uploads.hold(code, await asyncio.to_thread(hashlib.sha256, code))
    body = body[:begin] + word.encode() + body[end:]
    return with_length(scope, len(body)), replay(body, receive), word


def _find(body: bytes) -> tuple[int, int]:
    """Return where the first long code begins and ends in a request; an empty span for none."""
    for opening in _CODE.finditer(body):
        begin = opening.end()
        end = body.find(b'"', begin)
        if end - begin > SMALL:
            return begin, end
    return 0, 0


async def _decode(text: memoryview) -> bytes | None:
    """Decode base64; None where it has anything else in it, such as an escape of JSON's."""
    parts = []
    for begin in range(0, len(text), _AT_ONCE):
        try:
            parts.append(binascii.a2b_base64(text[begin : begin + _AT_ONCE], strict_mode=True))
        except binascii.Error:
            return None
        await asyncio.sleep(PAUSE_S)
    return b"".join(parts)


def _refuse_request(body: bytes) -> str:
    """Describe what is wrong with the code in a request, "" if nothing is."""
    try:
        asked = json.loads(body or b"{}")
        found = asked.get("ZipFile") or (asked.get("Code") or {}).get("ZipFile")
        return _refuse_archive(base64.b64decode(found)) if isinstance(found, str) else ""
    except (AttributeError, ValueError, RecursionError, binascii.Error):
        # Not ours to word: Lambda says what is wrong with it.
        return ""


def _refuse_archive(code: bytes) -> str:
    """Describe what is too much in a zip, "" if nothing is, or if it is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(code)) as archive:
            members = archive.infolist()
    except (ValueError, zipfile.BadZipFile):
        return ""
    if len(members) > _MOST_MEMBERS:
        return f"The zip has {len(members)} members; {_MOST_MEMBERS} may be in it."
    if sum(member.file_size for member in members) > _MOST_UNZIPPED:
        return f"Unzipped size must be smaller than {_MOST_UNZIPPED} bytes"
    return ""
