"""What is wrong with a learner's credentials or the way to AWS, and what to do about it."""

from __future__ import annotations

import re

from botocore.exceptions import ClientError

_BY_CODE = {
    "ExpiredToken": "They have expired. Sign in again: aws sso login, or fetch new ones.",
    "ExpiredTokenException": "They have expired. Sign in again: aws sso login, or fetch new ones.",
    "RequestExpired": "They have expired, or this machine's clock is wrong by minutes.",
    "SignatureDoesNotMatch": "The secret key does not match the access key. Run: aws configure",
    "InvalidClientTokenId": "AWS does not know this access key. Run: aws configure",
    "UnrecognizedClientException": "AWS does not know this access key. Run: aws configure",
    "AuthFailure": "AWS does not know this access key. Run: aws configure",
    "OptInRequired": "The account has not opted in to this Region. Choose others: WORKSHOP_REGIONS",
}
_DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError")
_THROTTLED = ("Throttling", "ThrottlingException", "TooManyRequestsException", "SlowDown",
              "RequestLimitExceeded", "ProvisionedThroughputExceededException")  # fmt: skip
_BY_KIND = {
    "NoCredentialsError": "There are none. Run `aws configure` or `aws sso login`, set "
    "AWS_PROFILE, or use the local cloud: unset WORKSHOP_TARGET",
    "PartialCredentialsError": "One half of them is missing. Run: aws configure",
    "ProfileNotFound": "AWS_PROFILE names a profile that this machine lacks. "
    "`aws configure list-profiles` lists those it has.",
    "ConfigParseError": "~/.aws/config (or AWS_CONFIG_FILE) cannot be read; correct it.",
    "SSLError": "Does your network intercept TLS with its own certificate? "
    "Set AWS_CA_BUNDLE to its file.",
    "ProxyConnectionError": "The proxy of HTTPS_PROXY cannot be reached.",
    "EndpointConnectionError": "Is this machine on the internet? Behind a proxy, set HTTPS_PROXY.",
    "ConnectTimeoutError": "Is this machine on the internet? Behind a proxy, set HTTPS_PROXY.",
}
_SIGN_IN = ("SSOTokenLoadError", "TokenRetrievalError", "UnauthorizedSSOTokenError",
            "CredentialRetrievalError", "LoginRefreshRequired")  # fmt: skip


class CredentialError(RuntimeError):
    """The credentials cannot be meant; the message says why, and what to do."""


def hint(failed: Exception) -> str:
    """Return what to do about an error of botocore or of credentials; "" if nothing is known."""
    kind = type(failed).__name__
    if isinstance(failed, ClientError):
        return _hint_of_code(str(failed.response.get("Error", {}).get("Code", "")))
    if found := hint_in(str(failed)):
        return found  # Chalice hands on what botocore said.
    if kind in _SIGN_IN or "SSO" in kind:
        return "Sign in again: aws sso login"
    return _BY_KIND.get(kind, "")


def hint_in(words: str) -> str:
    """Return what to do about an error of AWS that somebody quotes; "" if nothing is known."""
    found = re.search(r"An error occurred \((\w+)\)", words)
    return _hint_of_code(found[1]) if found else ""


def _hint_of_code(code: str) -> str:
    if code in _DENIED:
        return (
            "Your credentials do not allow this. docs/aws-permissions.json is the policy that the "
            "workshop needs; whoever administers the account can attach it."
        )
    if code in _THROTTLED:
        return "AWS asks for a pause. Run it again in a minute: it continues where it stopped."
    return _BY_CODE.get(code, "")
