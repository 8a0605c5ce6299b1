"""What Chalice calls that MiniStack does not route: importing a REST API from swagger.

Chalice sends swagger 2.0 to ImportRestApi and PutRestApi. Here that document is turned into the
calls which MiniStack does route (CreateResource, PutMethod, PutIntegration and their responses), so
nothing of MiniStack's insides is needed, and CORS preflight works as API Gateway answers it.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from helpers.localcloud.ministack.in_process import Answer

# Takes method, path and payload of an API Gateway call, returns MiniStack's answer.
Call = Callable[[str, str, Mapping[str, Any]], Awaitable[Answer]]

_METHODS = {
    "get",
    "put",
    "post",
    "delete",
    "options",
    "head",
    "patch",
    "x-amazon-apigateway-any-method",
}
_INTEGRATION_KEYS = {
    "type", "uri", "httpMethod", "requestTemplates", "requestParameters", "passthroughBehavior",
    "contentHandling", "credentials", "timeoutInMillis",
}  # fmt: skip


class ImportFailedError(Exception):
    """MiniStack refused a step of an import; `answer` is what it said."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.body.decode(errors="replace"))
        self.answer = answer


async def import_rest_api(swagger: Mapping[str, Any], query: str, call: Call) -> Answer:
    """Make a new REST API out of a swagger document (ImportRestApi).

    Args:
        swagger: the document.
        query: of the request; its `endpointConfigurationTypes` says how the API is to be reached.
        call: calls API Gateway.
    """
    info = swagger.get("info") or {}
    try:
        endpoint = {"types": parse_qs(query).get("endpointConfigurationTypes", ["EDGE"])}
        api = await _do(
            call,
            "POST",
            "/restapis",
            {"name": info.get("title", "imported"), "endpointConfiguration": endpoint},
        )
        await _add_paths(swagger, api["id"], call)
    except ImportFailedError as failed:
        return failed.answer
    return await call("GET", f"/restapis/{api['id']}", {})


async def overwrite_rest_api(api_id: str, swagger: Mapping[str, Any], call: Call) -> Answer:
    """Replace all that a REST API routes by a swagger document (PutRestApi, mode overwrite)."""
    try:
        # MiniStack leaves what stands below a deleted resource: leaves first, so that none is left
        # to be in the way, and to answer for nobody.
        for resource in sorted(await _resources(api_id, call), key=_depth, reverse=True):
            path = f"/restapis/{api_id}/resources/{resource['id']}"
            if resource["path"] != "/":
                await _do(call, "DELETE", path, {})
                continue
            # The root cannot be deleted.
            for method in list(resource.get("resourceMethods") or {}):
                await _do(call, "DELETE", f"{path}/methods/{method}", {})
        await _add_paths(swagger, api_id, call)
    except ImportFailedError as failed:
        return failed.answer
    return await call("GET", f"/restapis/{api_id}", {})


def without_empty_compression(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Drop the patch that switches compression off by an empty value; there is none to switch."""
    operations = [
        operation
        for operation in payload.get("patchOperations", [])
        if not (operation.get("path") == "/minimumCompressionSize" and not operation.get("value"))
    ]
    return {**payload, "patchOperations": operations}


async def _do(call: Call, method: str, path: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    answer = await call(method, path, payload)
    if answer.status >= 400:  # noqa: PLR2004 - an HTTP error
        raise ImportFailedError(answer)
    return json.loads(answer.body) if answer.body else {}


async def _resources(api_id: str, call: Call) -> list[dict[str, Any]]:
    answer = await _do(call, "GET", f"/restapis/{api_id}/resources?limit=500", {})
    # botocore's name for the list is `items`, on the wire it is `item`.
    found: list[dict[str, Any]] = answer.get("item") or answer.get("items") or []
    return found


def _depth(resource: Mapping[str, Any]) -> int:
    return len([part for part in resource["path"].split("/") if part])


async def _add_paths(swagger: Mapping[str, Any], api_id: str, call: Call) -> None:
    ids = {r["path"]: r["id"] for r in await _resources(api_id, call)}
    for path in sorted(swagger.get("paths") or {}):
        resource_id = await _ensure_resource(path, ids, api_id, call)
        for verb, operation in swagger["paths"][path].items():
            if verb.lower() in _METHODS:
                base = f"/restapis/{api_id}/resources/{resource_id}/methods/{_method_name(verb)}"
                await _add_method(base, operation, call)


async def _ensure_resource(path: str, ids: dict[str, str], api_id: str, call: Call) -> str:
    """Make a resource and those above it; `ids` maps the paths that exist, and is added to."""
    at = ""
    for part in [p for p in path.split("/") if p]:
        parent, at = ids[at or "/"], f"{at}/{part}"
        if at not in ids:
            made = await _do(
                call, "POST", f"/restapis/{api_id}/resources/{parent}", {"pathPart": part}
            )
            ids[at] = made["id"]
    return ids[at or "/"]


def _method_name(verb: str) -> str:
    return "ANY" if verb.startswith("x-amazon") else verb.upper()


async def _add_method(base: str, operation: Mapping[str, Any], call: Call) -> None:
    await _do(call, "PUT", base, {"authorizationType": "NONE"})
    for code, response in (operation.get("responses") or {}).items():
        headers = response.get("headers") or {}
        parameters = {f"method.response.header.{name}": False for name in headers}
        await _do(call, "PUT", f"{base}/responses/{code}", {"responseParameters": parameters})
    integration = operation.get("x-amazon-apigateway-integration")
    if not integration:
        return
    settings = {k: v for k, v in integration.items() if k in _INTEGRATION_KEYS}
    settings["type"] = integration["type"].upper()
    await _do(call, "PUT", f"{base}/integration", settings)
    for pattern, response in (integration.get("responses") or {}).items():
        selection = {} if pattern == "default" else {"selectionPattern": pattern}
        await _do(
            call,
            "PUT",
            f"{base}/integration/responses/{response['statusCode']}",
            {
                **selection,
                "responseParameters": response.get("responseParameters") or {},
                "responseTemplates": response.get("responseTemplates") or {},
            },
        )
