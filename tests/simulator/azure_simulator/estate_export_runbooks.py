# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Of an export: the runbooks of an account, what runs them, and the jobs that ran."""

from __future__ import annotations

import re
from typing import Any

from azure_simulator.clock import parse
from azure_simulator.estate_export_files import Answers, Wire, merged
from azure_simulator.providers.automation.model import Account, Job, JobSchedule, Runbook, add_runbook
from azure_simulator.world import World

_NOT_STARTED = ("New", "Activating", "Blocked")


def add_runbooks(world: World, answers: Answers, account: Account) -> None:
    """Add the runbooks with their contents byte for byte, in the states that they were in."""
    for item in _items(answers, account, "runbooks(?:/[^/]+)?"):
        properties, name = item.get("properties") or {}, item["name"]
        state = properties.get("state") or "Published"
        # A content that Azure refused to show is refused in the copy, too; that there is one shows in the state.
        content = _content(answers, account, f"{name}/content") or b""
        draft = _content(answers, account, f"{name}/draft/content") or b""
        runbook = Runbook(
            name=name,
            type=properties.get("runbookType") or "PowerShell",
            location=item.get("location") or account.location,
            tags=dict(item.get("tags") or {}),
            description=properties.get("description"),
            log_verbose=bool(properties.get("logVerbose")),
            log_progress=bool(properties.get("logProgress")),
            log_activity_trace=int(properties.get("logActivityTrace") or 0),
            runtime_environment=properties.get("runtimeEnvironment"),
            created=_ticks(properties.get("creationTime")),
            modified=_ticks(properties.get("lastModifiedTime")),
            job_count=int(properties.get("jobCount") or 0),
        )
        add_runbook(
            world,
            account,
            runbook,
            content=None if state == "New" else content,
            draft=None if state == "Published" else draft,
        )
        if isinstance(properties.get("parameters"), dict):
            runbook.parameters = properties["parameters"]
        told = properties.get("draft") or {}
        runbook.draft_created = _ticks(told.get("creationTime")) or runbook.draft_created
        runbook.draft_modified = _ticks(told.get("lastModifiedTime")) or runbook.draft_modified


def add_links(answers: Answers, account: Account) -> None:
    """Add the job schedules under their own ids; only a single one tells its parameters."""
    for item in _items(answers, account, "jobSchedules(?:/[^/]+)?"):
        properties = item["properties"]
        link = JobSchedule(
            properties["jobScheduleId"],
            properties["runbook"]["name"],
            properties["schedule"]["name"],
            properties.get("runOn"),
            properties.get("parameters") or {},
        )
        account.job_schedules[link.id.lower()] = link


def add_jobs(answers: Answers, account: Account) -> None:
    """Add the jobs that were read: when each ran, where, and how it ended."""
    for item in _items(answers, account, "jobs(?:/[^/]+)?"):
        properties = item["properties"]
        runbook = account.runbooks.get(str((properties.get("runbook") or {}).get("name") or "").lower())
        name, status = item["name"], properties.get("status") or "Completed"
        created = _ticks(properties.get("creationTime"))
        started = _ticks(properties.get("startTime")) or None
        account.jobs[name.lower()] = Job(
            name,
            properties.get("jobId") or name,
            runbook.name if runbook else str((properties.get("runbook") or {}).get("name") or ""),
            (runbook.content or runbook.draft or b"") if runbook else b"",
            status=status,
            exception=properties.get("exception"),
            run_on=properties.get("runOn"),
            parameters=properties.get("parameters") or {},
            created=created,
            started=None if status in _NOT_STARTED else started,
            ended=_ticks(properties.get("endTime")) or None,
            modified=_ticks(properties.get("lastModifiedTime")),
        )


def _items(answers: Answers, account: Account, segments: str) -> list[Wire]:
    found = answers.matching("arm", f"{re.escape(account.id)}/{segments}")
    return list(merged(item for dummy, answer in found for item in answer.items).values())


def _content(answers: Answers, account: Account, rest: str) -> bytes | None:
    found = answers.matching("arm", f"{re.escape(account.id)}/runbooks/{re.escape(rest)}")
    return next((answer.content for dummy, answer in found if answer.content is not None), None)


def _ticks(text: Any) -> int:
    return parse(text) if isinstance(text, str) and text else 0
