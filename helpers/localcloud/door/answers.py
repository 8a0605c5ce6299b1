"""Answers of our own, in the words and shapes AWS uses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from helpers.localcloud.ministack.in_process import Answer

_DYNAMODB = "application/x-amz-json-1.0"


def json_answer(
    payload: object, status: int = 200, content_type: str = "application/json"
) -> Answer:
    """Word a JSON answer."""
    body = json.dumps(payload).encode()
    return Answer(status, {"content-type": content_type, "content-length": str(len(body))}, body)


def dynamodb_answer(payload: Mapping[str, Any]) -> Answer:
    """Word an answer of DynamoDB."""
    return json_answer(payload, content_type=_DYNAMODB)


def dynamodb_error(code: str, message: str, status: int = 400) -> Answer:
    """Word an error of DynamoDB; 400 says that the request was at fault, 500 that it was not."""
    name = f"com.amazonaws.dynamodb.v20120810#{code}"
    return json_answer({"__type": name, "message": message}, status, _DYNAMODB)
