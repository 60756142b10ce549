# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runbooks as resources: list, get, put, patch, delete, published content (contract 2.1 to 2.3)."""

from __future__ import annotations

import base64
import re
from typing import Any
from urllib.parse import unquote_to_bytes

from azure_simulator import errors
from azure_simulator.paging import paged
from azure_simulator.providers.automation import links
from azure_simulator.providers.automation.model import Account, Runbook, add_runbook, set_draft, set_published
from azure_simulator.providers.automation.support import account_of, add_route, child, properties_of, times
from azure_simulator.router import Routes
from azure_simulator.wire import Call, Response, bytes_response, empty, json_response

_NAME = re.compile(r"[a-zA-Z][a-zA-Z\-_0-9]*", re.ASCII)
_FIRST_WITH_ENVIRONMENTS = "2023-05-15-preview"
_PATCHABLE = {
    "description": "description",
    "logVerbose": "log_verbose",
    "logProgress": "log_progress",
    "logActivityTrace": "log_activity_trace",
}


def register(routes: Routes) -> None:
    add_route(routes, "GET", "/runbooks", _list, "runbooks/read")
    add_route(routes, "GET", "/runbooks/{runbook}", _get, "runbooks/read")
    add_route(routes, "PUT", "/runbooks/{runbook}", _put, "runbooks/write")
    add_route(routes, "PATCH", "/runbooks/{runbook}", _patch, "runbooks/write")
    add_route(routes, "DELETE", "/runbooks/{runbook}", _delete, "runbooks/delete")
    add_route(routes, "GET", "/runbooks/{runbook}/content", _get_content, "runbooks/content/read")


def runbook_of(call: Call) -> tuple[Account, Runbook]:
    """The account and runbook of the path; runbooks are tracked, so the gateway's 404 (contract 0)."""
    account = account_of(call)
    runbook = account.runbooks.get(call.params["runbook"].lower())
    if runbook is None:
        name = call.params["runbook"]
        raise errors.resource_not_found(
            f"Microsoft.Automation/automationAccounts/{call.params['account']}/runbooks/{name}", call.params["group"]
        )
    return account, runbook


def etag(ticks: int) -> str:
    """A quoted tick count of lastModifiedTime (contract 2.1)."""
    return f'"{ticks}"'


def show(account: Account, runbook: Runbook, api_version: str) -> dict[str, Any]:
    """The runbook as GET answers it; versions before runtime environments do not name one (contract 2.2)."""
    properties: dict[str, Any] = {
        "description": runbook.description,
        "logVerbose": runbook.log_verbose,
        "logProgress": runbook.log_progress,
        "logActivityTrace": runbook.log_activity_trace,
        "runbookType": runbook.type,
        "parameters": runbook.parameters,
        "state": runbook.state,
        "jobCount": runbook.job_count,
        "provisioningState": "Succeeded",
        "serviceManagementTags": None,
        "outputTypes": [],
        **times(runbook.created, runbook.modified),
        "lastModifiedBy": None,
    }
    if runbook.runtime_environment is not None and api_version >= _FIRST_WITH_ENVIRONMENTS:
        properties["runtimeEnvironment"] = runbook.runtime_environment
    return {
        **child(account, "runbooks", runbook.name),
        "location": runbook.location,
        "tags": runbook.tags,
        "etag": etag(runbook.modified),
        "properties": properties,
    }


def _list(call: Call) -> Response:
    account = account_of(call)
    settings = call.world.settings

    def show_item(runbook: Runbook) -> dict[str, Any]:
        shown = show(account, runbook, call.api_version)
        if settings.slim_runbook_list:
            shown["properties"]["parameters"] = None
        return shown

    return paged(
        call,
        list(account.runbooks.values()),
        show_item,
        size=settings.runbook_page_size,
        empty_page=settings.empty_pages,
    )


def _get(call: Call) -> Response:
    account, runbook = runbook_of(call)
    return json_response(show(account, runbook, call.api_version), headers={"ETag": etag(runbook.modified)})


def _put(call: Call) -> Response:
    account = account_of(call)
    body, properties = call.json(), properties_of(call)
    known = account.runbooks.get(call.params["runbook"].lower())
    published, drafted = _contents(properties)
    if known is None:
        runbook = _create(call, account, body, properties)
    else:
        runbook = known
        if call.world.settings.put_runbook_reids_job_schedules:
            links.recreate_after_put(account, runbook.name)
    _set_properties(runbook, body, properties)
    if properties.get("runtimeEnvironment"):
        runbook.runtime_environment = properties["runtimeEnvironment"]
    if published is not None:
        set_published(call.world, runbook, published)
    elif drafted is not None:
        set_draft(call.world, runbook, drafted)
    runbook.modified = call.world.clock.now()
    headers = {} if known else {"Location": call.url_of(call.path)}
    return json_response(show(account, runbook, call.api_version), 200 if known else 201, headers)


def _patch(call: Call) -> Response:
    account, runbook = runbook_of(call)
    _set_properties(runbook, call.json(), properties_of(call))
    runbook.modified = call.world.clock.now()
    return json_response(show(account, runbook, call.api_version))


def _delete(call: Call) -> Response:
    account = account_of(call)
    runbook = account.runbooks.pop(call.params["runbook"].lower(), None)
    if runbook is None:
        return empty(204)
    links.drop_links_of(account, runbook.name)
    return empty(200)


def _get_content(call: Call) -> Response:
    _, runbook = runbook_of(call)
    if runbook.content is None:
        raise errors.bare(404, "NotFound", "The runbook has no published content.")
    # octet-stream is what breaks get_content() of the SDK without stream=True (contract 2.3).
    return bytes_response(runbook.content, "application/octet-stream", {"ETag": etag(runbook.modified)})


def _create(call: Call, account: Account, body: dict[str, Any], properties: dict[str, Any]) -> Runbook:
    name = call.params["runbook"]
    if _NAME.fullmatch(name) is None:
        raise errors.bare(400, "BadRequest", f"The runbook name '{name}' is invalid.")
    kind = properties.get("runbookType")
    if not kind:
        raise errors.bare(400, "BadRequest", "The runbookType is missing.")
    runbook = Runbook(name, kind, body.get("location") or account.location)
    return add_runbook(call.world, account, runbook)


def _contents(properties: dict[str, Any]) -> tuple[bytes | None, bytes | None]:
    """What a PUT publishes, and what it puts into the draft."""
    link = properties.get("publishContentLink")
    if link:
        return _linked(link), None
    draft = properties.get("draft")
    if draft is None:
        return None, None
    inner = draft.get("draftContentLink")
    return None, _linked(inner) if inner else None


def _linked(link: dict[str, Any]) -> bytes:
    """The content behind a link: a ``data:`` URI is taken as it is, nothing else can be fetched here."""
    uri = str(link.get("uri") or "")
    if not uri.startswith("data:"):
        return f"# Content of {uri}, which the simulator does not fetch.\n".encode()
    head, _, data = uri.partition(",")
    return base64.b64decode(data) if head.endswith(";base64") else unquote_to_bytes(data)


def _set_properties(runbook: Runbook, body: dict[str, Any], properties: dict[str, Any]) -> None:
    if body.get("tags") is not None:
        runbook.tags = dict(body["tags"])
    for wire_name, attribute in _PATCHABLE.items():
        if properties.get(wire_name) is not None:
            setattr(runbook, attribute, properties[wire_name])
