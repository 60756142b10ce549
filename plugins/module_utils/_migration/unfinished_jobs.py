# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Jobs that have not ended and log in with a Run As account: each runs the content that it was created with.

A runbook that was rewritten since says nothing about such a job (contract 2.13).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any

from .._azure import automation
from .._azure.errors import Absent, Failed, Forbidden
from .._azure.ids import AccountId
from .._azure.session import Session
from .._runbook import RewriteOptions
from .._step import in_parallel
from .unread import Unread
from .usage import Content, Runbooks, Usage, Use, judged_content, rewritten

Json = Mapping[str, Any]

# In the order in which a job goes through them: one that left a status before it was asked for is in a later one.
UNFINISHED = (
    "New",
    "Activating",
    "Resuming",
    "Running",
    "Suspending",
    "Suspended",
    "Stopping",
    "Blocked",
    "Disconnected",
)
# An account with no more pages of jobs than these is looked through as a whole: that takes fewer requests.
_FEW_PAGES = 2


def job_uses(
    session: Session, account: AccountId, runbooks: Runbooks, options: RewriteOptions, max_parallel: int
) -> Usage:
    """Return the unfinished jobs of an account that log in with a Run As account, or may.

    ``runbooks`` is what was found in its runbooks: a job of a published content that uses none needs no second look.
    Raises StepError where a package of the rewriter is missing.
    """
    try:
        jobs = _unfinished(session, account)
    except (Forbidden, Failed) as error:
        return Usage(unread=(Unread.of(f"The jobs of account {account.name}", account.arm_id, error),))
    judge = partial(_judged, session, account, runbooks, options)
    return sum(in_parallel(judge, jobs, max_parallel), Usage())


def _unfinished(session: Session, account: AccountId) -> list[Json]:
    """Return the jobs that have not ended, from one list where the account has few, else status by status."""
    first = list(islice(automation.job_pages(session, account), _FEW_PAGES + 1))
    if len(first) <= _FEW_PAGES:
        return [job for page in first for job in page if _status(job) in UNFINISHED]
    found: dict[str, Json] = {}
    for status in UNFINISHED:
        for page in automation.job_pages(session, account, automation.job_filter(status=status)):
            found |= {job["name"]: job for job in page}
    return list(found.values())


def _status(job: Json) -> str:
    return str(job["properties"].get("status") or "")


def _judged(session: Session, account: AccountId, runbooks: Runbooks, options: RewriteOptions, job: Json) -> Usage:
    name = str(job["name"])
    runbook = str((job["properties"].get("runbook") or {}).get("name") or "")
    try:
        data: bytes | Forbidden = automation.job_content(session, account, name)
    except Absent:
        # Removed since it was listed: it has ended.
        return Usage()
    except Forbidden as error:
        what = f"The content of job {name} of runbook {runbook} of account {account.name}"
        return Usage(unread=(Unread.of(what, account.child("jobs", name), error),))
    if data == runbooks.clean.get(runbook.lower()):
        return Usage()
    content = Content(runbook, runbooks.types.get(runbook.lower(), ""), f"job {name}", data)
    uses = judged_content(account, content, rewritten(content, options)).uses
    return Usage(tuple(_as_job(account, job, use) for use in uses))


def _as_job(account: AccountId, job: Json, use: Use) -> Use:
    name = str(job["name"])
    return replace(
        use,
        kind="job",
        name=name,
        resource=account.child("jobs", name),
        version=None,
        runbook=use.name,
        status=_status(job),
    )
