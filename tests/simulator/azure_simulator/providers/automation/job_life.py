# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs and test jobs while they run: made, shown, stopped, and their streams (contract 2.11)."""

from __future__ import annotations

from typing import Any

from azure_simulator import errors
from azure_simulator.clock import TICKS_PER_SECOND, offset_text
from azure_simulator.paging import paged
from azure_simulator.providers.automation.job_run import run
from azure_simulator.providers.automation.model import Account, Job, Runbook
from azure_simulator.providers.automation.support import matches_filter
from azure_simulator.wire import Call, Response, empty, json_response
from azure_simulator.world import World, new_id

_ENDED = ("Completed", "Failed", "Stopped")
# How a job of a runbook may end; with any other status it never does.
_ENDS = (*_ENDED, "Suspended")
_NEVER = 1 << 62


def start(
    world: World, account: Account, runbook: Runbook, content: bytes, name: str, run_on: Any, parameters: Any
) -> Job:
    """A job of a runbook, with all that it will have done when its time is over; 400 for an unknown worker group."""
    run_on = run_on or None
    if run_on is not None and run_on.lower() not in account.hybrid_groups:
        raise errors.bare(400, "BadRequest", f"The hybrid runbook worker group '{run_on}' does not exist.")
    now = world.clock.now()
    outcome = run(world, account, content, runbook.type, run_on, runbook.conduct)
    seconds = world.settings.operation_seconds + world.settings.job_seconds
    return Job(
        name,
        new_id(),
        runbook.name,
        content,
        status=outcome.status,
        exception=outcome.exception,
        output=outcome.output,
        run_on=run_on,
        parameters=parameters or {},
        created=now,
        started=now,
        ended=now + int(seconds * TICKS_PER_SECOND) if outcome.status in _ENDS else _NEVER,
        modified=now,
        streams=outcome.streams,
    )


def stream(stream_id: str, kind: str, time: int) -> dict[str, Any]:
    """A stream of a job of the past; nobody knows its words any more."""
    text = f"{kind} of the script."
    return {
        "jobStreamId": stream_id,
        "time": offset_text(time),
        "streamType": kind,
        "summary": text,
        "streamText": text,
        "value": {"Message": text},
    }


def has_ended(world: World, job: Job) -> bool:
    return job.ended is None or world.clock.is_visible(job.ended)


def signal(call: Call, job: Job) -> Response:
    """Stop, suspend or resume; 409 for a job that has ended."""
    if has_ended(call.world, job) and job.status in _ENDED:
        raise errors.bare(409, "Conflict", f"The job is {job.status}.")
    if call.path.lower().endswith("/stop"):
        job.status, job.ended = "Stopped", call.world.clock.now()
    return empty(200)


def list_streams(call: Call, job: Job) -> Response:
    """The streams of a job that has ended, without their texts."""
    streams = job.streams if has_ended(call.world, job) else []
    matches = matches_filter(call)
    shown = [_show(call.path, item, full=False) for item in streams]
    return paged(call, [item for item in shown if matches(item)], dict)


def get_stream(call: Call, job: Job) -> Response:
    for item in job.streams:
        if item["jobStreamId"] == call.params["stream"]:
            return json_response(_show(call.path.rsplit("/", 1)[0], item, full=True))
    raise errors.bare(404, "NotFound", "Job stream not found.")


def _show(base: str, item: dict[str, Any], full: bool) -> dict[str, Any]:
    """``value`` and ``streamText`` only on the single stream."""
    hidden = () if full else ("value", "streamText")
    return {
        "id": f"{base}/{item['jobStreamId']}",
        "properties": {name: value for name, value in item.items() if name not in hidden},
    }
