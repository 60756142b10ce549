# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How Microsoft Graph v1.0 writes answers: contexts, pages, ``$select``, ``$filter`` and errors (contract 5)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from azure_simulator import errors, rbac
from azure_simulator.clock import graph_text
from azure_simulator.odata import FilterError, any_value, equality, in_values, prefix_value, split_terms
from azure_simulator.paging import paged
from azure_simulator.wire import Call, Response, json_response
from azure_simulator.world import new_id

Wire = dict[str, Any]

CONTENT_TYPE = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
_MOST_ON_A_PAGE = 999
_MOST_VALUES = 15


def admit(call: Call, permission: str) -> None:
    """Raise the 403 of a caller who lacks a permission."""
    if not rbac.authorize_graph(call.world, call.who, permission):
        raise refusal(call, 403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


def one(call: Call, context: str, item: Wire, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A single object; ``context`` is what stands behind ``$metadata#``, without ``/$entity``."""
    body = {"@odata.context": f"{_metadata(call)}#{context}/$entity", **selected(call, item)}
    return _as_graph(json_response(body, status, headers))


def many(call: Call, context: str, items: list[Wire], size: int | None = None) -> Response:
    """A collection, in pages of ``size`` or ``$top`` items with ``@odata.nextLink``."""
    extra = {"@odata.context": f"{_metadata(call)}#{context}"}
    if call.query.get("$count", "").lower() == "true" and call.header("consistencylevel").lower() == "eventual":
        extra["@odata.count"] = len(items)  # type: ignore[assignment]
    return _as_graph(
        paged(
            call,
            items,
            lambda item: selected(call, item),
            size=size or _page_size(call),
            link="@odata.nextLink",
            extra=extra,
        )
    )


def body_of(call: Call) -> Wire:
    """The request's JSON object; 400 Request_BadRequest if it is none."""
    try:
        value = json.loads(call.body)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise refusal(call, 400, "BadRequest", "Unable to read JSON request payload.")
    return value


def selected(call: Call, item: Wire) -> Wire:
    """The members that ``$select`` names, or all of them."""
    wanted = [name.strip() for name in call.query.get("$select", "").split(",") if name.strip()]
    if not wanted:
        return item
    return {key: value for key, value in item.items() if key in wanted or key.startswith("@")}


def matching(call: Call, items: list[Wire]) -> list[Wire]:
    """The items that the request's ``$filter`` lets through."""
    text = call.query.get("$filter", "")
    try:
        tests = [_test(term, items) for term in split_terms(text)]
        return [item for item in items if all(test(item) for test in tests)]
    except FilterError:
        raise refusal(call, 400, "Request_UnsupportedQuery", f"Unsupported or invalid query filter: {text}") from None


def not_found(call: Call, object_id: str) -> errors.Refusal:
    """404 for an object that is not there."""
    return refusal(
        call,
        404,
        "Request_ResourceNotFound",
        f"Resource '{object_id}' does not exist or one of its queried reference-property objects are not present.",
    )


def refusal(call: Call, status: int, code: str, message: str) -> errors.Refusal:
    """An error as Graph writes it, with the time and the request's ids."""
    request_id = call.header("client-request-id") or new_id()
    return errors.graph_error(status, code, message, graph_text(call.world.clock.now()).rstrip("Z"), request_id)


def _test(term: str, items: list[Wire]) -> Callable[[Wire], bool]:
    """One term of a filter as a test of objects; FilterError if it names a member that no object has."""
    contained, prefix, listed = any_value(term), prefix_value(term), in_values(term)
    if listed:
        return _one_of(*listed)
    name, value = contained or prefix or equality(term)
    if items and not any(name in item for item in items):
        raise FilterError(f"no member {name}")
    wanted = value.lower()
    if contained:
        return lambda item: wanted in [str(entry).lower() for entry in item.get(name) or []]
    if prefix:
        return lambda item: _text(item.get(name)).startswith(wanted)
    return lambda item: _text(item.get(name)) == wanted


def _one_of(name: str, values: list[str]) -> Callable[[Wire], bool]:
    """A test for one of several values, of which a filter may have 15 (contract 5.1)."""
    if len(values) > _MOST_VALUES:
        raise FilterError(f"{len(values)} values")
    wanted = {value.lower() for value in values}
    return lambda item: _text(item.get(name)) in wanted


def _text(value: Any) -> str:
    return "null" if value is None else str(value).lower()


def _page_size(call: Call) -> int:
    text = call.query.get("$top")
    if text is None:
        return call.world.settings.graph_page_size
    if not text.isdigit() or not 1 <= int(text) <= _MOST_ON_A_PAGE:
        raise refusal(call, 400, "Request_BadRequest", f"Invalid page size specified: '{text}'.")
    return int(text)


def _metadata(call: Call) -> str:
    return f"{call.base_url}/v1.0/$metadata"


def _as_graph(response: Response) -> Response:
    response.content_type = CONTENT_TYPE
    return response
