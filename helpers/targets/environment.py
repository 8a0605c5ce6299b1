"""What a target is reached with: sessions of boto3, and the environments of commands."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

import boto3
import botocore.session
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES

from helpers.localcloud.process.aws_files import aws_files
from helpers.localcloud.process.daemon import RunningCloud
from helpers.localcloud.process.surroundings import without_aws
from helpers.targets.credentials import CredentialError

# Configured endpoints are for other programs: with the target AWS, AWS is meant.
_ENDPOINTS = re.compile(r"AWS_ENDPOINT_URL(_\w+)?")
# AWS's access keys are twenty capitals and digits that begin so; the local cloud's is none.
_AWS_KEY = re.compile(r"A[A-Z0-9]{15,127}")


def local_variables(cloud: RunningCloud, region: str) -> dict[str, str]:
    """Return what any AWS tool has to be told to reach a local cloud; the key is its secret."""
    return {
        "AWS_ENDPOINT_URL": cloud.endpoint,
        "AWS_ACCESS_KEY_ID": cloud.access_key,
        "AWS_SECRET_ACCESS_KEY": "unused",
        "AWS_DEFAULT_REGION": region,
    }


def local_environment(
    cloud: RunningCloud, region: str, shell: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """Return the environment of a command that is to reach a local cloud, and nothing else."""
    return _found(without_aws(shell) | local_variables(cloud, region))


def terminal_environment(
    cloud: RunningCloud, region: str, shell: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """Return the environment of a terminal that stays open while local clouds come and go.

    Address and key are in files, which each start of a cloud writes anew; a variable would go on
    naming one that is gone. The files have the key of who started it: a learner of a class has
    variables.
    """
    if cloud.learner:
        return local_environment(cloud, region, shell)
    return _found(without_aws(shell) | aws_files(cloud.state_dir) | {"AWS_DEFAULT_REGION": region})


def aws_environment(region: str, shell: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment of a command that is to reach AWS, whatever endpoint is configured."""
    kept = {k: v for k, v in shell.items() if not _ENDPOINTS.fullmatch(k)}
    aws = {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true", "AWS_DEFAULT_REGION": region}
    return _found(kept | aws)


def local_session(cloud: RunningCloud) -> boto3.Session:
    """Make a session that reads no file and no variable of the learner's."""
    explicit = {
        name: (None, None, default, conversion)
        for name, (_, _, default, conversion) in BOTOCORE_DEFAUT_SESSION_VARIABLES.items()
    }
    for name in ("config_file", "credentials_file"):
        explicit[name] = (None, None, os.devnull, None)
    told = local_variables(cloud, "")
    return boto3.Session(
        aws_access_key_id=told["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=told["AWS_SECRET_ACCESS_KEY"],
        botocore_session=botocore.session.Session(session_vars=explicit),
    )


def aws_session() -> boto3.Session:
    """Make a session with the learner's own credentials.

    Raises:
        CredentialError: the credentials are a local cloud's.
        BotoCoreError: the profile or the file that holds them cannot be read.
    """
    session = boto3.Session()
    credentials = session.get_credentials()
    if credentials is not None and not _AWS_KEY.fullmatch(credentials.access_key):
        raise CredentialError(
            "The access key that is set here is the local cloud's, not AWS's. Open a new terminal, "
            "or: unset AWS_ENDPOINT_URL AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY"
        )
    return session


def shell_lines(environment: Mapping[str, str], shell: Mapping[str, str] = os.environ) -> list[str]:
    """Format the way from one environment to another for `eval` in a shell."""
    gone = sorted(shell.keys() - environment.keys())
    new = {k: v for k, v in environment.items() if shell.get(k) != v}
    lines = [f"unset {' '.join(gone)}"] if gone else []
    return lines + [f"export {name}={shlex.quote(value)}" for name, value in sorted(new.items())]


def _found(environment: dict[str, str]) -> dict[str, str]:
    """Put the commands of this environment (aws, chalice, workshop) first on the PATH."""
    here = str(Path(sys.executable).parent)
    path = environment.get("PATH", os.defpath).split(os.pathsep)
    others = [folder for folder in path if folder != here]
    return environment | {"PATH": os.pathsep.join([here, *others])}
