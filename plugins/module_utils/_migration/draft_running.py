# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Running rewritten drafts as test jobs, and judging them against the last good job of the runbook."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._azure import automation, jobs
from .._azure.errors import Absent, Failed, Forbidden
from .._codes.code import ERROR as IS_ERROR
from .._finding import Finding, finding
from .._step import Change, StepError
from ._call import Call
from .draft_runs import DraftRun, DraftRuns
from .job_waiting import ERROR, WARNING, Ended, Reach, Streams, streams_of, wait_for
from .probe_memory import RUNBOOK_PROOF
from .run_as import parse_time
from .runbook_plan import digest

# Pages of a runbook's jobs that are looked through for one that ended well.
_PAGES = 5

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Before:
    """The last job of a runbook that completed. ``counts`` are its streams by kind; jobs are kept for 30 days."""

    job: str
    ended: str | None
    counts: Mapping[str, int]

    def shown(self) -> dict[str, Any]:
        """Return it as a result tells it."""
        return {"job": self.job, "ended": self.ended, "streams": dict(self.counts)}


@dataclass(frozen=True)
class DraftVerdict:
    """What a test job showed."""

    test: DraftRun
    status: str
    counts: Mapping[str, int]
    before: Before | None
    findings: tuple[Finding, ...]

    @property
    def error(self) -> str | None:
        """The sentence of what failed, or None."""
        return next((said.sentence for said in self.findings if said.severity is IS_ERROR), None)


class DraftRunner:
    """Carries out the test jobs of a plan. ``verdicts`` are what came of them, by target."""

    def __init__(self, call: Call, tests: DraftRuns, planned: Sequence[DraftRun], timeout: int) -> None:
        self._call = call
        self._tests = tests
        self._planned = {test.target: test for test in planned}
        self._timeout = timeout
        self.verdicts: dict[str, DraftVerdict] = {}

    def reread(self, change: Change) -> None:
        """Refuse where the draft is another one now, or a test job was started meanwhile."""
        test = self._planned[change.target]
        content = automation.draft_content(self._call.session, self._call.account, test.name)
        if digest(content) != test.draft:
            raise StepError(
                f"The draft of runbook {test.name} is not the rewrite any more; it was not run. Run again to plan on "
                "what is there now."
            )
        self._tests.refuse_running(test.name)

    def write(self, change: Change) -> dict[str, Any]:
        """Run the draft, wait, judge, and record what it proves."""
        session, account, test = self._call.session, self._call.account, self._planned[change.target]
        jobs.create_test_job(session, account, test.name, test.body)
        ended = wait_for(self._reach(test.name), self._timeout)
        streams = streams_of(jobs.test_job_streams(session, account, test.name))
        before, unread = self._last_good_job(test)
        said = (*judged(test, ended, streams, before, self._timeout), *unread)
        verdict = DraftVerdict(test, ended.status, streams.counts, before, said)
        self.verdicts[change.target] = verdict
        self._call.record.note(
            RUNBOOK_PROOF,
            {
                "runbook": test.target,
                "draft": test.draft,
                "run_on": test.asked.run_on,
                "parameters": sorted(test.asked.parameters),
                "status": ended.status,
                "streams": dict(streams.counts),
                "passed": verdict.error is None,
            },
        )
        return {"status": ended.status, "streams": dict(streams.counts)}

    def _reach(self, name: str) -> Reach:
        session, account = self._call.session, self._call.account
        return Reach(
            read=lambda: jobs.get_test_job(session, account, name),
            stop=lambda: jobs.stop_test_job(session, account, name),
        )

    def _last_good_job(self, test: DraftRun) -> tuple[Before | None, tuple[Finding, ...]]:
        session, account = self._call.session, self._call.account
        try:
            found = self._newest_completed(test.name)
            if found is None:
                return None, ()
            counts = streams_of(jobs.job_streams(session, account, str(found["name"]))).counts
        except (Forbidden, Absent, Failed) as error:
            return None, (finding("RA235", test.target, runbook=test.name, reason=error),)
        return Before(str(found["name"]), found["properties"].get("endTime"), counts), ()

    def _newest_completed(self, runbook: str) -> Json | None:
        """The order of the list is no promise (contract 2.7), so the times decide."""
        filter_ = automation.job_filter(runbook=runbook)
        good = []
        for number, page in enumerate(automation.job_pages(self._call.session, self._call.account, filter_), 1):
            good += [job for job in page if str(job["properties"].get("status")).lower() == "completed"]
            if number == _PAGES:
                break
        return max(good, key=lambda job: parse_time(job["properties"]["creationTime"]), default=None)


def judged(test: DraftRun, ended: Ended, streams: Streams, before: Before | None, timeout: int) -> list[Finding]:
    """Return what is wrong with a test job: its status and its streams, beside those of the last good job. Pure."""
    about: dict[str, Any] = {"runbook": test.name}
    if ended.late is not None:
        return [finding("RA234", test.target, timeout=timeout, status=ended.late or "not known", **about)]
    if not ended.completed:
        reason = _masked(ended.exception or next(iter(streams.errors), ""), test)
        return [finding("RA230", test.target, status=ended.status, reason=reason or "It gave no reason.", **about)]
    errors, warnings = streams.counts.get(ERROR, 0), streams.counts.get(WARNING, 0)
    found = []
    if errors:
        had = before.counts.get(ERROR, 0) if before else 0
        if had:
            found.append(finding("RA232", test.target, count=errors, before=had, **about))
        else:
            compared = _compared(before, ERROR)
            found.append(finding("RA231", test.target, status=ended.status, count=errors, compared=compared, **about))
    if warnings and not (before and before.counts.get(WARNING, 0) >= warnings):
        found.append(finding("RA233", test.target, count=warnings, compared=_compared(before, WARNING), **about))
    return found


def _compared(before: Before | None, kind: str) -> str:
    if before is None:
        return "; no good job is left to compare it with"
    return f"; its last good job wrote {before.counts.get(kind, 0) or 'none'}"


def _masked(text: str, test: DraftRun) -> str:
    """Return the words of a job on one line, without values of parameters: these may be secret."""
    line = " ".join(text.split())[:400]
    for value in sorted((str(value) for value in test.asked.parameters.values() if value), key=len, reverse=True):
        line = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", "********", line)
    return line


def shown(test: DraftRun, verdict: DraftVerdict | None, *, check_mode: bool) -> dict[str, Any]:
    """Return a runbook as a result tells it; parameters by name only."""
    told: dict[str, Any] = {
        "name": test.name,
        "draft": test.draft,
        "parameters": sorted(test.asked.parameters),
        "run_on": test.asked.run_on,
        "status": None,
        "streams": {},
        "last_job": None,
    }
    if verdict is not None:
        state = "failed" if verdict.error else "passed"
        last = verdict.before.shown() if verdict.before else None
        return {**told, "state": state, "status": verdict.status, "streams": dict(verdict.counts), "last_job": last}
    if test.proof is not None:
        return {**told, "state": "stands", "status": test.proof["status"], "streams": dict(test.proof["streams"])}
    return {**told, "state": "planned" if check_mode and test.draft else "not run"}
