"""What of a person's shell does not concern a local cloud, nor who calls it."""

from __future__ import annotations

import os
from collections.abc import Mapping

# Certificates are for servers elsewhere; the local cloud speaks plain HTTP on loopback.
_CERTIFICATES = {"REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"}
# What Python says of other people's code must not stop a function or a deployment.
_PYTHON = {"PYTHONWARNINGS"}
_PROXIES = {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "FTP_PROXY", "NO_PROXY"}
# Where programs and Python's packages are, which language is spoken, and how much the cloud says.
_OF_A_PROGRAM = {
    "DYLD_LIBRARY_PATH", "HOME", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "PATH",
    "PYTHONDONTWRITEBYTECODE", "PYTHONHOME", "PYTHONPATH", "PYTHONPYCACHEPREFIX", "PYTHONUTF8",
    "TMPDIR", "TZ", "WORKSHOP_LOG_LEVEL",
}  # fmt: skip
_OF_A_LANGUAGE = "LC_"
# The SDKs read these files even where every setting comes from a variable.
_NO_FILES = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}


def without_aws(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without AWS's settings, profiles, files, and certificates.

    Proxies stay, for what is installed from elsewhere; loopback is reached without them.
    """
    dropped = _CERTIFICATES | _PYTHON | {"BOTO_CONFIG"}
    kept = {k: v for k, v in environment.items() if not k.startswith("AWS_") and k not in dropped}
    return kept | _NO_FILES | _direct(kept)


def for_the_cloud(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a local cloud: what a program needs to run, by name.

    Functions that are deployed there can read it. So it is made of what is known to tell nothing:
    no credential or token of any kind, and no proxy, since nothing outside is to be reached.
    """
    kept = {
        name: value
        for name, value in environment.items()
        if name in _OF_A_PROGRAM or name.startswith(_OF_A_LANGUAGE)
    }
    return kept | _NO_FILES


def _direct(environment: Mapping[str, str]) -> dict[str, str]:
    """Return no_proxy so that loopback is in it by name; not every client reads 127.0.0.0/8."""
    if not any(name.upper() in _PROXIES for name in environment):
        return {}
    given = environment.get("no_proxy", environment.get("NO_PROXY", ""))
    names = [name.strip() for name in given.split(",") if name.strip()]
    if "*" not in names:
        names += [name for name in ("127.0.0.1", "localhost", ".localhost") if name not in names]
    return dict.fromkeys(("no_proxy", "NO_PROXY"), ",".join(names))
