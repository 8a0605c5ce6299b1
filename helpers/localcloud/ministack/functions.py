"""What a deployed function is given to call others with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from helpers.localcloud.ministack.emulator import check_seams

_SEAMS = {
    "execution_credentials": ["config"],
    "_account_region_from_function_config": ["config"],
}


def hand_out_keys(key_of: Callable[[str], str]) -> None:
    """Give each function the key of its own account; MiniStack would give it the number.

    Args:
        key_of: tells the key of an account.
    """
    from ministack.core import lambda_runtime  # noqa: PLC0415 - as in emulator.py
    from ministack.services import lambda_svc  # noqa: PLC0415

    check_seams(lambda_runtime, _SEAMS)
    check_seams(lambda_svc, {"execution_credentials": _SEAMS["execution_credentials"]})

    def credentials(config: Mapping[str, Any]) -> dict[str, str]:
        account, _region = lambda_runtime._account_region_from_function_config(config)  # noqa: SLF001
        # Signatures are not checked; the SDKs want a secret all the same.
        return {
            "AWS_ACCESS_KEY_ID": key_of(account),
            "AWS_SECRET_ACCESS_KEY": "unused",
            "AWS_SESSION_TOKEN": "",
        }

    lambda_runtime.execution_credentials = credentials
    lambda_svc.execution_credentials = credentials
