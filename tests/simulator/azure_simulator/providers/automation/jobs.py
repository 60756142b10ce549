# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs and their streams (contract 2.7, 2.11)."""

from __future__ import annotations

from typing import Any

from azure_simulator import errors
from azure_simulator.clock import offset_text
from azure_simulator.paging import paged
from azure_simulator.providers.automation.job_filter import job_filter
from azure_simulator.providers.automation.job_life import get_stream, has_ended, list_streams, signal, start
from azure_simulator.providers.automation.model import Account, Job
from azure_simulator.providers.automation.support import (
    account_of,
    add_route,
    child,
    name_in,
    properties_of,
)
from azure_simulator.router import Routes
from azure_simulator.wire import Call, Response, bytes_response, json_response, text_response
from azure_simulator.world import World

_JOB = "/jobs/{job}"


def register(routes: Routes) -> None:
    add_route(routes, "GET", "/jobs", _list, "jobs/read")
    add_route(routes, "GET", _JOB, _get, "jobs/read")
    add_route(routes, "PUT", _JOB, _put, "jobs/write")
    add_route(routes, "GET", _JOB + "/output", _output, "jobs/output/read")
    add_route(routes, "GET", _JOB + "/runbookContent", _runbook_content, "jobs/runbookContent/action")
    add_route(routes, "GET", _JOB + "/streams", _list_streams, "jobs/streams/read")
    add_route(routes, "GET", _JOB + "/streams/{stream}", _get_stream, "jobs/streams/read")
    for verb in ("stop", "suspend", "resume"):
        add_route(routes, "POST", f"{_JOB}/{verb}", _signal, f"jobs/{verb}/action")


def _put(call: Call) -> Response:
    account, properties = account_of(call), properties_of(call)
    runbook = account.runbooks.get(name_in(properties.get("runbook"), "runbook").lower())
    if runbook is None:
        raise errors.bare(404, "NotFound", "The runbook of the job does not exist.")
    if runbook.content is None:
        raise errors.bare(400, "BadRequest", "The runbook of the job is not published.")
    if call.params["job"].lower() in account.jobs:
        raise errors.bare(409, "Conflict", "Job with specified id already exists.")
    job = start(
        call.world,
        account,
        runbook,
        runbook.content,
        call.params["job"],
        properties.get("runOn"),
        properties.get("parameters"),
    )
    account.jobs[job.name.lower()] = job
    runbook.job_count += 1
    return json_response(_show(account, job, started=False), 201)


def _show(account: Account, job: Job, *, started: bool, ended: bool = False) -> dict[str, Any]:
    status = job.status if ended else "Running" if started else "New"
    return {
        **child(account, "jobs", job.name),
        "properties": {
            "jobId": job.job_id,
            "creationTime": offset_text(job.created),
            "provisioningState": "Succeeded" if ended else "Processing",
            "status": status,
            "statusDetails": "None",
            "startedBy": None,
            "startTime": offset_text(job.started) if started and job.started else None,
            "endTime": offset_text(job.ended) if ended and job.ended else None,
            "lastModifiedTime": offset_text(job.modified),
            "lastStatusModifiedTime": offset_text(job.modified),
            "exception": job.exception if ended else None,
            "parameters": job.parameters,
            "runOn": job.run_on,
            "runbook": {"name": job.runbook},
        },
    }


def _job(call: Call) -> tuple[Account, Job]:
    account = account_of(call)
    job = account.jobs.get(call.params["job"].lower())
    if job is None:
        raise errors.bare(404, "NotFound", "Job not found.")
    return account, job


def _get(call: Call) -> Response:
    account, job = _job(call)
    return json_response(_show(account, job, started=True, ended=has_ended(call.world, job)))


def _list(call: Call) -> Response:
    """Items are slimmer than a GET; their order is a setting, since nothing promises one (contract 2.7)."""
    account, settings = account_of(call), call.world.settings
    matches = job_filter(call.query.get("$filter", ""))
    jobs = sorted(account.jobs.values(), key=lambda job: job.created, reverse=settings.jobs_newest_first)
    shown = [_item(call.world, account, job) for job in jobs]
    chosen = [item for item in shown if matches(item["properties"])]
    return paged(call, chosen, dict, empty_page=settings.empty_pages)


def _item(world: World, account: Account, job: Job) -> dict[str, Any]:
    shown = _show(account, job, started=True, ended=has_ended(world, job))
    for name in ("parameters", "exception", "startedBy", "statusDetails"):
        del shown["properties"][name]
    return shown


def _output(call: Call) -> Response:
    _, job = _job(call)
    return text_response(job.output if has_ended(call.world, job) else "")


def _runbook_content(call: Call) -> Response:
    """The content the job was created with, whatever was published since (contract 2.5)."""
    return bytes_response(_job(call)[1].content, "text/powershell")


def _signal(call: Call) -> Response:
    return signal(call, _job(call)[1])


def _list_streams(call: Call) -> Response:
    return list_streams(call, _job(call)[1])


def _get_stream(call: Call) -> Response:
    return get_stream(call, _job(call)[1])
