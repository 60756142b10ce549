# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Drafts: read, replace, publish, undo, test job (contract 2.3 to 2.6)."""

from __future__ import annotations

from typing import Any

from azure_simulator import errors, lro
from azure_simulator.clock import offset_text
from azure_simulator.providers.automation import links
from azure_simulator.providers.automation.job_run import Outcome, run
from azure_simulator.providers.automation.model import Account, Runbook, set_draft, set_published
from azure_simulator.providers.automation.runbooks import etag, runbook_of
from azure_simulator.providers.automation.support import add_route
from azure_simulator.router import Routes
from azure_simulator.wire import Call, Response, bytes_response, empty, json_response
from azure_simulator.world import new_id

_DRAFT = "/runbooks/{runbook}/draft"
_TEST = _DRAFT + "/testJob"


def register(routes: Routes) -> None:
    add_route(routes, "GET", _DRAFT, _get, "runbooks/draft/read")
    add_route(routes, "GET", _DRAFT + "/content", _get_content, "runbooks/draft/content/read")
    add_route(routes, "PUT", _DRAFT + "/content", _replace_content, "runbooks/draft/content/write")
    add_route(routes, "POST", _DRAFT + "/undoEdit", _undo_edit, "runbooks/draft/undoEdit/action")
    for path in ("/runbooks/{runbook}/publish", _DRAFT + "/publish"):
        add_route(routes, "POST", path, _publish, "runbooks/publish/action")
    for path in ("", "/publish", "/draft"):
        where = "/runbooks/{runbook}" + path + "/operationResults/{operation}"
        add_route(routes, "GET", where, lro.poll, "runbooks/operationResults/read")
    add_route(routes, "PUT", _TEST, _put_test_job, "runbooks/draft/testJob/write")
    add_route(routes, "GET", _TEST, _get_test_job, "runbooks/draft/testJob/read")
    for verb in ("stop", "suspend", "resume"):
        add_route(routes, "POST", f"{_TEST}/{verb}", _signal_test_job, f"runbooks/draft/testJob/{verb}/action")
    add_route(routes, "GET", _TEST + "/streams", _list_test_streams, "runbooks/draft/testJob/read")
    add_route(routes, "GET", _TEST + "/streams/{stream}", _get_test_stream, "runbooks/draft/testJob/read")


def _drafted(call: Call) -> tuple[Account, Runbook, bytes]:
    account, runbook = runbook_of(call)
    draft = _draft_bytes(runbook)
    if draft is None:
        raise errors.bare(404, "NotFound", "Runbook draft not found.")
    return account, runbook, draft


def _draft_bytes(runbook: Runbook) -> bytes | None:
    """A runbook in state New has a draft even if nothing was put into it yet."""
    if runbook.draft is None and runbook.state == "New":
        return b""
    return runbook.draft


def _get(call: Call) -> Response:
    """Flat, without id, name or properties (contract 2.6)."""
    _, runbook, _ = _drafted(call)
    return json_response(
        {
            "creationTime": offset_text(runbook.draft_created or runbook.created),
            "lastModifiedTime": offset_text(runbook.draft_modified or runbook.created),
            "inEdit": True,
            "parameters": {},
            "outputTypes": [],
        }
    )


def _get_content(call: Call) -> Response:
    _, runbook, draft = _drafted(call)
    return bytes_response(draft, "text/powershell", {"ETag": etag(runbook.draft_modified or runbook.modified)})


def _replace_content(call: Call) -> Response:
    """Works on a published runbook without preparation: it becomes Edit (contract 2.4)."""
    account, runbook = runbook_of(call)
    set_draft(call.world, runbook, call.body)
    return lro.accepted(call, _runbook_path(account, runbook) + "/operationResults")


def _publish(call: Call) -> Response:
    account, runbook = runbook_of(call)
    draft = _draft_bytes(runbook)
    settings = call.world.settings
    if draft is None:
        status = settings.publish_without_draft_status
        raise errors.bare(status, "NotFound" if status == 404 else "BadRequest", "There is no draft to publish.")
    set_published(call.world, runbook, draft)
    runbook.draft = None
    runbook.modified = call.world.clock.now()
    if settings.publish_reids_job_schedules:
        links.recreate_after_publish(account, runbook.name)
    if settings.publish_loses_job_schedules:
        links.recreate_after_put(account, runbook.name)
    infix = "" if call.api_version >= "2022" else "/publish"
    return lro.accepted(call, f"{_runbook_path(account, runbook)}{infix}/operationResults")


def _undo_edit(call: Call) -> Response:
    _, runbook, _ = _drafted(call)
    if runbook.state == "New":
        raise errors.bare(400, "BadRequest", "A runbook that was never published has nothing to go back to.")
    runbook.draft = None
    return json_response({"statusCode": "OK", "requestId": new_id()})


def _runbook_path(account: Account, runbook: Runbook) -> str:
    return f"{account.id}/runbooks/{runbook.name}"


def _put_test_job(call: Call) -> Response:
    """One test job per runbook; it logs in as the draft says (contract 2.6)."""
    account, runbook, draft = _drafted(call)
    body = call.json()
    outcome = run(call.world, account, draft, runbook.type, body.get("runOn"))
    runbook.test_job = _test_job(call, body, outcome)
    runbook.test_streams = outcome.streams
    return json_response({**runbook.test_job, "status": "New", "exception": None}, 201)


def _test_job(call: Call, body: dict[str, Any], outcome: Outcome) -> dict[str, Any]:
    now = offset_text(call.world.clock.now())
    return {
        "creationTime": now,
        "status": outcome.status,
        "statusDetails": "None",
        "startTime": now,
        "endTime": now,
        "lastModifiedTime": now,
        "lastStatusModifiedTime": now,
        "exception": outcome.exception,
        "parameters": body.get("parameters") or {},
        "runOn": body.get("runOn"),
        "logActivityTrace": None,
    }


def _tested(call: Call) -> Runbook:
    _, runbook = runbook_of(call)
    if runbook.test_job is None:
        raise errors.bare(404, "NotFound", "Test job not found.")
    return runbook


def _get_test_job(call: Call) -> Response:
    return json_response(_tested(call).test_job)


def _signal_test_job(call: Call) -> Response:
    _tested(call)
    return empty(200)


def _list_test_streams(call: Call) -> Response:
    runbook = _tested(call)
    base = f"{call.path.rsplit('/', 1)[0]}/streams"
    items = [_stream(base, item, full=False) for item in runbook.test_streams]
    return json_response({"value": items})


def _get_test_stream(call: Call) -> Response:
    for item in _tested(call).test_streams:
        if item["jobStreamId"] == call.params["stream"]:
            return json_response(_stream(call.path.rsplit("/", 1)[0], item, full=True))
    raise errors.bare(404, "NotFound", "Job stream not found.")


def _stream(base: str, item: dict[str, Any], full: bool) -> dict[str, Any]:
    hidden = () if full else ("value", "streamText")
    return {
        "id": f"{base}/{item['jobStreamId']}",
        "properties": {name: value for name, value in item.items() if name not in hidden},
    }
