"""Files from which any AWS tool learns where a state folder's cloud is, and what opens it.

A terminal that was opened yesterday reads them at each command, so it never holds a key that is
gone, nor an address that another cloud has now.
"""

from __future__ import annotations

from pathlib import Path

from helpers.localcloud.process.private import write_private


def aws_files(folder: Path) -> dict[str, str]:
    """Return the variables that point AWS's tools at a state folder's files."""
    return {
        "AWS_CONFIG_FILE": str(folder / "aws-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "aws-credentials"),
    }


def write_aws_files(folder: Path, endpoint: str, key: str) -> None:
    """Write them for a cloud that was just started, or is asked for again."""
    config, credentials = (Path(path) for path in aws_files(folder).values())
    write_private(config, f"[default]\nendpoint_url = {endpoint}\n")
    # Signatures are not checked; the SDKs want a secret all the same.
    write_private(
        credentials,
        f"[default]\naws_access_key_id = {key}\naws_secret_access_key = unused\n",
    )


def drop_aws_files(folder: Path) -> None:
    """Remove them, with the key that they name."""
    for path in aws_files(folder).values():
        Path(path).unlink(missing_ok=True)
