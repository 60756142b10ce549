# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Graph's JSON batching: several requests in one (contract 5.2)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from azure_simulator import errors, refusals
from azure_simulator.graph_wire import CONTENT_TYPE, admit, body_of, refusal
from azure_simulator.router import Route, Routes
from azure_simulator.wire import Call, Response, json_response

if TYPE_CHECKING:
    from azure_simulator.gateway import Engine

_MOST = 20
_VERSION = "/v1.0"


def register(routes: Routes, engine: Engine) -> None:
    """Add the route; the requests inside are answered by the other routes, and hit by the same faults."""

    def batch(call: Call) -> Response:
        requests = _requests(call)
        # The order of the answers is nothing to rely on, so it is not the order of the requests.
        answers = [_answer(engine, call, request) for request in requests][::-1]
        response = json_response({"responses": answers})
        response.content_type = CONTENT_TYPE
        return response

    routes.add("graph", "POST", f"{_VERSION}/$batch", batch, mutates=False)


def _requests(call: Call) -> list[dict[str, Any]]:
    requests = body_of(call).get("requests")
    if not isinstance(requests, list) or not all(_is_request(item) for item in requests):
        raise refusal(call, 400, "BadRequest", "Invalid batch payload format.")
    if len({item["id"].lower() for item in requests}) < len(requests):
        raise refusal(call, 400, "BadRequest", "The ids of the requests in a batch must be unique.")
    if len(requests) > _MOST:
        raise refusal(call, 400, "BadRequest", f"Number of batch request steps exceeds the maximum of {_MOST}.")
    if any("dependsOn" in item for item in requests):
        raise refusal(call, 400, "BadRequest", "The simulator knows no dependsOn.")
    return requests


def _is_request(item: Any) -> bool:
    return (
        isinstance(item, dict)
        and all(isinstance(item.get(name), str) for name in ("id", "method", "url"))
        and not item["url"].lower().startswith("https:")
        and ("body" not in item or "Content-Type" in item.get("headers", {}))
    )


def _answer(engine: Engine, outer: Call, request: dict[str, Any]) -> dict[str, Any]:
    path, dummy, query = request["url"].partition("?")
    headers = {name.lower().encode(): value.encode() for name, value in request.get("headers", {}).items()}
    body = json.dumps(request["body"]).encode() if "body" in request else b""
    whole = f"{_VERSION}/{path.lstrip('/')}"
    shared = {b"host": outer.headers[b"host"], **headers}
    inner = Call(outer.world, "graph", request["method"].upper(), unquote(whole), query, shared, body)
    inner.caller = outer.caller
    route, response = _served(engine, inner, f"{whole}?{query}" if query else whole)
    if route is not None and route.mutates:
        # Reads inside are one request with the batch; a write must show in the log, wherever it comes from.
        engine.log.add("graph", inner.method, whole, response.status, inner.who.object_id, True, None)
    answered: dict[str, Any] = {
        "id": request["id"],
        "status": response.status,
        "headers": {"Content-Type": response.content_type or "application/json", **response.headers},
    }
    if response.body:
        answered["body"] = json.loads(response.body)
    return answered


def _served(engine: Engine, inner: Call, path: str) -> tuple[Route | None, Response]:
    hits = [fault for fault in engine.faults if fault.strikes("graph", inner.method, path)]
    if hits and hits[0].status:
        return None, hits[0].response()
    try:
        route = engine.routes.match(inner)
        if route.action is not None:
            admit(inner, route.action)
        refusals.refuse_as_recorded(inner)
        return route, route.handler(inner)
    except errors.Refusal as refused:
        return None, Response(refused.status, refused.body, refused.content_type, dict(refused.headers))
