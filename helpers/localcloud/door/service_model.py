"""DynamoDB's requests checked against botocore's own service model, as AWS does before all else.

A member of the wrong JSON type is answered with SerializationException, one that is missing below
the top or too deep with ValidationException. Members that the model does not know pass.
"""

from __future__ import annotations

import base64
import binascii
import functools
import json
from collections.abc import Callable
from typing import Any

import botocore.session

from helpers.localcloud.door.answers import dynamodb_error
from helpers.localcloud.ministack.in_process import Answer

# Takes a value, its path and how deep it stands; raises _WrongError.
_Check = Callable[[Any, str, int], None]
# An attribute's value may nest 32 levels, each of which is two in JSON, below what leads to it.
_DEEPEST = 80
_SERIALIZATION = "SerializationException"


class _WrongError(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def refuse_request(operation: str, body: bytes) -> tuple[Answer | None, dict[str, Any]]:
    """Check a request against the model of its operation.

    Returns:
        The refusal, None where all is in order, and the parsed body without members that are null.
    """
    try:
        text = body.decode()
        payload = json.loads(text or "{}")
        if "\\u" in text:
            json.dumps(payload, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        # Not UTF-8, no JSON, too deep, or with half of a pair of surrogates.
        return dynamodb_error(_SERIALIZATION, "The request is not valid JSON."), {}
    if not isinstance(payload, dict):
        return dynamodb_error(_SERIALIZATION, "Start of structure or map expected."), {}
    check = _checks().get(operation)
    if check is None:
        return dynamodb_error("UnknownOperationException", ""), {}
    try:
        check(payload, "", 0)
    except _WrongError as wrong:
        return dynamodb_error(wrong.code, str(wrong)), {}
    return None, payload


def load_model() -> None:
    """Read the service model now, which takes a while, and not beside the first request."""
    _checks()


@functools.cache
def _checks() -> dict[str, _Check]:
    model = botocore.session.Session().get_service_model("dynamodb")
    known: dict[str, _Check] = {}
    return {
        name: _check_of(model.operation_model(name).input_shape, known)
        for name in model.operation_names
    }


def _check_of(shape: Any, known: dict[str, _Check]) -> _Check:
    """Make the check of a shape; shapes that contain themselves find theirs in `known`."""
    if shape is None:
        return lambda _value, _path, _depth: None
    if shape.name not in known:
        # Not `made` itself, which is yet to be.
        known[shape.name] = lambda value, path, depth: made(value, path, depth)  # noqa: PLW0108
        made = _MAKERS[shape.type_name](shape, known)
        known[shape.name] = made
    return known[shape.name]


def _null(where: str) -> _WrongError:
    return _WrongError(
        "ValidationException",
        f"1 validation error detected: Value null at '{where}' failed to satisfy constraint: "
        "Member must not be null",
    )


def _structure(shape: Any, known: dict[str, _Check]) -> _Check:
    members = {name: _check_of(member, known) for name, member in shape.members.items()}
    required = tuple(shape.required_members)

    def check(value: Any, path: str, depth: int) -> None:
        if not isinstance(value, dict):
            raise _wrong_type(value, "a structure")
        if depth > _DEEPEST:
            raise _WrongError(
                "ValidationException",
                "Nesting Levels have exceeded supported limits: Attributes can be nested up to 32 "
                "levels deep.",
            )
        for name, inner in value.items():
            # A member that is null is one that was not given.
            if inner is not None and name in members:
                members[name](inner, f"{path}.{name}", depth + 1)
        # What an operation itself lacks, MiniStack says in AWS's words, unless it is null.
        for name in required:
            if value.get(name) is None and (depth or name in value):
                where = f"{path}.{name}".removeprefix(".")
                where = ".".join(part[:1].lower() + part[1:] for part in where.split("."))
                raise _null(where)
        for name in [name for name, inner in value.items() if inner is None]:
            del value[name]

    return check


def _list(shape: Any, known: dict[str, _Check]) -> _Check:
    member = _check_of(shape.member, known)

    def check(value: Any, path: str, depth: int) -> None:
        if not isinstance(value, list):
            raise _wrong_type(value, "a list")
        for number, inner in enumerate(value, start=1):
            if inner is None:
                raise _null(f"{path[1:]}.{number}.member")
            member(inner, f"{path}.{number}.member", depth + 1)

    return check


def _map(shape: Any, known: dict[str, _Check]) -> _Check:
    member = _check_of(shape.value, known)

    def check(value: Any, path: str, depth: int) -> None:
        if not isinstance(value, dict):
            raise _wrong_type(value, "a map")
        for name, inner in value.items():
            if inner is None:
                raise _null(f"{path[1:]}.{name}.member")
            member(inner, f"{path}.{name}", depth + 1)

    return check


def _scalar(kinds: tuple[type, ...], called: str) -> Callable[[Any, dict[str, _Check]], _Check]:
    def make(_shape: Any, _known: dict[str, _Check]) -> _Check:
        def check(value: Any, _path: str, _depth: int) -> None:
            # A boolean is a number to Python, and to nobody else.
            if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
                raise _wrong_type(value, called)

        return check

    return make


def _blob(_shape: Any, _known: dict[str, _Check]) -> _Check:
    def check(value: Any, _path: str, _depth: int) -> None:
        if not isinstance(value, str):
            raise _wrong_type(value, "Blob")
        try:
            base64.b64decode(value, validate=True)
        except (ValueError, binascii.Error):
            raise _WrongError(_SERIALIZATION, "Invalid Base64 in a binary value.") from None

    return check


_MAKERS: dict[str, Callable[[Any, dict[str, _Check]], _Check]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "blob": _blob,
    "string": _scalar((str,), "String"),
    "boolean": _scalar((bool,), "Boolean"),
    "integer": _scalar((int,), "Integer"),
    "long": _scalar((int,), "Long"),
    "double": _scalar((int, float), "Double"),
    "float": _scalar((int, float), "Float"),
    "timestamp": _scalar((int, float), "Timestamp"),
}


def _wrong_type(value: Any, wanted: str) -> _WrongError:
    """Format a wrong type as AWS does."""
    if isinstance(value, dict):
        said = "Start of structure or map found where not expected."
    elif isinstance(value, list):
        said = "Start of list found where not expected"
    else:
        kind = "STRING_VALUE" if isinstance(value, str) else "NUMBER_VALUE"
        if isinstance(value, bool):
            kind = "TRUE_VALUE" if value else "FALSE_VALUE"
        said = f"{kind} cannot be converted to {wanted}"
    return _WrongError(_SERIALIZATION, said)
