# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Drafts: read, replace, publish, undo, test job (contract 2.3 to 2.6, 2.12)."""

from __future__ import annotations

from typing import Any

from azure_simulator import errors, lro
from azure_simulator.clock import offset_text
from azure_simulator.providers.automation import links
from azure_simulator.providers.automation.job_life import get_stream, has_ended, list_streams, signal, start
from azure_simulator.providers.automation.model import Account, Job, Runbook, set_draft, set_published
from azure_simulator.providers.automation.parameters import declared_parameters
from azure_simulator.providers.automation.runbooks import etag, runbook_of
from azure_simulator.providers.automation.support import add_route
from azure_simulator.router import Routes
from azure_simulator.wire import Call, Response, bytes_response, json_response
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
    _, runbook, draft = _drafted(call)
    return json_response(
        {
            "creationTime": offset_text(runbook.draft_created or runbook.created),
            "lastModifiedTime": offset_text(runbook.draft_modified or runbook.created),
            "inEdit": True,
            "parameters": declared_parameters(draft, runbook.type),
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
    """One test job per runbook; it logs in as the draft says (contract 2.12)."""
    account, runbook, draft = _drafted(call)
    body, conflict = call.json(), call.world.settings.test_job_conflict_status
    running = runbook.test_job is not None and not has_ended(call.world, runbook.test_job)
    if running and conflict:
        raise errors.bare(conflict, "Conflict", "A test job of the runbook is running.")
    job = start(call.world, account, runbook, draft, "test", body.get("runOn"), body.get("parameters"))
    runbook.test_job = job
    return json_response({**_show_test_job(call, job), "status": "New", "startTime": None, "exception": None}, 201)


def _show_test_job(call: Call, job: Job) -> dict[str, Any]:
    """Flat; its parameters are not told (contract 2.12)."""
    ended = has_ended(call.world, job)
    return {
        "creationTime": offset_text(job.created),
        "status": job.status if ended else "Running",
        "statusDetails": "None",
        "startTime": offset_text(job.started) if job.started else None,
        "endTime": offset_text(job.ended) if ended and job.ended else None,
        "lastModifiedTime": offset_text(job.modified),
        "lastStatusModifiedTime": offset_text(job.modified),
        "exception": job.exception if ended else None,
        "parameters": {},
        "runOn": job.run_on,
        "logActivityTrace": None,
    }


def _tested(call: Call) -> Job:
    _, runbook = runbook_of(call)
    if runbook.test_job is None:
        raise errors.bare(404, "NotFound", "Test job not found.")
    return runbook.test_job


def _get_test_job(call: Call) -> Response:
    return json_response(_show_test_job(call, _tested(call)))


def _signal_test_job(call: Call) -> Response:
    return signal(call, _tested(call))


def _list_test_streams(call: Call) -> Response:
    return list_streams(call, _tested(call))


def _get_test_stream(call: Call) -> Response:
    return get_stream(call, _tested(call))
