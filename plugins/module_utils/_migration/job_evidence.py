# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Evidence that a runbook is in use: its last job, and what starts it.

Azure keeps jobs for 30 days (contract 2.7): no job proves nothing, a runbook may run
once a quarter. An account may have a hundred thousand of them, so never are all read
for their own sake: one list of the whole account, newest first, tells most; whatever it
leaves open is asked for runbook by runbook, a few pages at most.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .._azure import automation
from .._azure.errors import Failed, Forbidden
from .._azure.ids import AccountId
from .._azure.session import Session
from .._finding import Finding, finding
from .._step import in_parallel
from .job_schedules import Link, Webhook, list_links, list_webhooks
from .run_as import parse_time
from .unread import Unread

Json = dict[str, Any]

# One day more than Azure keeps them.
_WINDOW = timedelta(days=31)
_PAGES_OF_ACCOUNT = 10
_PAGES_OF_RUNBOOK = 5


@dataclass(frozen=True)
class LastJobs:
    """The last job of each runbook, by its name as it was asked for; None where there is none.

    A job is ``status``, ``time`` and ``run_on``. ``unread`` is what the login could not read: a runbook without job
    says nothing then. ``unsure`` are those with so many jobs, in no order, that a later one may have been missed.
    """

    by_runbook: Mapping[str, Json | None]
    unread: tuple[Unread, ...] = ()
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """What starts the runbooks of an account, and their last jobs. ``parts_unread`` names what could not be read."""

    links: tuple[Link, ...] = ()
    schedules: tuple[Mapping[str, Any], ...] = ()
    webhooks: tuple[Webhook, ...] = ()
    jobs: Mapping[str, Json | None] | None = None
    unread: tuple[Unread, ...] = ()
    parts_unread: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()

    def findings(self, account: AccountId) -> tuple[Finding, ...]:
        """Return what a person should know about it."""
        limit = _PAGES_OF_RUNBOOK
        missed = [
            finding("RA640", account.child("runbooks", name), runbook=name, pages=limit) for name in sorted(self.unsure)
        ]
        return (*(one.finding() for one in self.unread), *missed)


def read_evidence(
    session: Session, account: AccountId, runbooks: Sequence[str], now: datetime, max_parallel: int
) -> Evidence:
    """Return the evidence of use of the named runbooks. Raises Absent where the account is gone."""
    links, no_links = _read(account, "links of runbooks to schedules", lambda: list_links(session, account))
    schedules, no_schedules = _read(account, "schedules", lambda: automation.list_schedules(session, account))
    webhooks, no_webhooks = _read(account, "webhooks", lambda: list_webhooks(session, account))
    jobs = last_jobs(session, account, runbooks, now, max_parallel)
    missed = {"schedules": no_links + no_schedules, "webhooks": no_webhooks, "jobs": jobs.unread}
    return Evidence(
        links=tuple(links),
        schedules=tuple(schedules),
        webhooks=tuple(webhooks),
        jobs=jobs.by_runbook,
        unread=sum(missed.values(), ()),
        parts_unread=tuple(part for part, unread in missed.items() if unread),
        unsure=jobs.unsure,
    )


def _read(account: AccountId, what: str, read: Any) -> tuple[list[Any], tuple[Unread, ...]]:
    try:
        return read(), ()
    except (Forbidden, Failed) as error:
        return [], (Unread.of(f"The {what} of account {account.name}", account.arm_id, error),)


def evidence_of(runbook: str, evidence: Evidence) -> Json:
    """Return the evidence of use of one runbook as the assessment keeps it. Pure.

    ``unread`` names the parts of it (``jobs``, ``schedules``, ``webhooks``) of which nothing can be said.
    """
    return {
        "last_job": (evidence.jobs or {}).get(runbook),
        "schedules": _schedules_of(runbook, evidence),
        "webhooks": [_shown(hook) for hook in _by_name(evidence.webhooks) if _same(hook.runbook, runbook)],
        "unread": list(evidence.parts_unread),
    }


def _schedules_of(runbook: str, evidence: Evidence) -> list[Json]:
    properties = {item["name"].lower(): item.get("properties") or {} for item in evidence.schedules}
    links = sorted(evidence.links, key=lambda link: link.schedule.lower())
    return [
        {
            "name": link.schedule,
            "enabled": properties.get(link.schedule.lower(), {}).get("isEnabled"),
            "next_run": properties.get(link.schedule.lower(), {}).get("nextRun"),
            "run_on": link.run_on,
        }
        for link in links
        if _same(link.runbook, runbook)
    ]


