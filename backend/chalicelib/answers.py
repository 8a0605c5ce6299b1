"""Answers a client can act on: errors have a status, a code, a reason and an outcome."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from chalice.app import Response

from chalicelib.bookmarks import NewerPositionError
from chalicelib.requests import BadRequestError

# Lambda imports this module once for each worker it starts; the worker's first request was cold.
_first_requests = iter((True,))

_THROTTLED = {
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
}


def answer(work: Callable[[], dict[str, Any]], *, writes: bool = False) -> Response:
    """Do what a route is for, and word what comes of it.

    Args:
        work: returns the body of the answer.
        writes: whether it changes the table, so that an error may leave it open if it did.
    """
    region = os.environ.get("AWS_REGION", "unknown")
    try:
        return Response({**work(), "Region": region})
    except (BadRequestError, NewerPositionError) as wrong:
        status, code = (
            (400, "BadRequest") if isinstance(wrong, BadRequestError) else (409, "NewerPosition")
        )
        return _error(status, code, str(wrong), "failed", region)
    except ClientError as refused:
        return _refused(refused, region)
    except (EndpointConnectionError, ConnectTimeoutError) as away:
        return _error(503, "DatabaseUnreachable", f"{away}", "failed", region)
    except (ReadTimeoutError, ConnectionClosedError) as lost:
        # The request had been sent: DynamoDB may have done it.
        outcome = "unknown" if writes else "failed"
        return _error(504, "NoAnswerFromDatabase", f"{lost}", outcome, region)
    except BotoCoreError as failed:
        outcome = "unknown" if writes else "failed"
        return _error(500, type(failed).__name__, f"{failed}", outcome, region)


def _refused(refused: ClientError, region: str) -> Response:
    """Format what DynamoDB itself refused; only its own 5xx leaves open whether it was done."""
    code = refused.response["Error"]["Code"]
    message = refused.response["Error"].get("Message", "")
    if code == "ResourceNotFoundException":
        table = os.environ.get("TABLE_NAME", "global-serverless")
        reason = f"There is no table {table} in {region} yet. Add a replica in this Region."
        return _error(503, "TableNotFound", reason, "failed", region)
    if code in _THROTTLED:
        return _error(429, code, message, "failed", region)
    if code in ("ValidationException", "ConditionalCheckFailedException"):
        return _error(400, code, message, "failed", region)
    status = refused.response["ResponseMetadata"].get("HTTPStatusCode", 500)
    outcome = "unknown" if status >= 500 else "failed"  # noqa: PLR2004 - a server error
    return _error(503 if outcome == "unknown" else 500, code, message, outcome, region)


def _error(status: int, code: str, message: str, outcome: str, region: str) -> Response:
    body = {"Code": code, "Message": message, "Outcome": outcome, "Region": region}
    return Response(body, status_code=status)


def log_request(event: Any, get_response: Callable[[Any], Response]) -> Response:
    """Answer a request, and print one line about it for CloudWatch Logs."""
    cold = next(_first_requests, False)
    started = time.perf_counter()
    response = get_response(event)
    if cold:
        response.headers["X-Cold-Start"] = "true"
    body = response.body if isinstance(response.body, dict) else {}
    line = {
        "method": event.method,
        "path": event.path,
        "status": response.status_code,
        "took_ms": round((time.perf_counter() - started) * 1000, 3),
        "dynamodb_ms": body.get("Latency"),
        "outcome": body.get("Outcome", "ok"),
        "cold": cold,
        "region": os.environ.get("AWS_REGION", "unknown"),
        "request_id": event.context.get("requestId"),
    }
    print(json.dumps(line), flush=True)
    return response
