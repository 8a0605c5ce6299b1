"""How the control plane refuses: an exception that carries AWS's answer."""

from __future__ import annotations

from helpers.localcloud.door.answers import dynamodb_error
from helpers.localcloud.ministack.in_process import Answer


class RefusedError(Exception):
    """AWS would not do this; `answer` is what it says instead."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.answer: Answer = dynamodb_error(code, message)


def invalid(message: str) -> RefusedError:
    """Make a ValidationException."""
    return RefusedError("ValidationException", message)


def in_use() -> RefusedError:
    """Make the refusal of a change while another one is under way."""
    return RefusedError(
        "ResourceInUseException", "The resource which you are attempting to change is in use."
    )


def not_supported(name: str) -> RefusedError:
    """Refuse by name what AWS has and the local cloud does not; the wording is ours."""
    return invalid(f"The local cloud does not support {name}. On AWS it has an effect.")