def _by_name(webhooks: Iterable[Webhook]) -> list[Webhook]:
    return sorted(webhooks, key=lambda hook: hook.name.lower())


def _shown(hook: Webhook) -> Json:
    return {
        "name": hook.name,
        "enabled": hook.enabled,
        "expires": hook.expires,
        "last_invoked": hook.last_invoked,
        "run_on": hook.run_on,
    }


def _same(left: str, right: str) -> bool:
    return left.lower() == right.lower()


# The last jobs


def last_jobs(
    session: Session, account: AccountId, runbooks: Sequence[str], now: datetime, max_parallel: int
) -> LastJobs:
    """Return the last job of each runbook, with as few requests as may be: usually one.

    At most one page for each runbook is read of the account's list before the runbooks that are still open are asked
    for by name. Raises Absent where the account is gone; what the login may not read is in the result.
    """
    if not runbooks:
        return LastJobs({})
    since = now - _WINDOW
    wanted = {name.lower() for name in runbooks}
    try:
        seen = _look_through(
            automation.job_pages(session, account, automation.job_filter(since=since)),
            wanted,
            min(len(runbooks), _PAGES_OF_ACCOUNT),
        )
    except (Forbidden, Failed) as error:
        unread = Unread.of(f"The jobs of account {account.name}", account.arm_id, error)
        return LastJobs(dict.fromkeys(runbooks), (unread,))
    open_ones = [name for name in runbooks if not seen.settles(name)]
    asked = in_parallel(lambda name: _of_runbook(session, account, name, since), open_ones, max_parallel)
    return _joined(runbooks, seen, dict(zip(open_ones, asked, strict=True)))


class _Seen:
    """The newest job of each runbook among the pages that were read, and whether they came newest first."""

    def __init__(self) -> None:
        self.newest: dict[str, Json] = {}
        self.whole = False
        self.in_order = True
        self._last: datetime | None = None
        self._count = 0

    def add(self, jobs: Iterable[Json]) -> None:
        """Take notice of a page."""
        for job in jobs:
            created = parse_time(job["properties"]["creationTime"])
            self.in_order = self.in_order and (self._last is None or created <= self._last)
            self._last = created
            self._count += 1
            name = str((job["properties"].get("runbook") or {}).get("name") or "").lower()
            known = self.newest.get(name)
            if known is None or parse_time(known["properties"]["creationTime"]) < created:
                self.newest[name] = job

    @property
    def newest_first(self) -> bool:
        """Whether the list begins with the newest, as far as it was seen; one job tells nothing."""
        return self.in_order and self._count > 1

    def settles(self, runbook: str) -> bool:
        """Whether there can be no later job of the runbook than the one that was seen, if any."""
        return self.whole or (self.newest_first and runbook.lower() in self.newest)


def _look_through(pages: Iterable[list[Json]], wanted: set[str], limit: int) -> _Seen:
    """Return what the first pages tell, until they tell the last job of all that are wanted. Empty ones count, too."""
    seen = _Seen()
    for number, page in enumerate(pages, 1):
        seen.add(page)
        if all(seen.settles(name) for name in wanted) or number == limit:
            return seen
    seen.whole = True
    return seen


def _of_runbook(session: Session, account: AccountId, runbook: str, since: datetime) -> _Seen | Unread:
    pages = automation.job_pages(session, account, automation.job_filter(since=since, runbook=runbook))
    try:
        return _look_through(pages, {runbook.lower()}, _PAGES_OF_RUNBOOK)
    except (Forbidden, Failed) as error:
        return Unread.of(f"The jobs of runbook {runbook}", account.child("runbooks", runbook), error)


def _joined(runbooks: Sequence[str], seen: _Seen, asked: Mapping[str, _Seen | Unread]) -> LastJobs:
    jobs: dict[str, Json | None] = {}
    for name in runbooks:
        source = asked.get(name, seen)
        found = source if isinstance(source, _Seen) else seen
        job = found.newest.get(name.lower())
        jobs[name] = _job_shown(job) if job else None
    return LastJobs(
        jobs,
        unread=tuple(source for source in asked.values() if isinstance(source, Unread)),
        unsure=tuple(name for name, source in asked.items() if isinstance(source, _Seen) and not source.settles(name)),
    )


def _job_shown(job: Json) -> Json:
    """Return a job as the assessment keeps it; one that has not started has the time it was made at."""
    properties = job["properties"]
    return {
        "status": properties.get("status"),
        "time": properties.get("startTime") or properties["creationTime"],
        "run_on": properties.get("runOn") or None,
    }
