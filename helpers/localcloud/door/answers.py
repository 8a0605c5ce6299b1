"""Answers of our own, in the words and shapes AWS uses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from helpers.localcloud.ministack.in_process import Answer

_DYNAMODB = "application/x-amz-json-1.0"


def json_answer(
    payload: object, status: int = 200, content_type: str = "application/json"
) -> Answer:
    """Build a JSON answer."""
    body = json.dumps(payload).encode()
    return Answer(status, {"content-type": content_type, "content-length": str(len(body))}, body)


def dynamodb_answer(payload: Mapping[str, Any]) -> Answer:
    """Build an answer of DynamoDB."""
    return json_answer(payload, content_type=_DYNAMODB)


def dynamodb_error(code: str, message: str, status: int = 400) -> Answer:
    """Build an error of DynamoDB; 400 says that the request was at fault, 500 that it was not."""
    name = f"com.amazonaws.dynamodb.v20120810#{code}"
    return json_answer({"__type": name, "message": message}, status, _DYNAMODB)


def aws_error(code: str, message: str, status: int, service: str, content_type: bytes) -> Answer:
    """Build an error as the SDK that asked reads it.

    Args:
        code: AWS's name of the error.
        message: what was tried and what to do.
        status: the HTTP status.
        service: as the signature names it, "" where there is none.
        content_type: of the request: the query protocol sends forms, and reads XML.
    """
    inner = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
    if b"form-urlencoded" in content_type:
        return _xml(
            f"<ErrorResponse><Error><Type>Sender</Type>{inner}</Error></ErrorResponse>", status
        )
    if service == "s3" or not (service or content_type):
        return _xml(f"<Error>{inner}</Error>", status)
    answer = json_answer({"__type": code, "message": message}, status, _DYNAMODB)
    return answer._replace(headers={**answer.headers, "x-amzn-errortype": code})


def _xml(text: str, status: int) -> Answer:
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode()
    headers = {"content-type": "application/xml", "content-length": str(len(body))}
    return Answer(status, headers, body)
