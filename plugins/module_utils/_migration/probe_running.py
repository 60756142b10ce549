# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Running the probe: the temporary runbook is made, its jobs are waited for and judged, and it is removed.

Making and removing are two changes of one track. What goes wrong with a job is a verdict and no
failure of the change, so that the removal is always tried.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from .._azure import automation, jobs
from .._azure.errors import Absent, AzureError, Conflict
from .._azure.ids import last_segment
from .._finding import Finding, finding
from .._step import Change, StepError, in_parallel
from ._call import Call
from .job_waiting import ENDS, Reach, streams_of, wait_for
from .probe_memory import CLOUD, IDENTITY_PROOF, PROBE_JOB, PROBE_RUNBOOK
from .probe_reading import content_digest
from .probe_script import DESCRIPTION, TAGS, Script, is_marked
from .probe_verdict import Expected, Ran, Verdict, judge, not_run
from .waiting import pauses


@dataclass(frozen=True)
class Patience:
    """How long to wait, in seconds: for a job, and for an identity to see what it was granted."""

    job: int
    access: int


class Prober:
    """Carries out the changes of temporary runbooks. ``verdicts`` and ``findings`` are what came of it."""

    def __init__(self, call: Call, expected: Expected, patience: Patience, known_jobs: dict[str, str | None]) -> None:
        """``known_jobs`` are the jobs of temporary runbooks that an earlier run left, by their targets."""
        self._call = call
        self._expected = expected
        self._patience = patience
        self._known_jobs = known_jobs
        self.verdicts: list[Verdict] = []
        self.findings: list[Finding] = []

    @property
    def error(self) -> str | None:
        """The sentence of what speaks against the identity, or None."""
        return next((verdict.error for verdict in self.verdicts if verdict.error), None)

    def reread(self, change: Change) -> Any:
        """Return the temporary runbook as it is now. One that is gone needs no removing, so it counts as unchanged."""
        name = last_segment(change.target)
        try:
            runbook = automation.get_runbook(self._call.session, self._call.account, name)
        except Absent:
            return change.before if change.action == "delete" else None
        sha256 = content_digest(self._call, name, str(runbook["properties"].get("state")))
        return {"name": name, "sha256": sha256}

    def create(self, change: Change, script: Script, location: str, places: Sequence[str]) -> dict[str, Any]:
        """Make the runbook, publish it, and run its jobs; nothing of it stays where that fails."""
        try:
            self._make(script, location)
        except (AzureError, StepError):
            self._clear_up(change)
            raise
        self.verdicts += in_parallel(
            lambda where: self._probe(change.target, script, where), places, self._call.max_parallel, per_thread=1
        )
        return {}

    def remove(self, change: Change) -> dict[str, Any]:
        """Stop what may still run of the runbook, and delete it."""
        name = last_segment(change.target)
        self._stop_known_job(change.target, name)
        return {"was_there": jobs.delete_runbook(self._call.session, self._call.account, name)}

    def _make(self, script: Script, location: str) -> None:
        session, account = self._call.session, self._call.account
        properties = {
            "runbookType": script.type,
            "description": DESCRIPTION,
            "logVerbose": False,
            "logProgress": False,
        }
        jobs.create_runbook(session, account, script.name, location=location, tags=TAGS, properties=properties)
        automation.replace_draft(session, account, script.name, script.content)
        automation.publish_draft(session, account, script.name)
        if automation.published_content(session, account, script.name) != script.content:
            raise StepError(
                f"Azure published other content of runbook {script.name} than was sent. Check who else writes runbooks "
                f"of Automation account {account.name}."
            )

    def _clear_up(self, change: Change) -> None:
        """Delete what a making that failed may have left; where that fails too, the next run does it."""
        session, account, record = self._call.session, self._call.account, self._call.record
        name = last_segment(change.target)
        try:
            runbook = automation.get_runbook(session, account, name)
            if not is_marked(runbook):
                return
            state = {"name": name, "sha256": content_digest(self._call, name, str(runbook["properties"].get("state")))}
            number = record.intend(Change("delete", PROBE_RUNBOOK, change.target, state, None).as_dict())
            record.confirm(number, {"was_there": jobs.delete_runbook(session, account, name)})
        except AzureError:
            # The failure that is being told is the first one; the runbook is known to the ledger.
            return

    def _stop_known_job(self, target: str, name: str) -> None:
        job = self._known_jobs.pop(target, None)
        if job is None:
            return
        session, account = self._call.session, self._call.account
        try:
            if str(jobs.get_job(session, account, job)["properties"]["status"]).lower() not in ENDS:
                jobs.stop_job(session, account, job)
        except (Absent, Conflict):
            return
        except AzureError as error:
            self.findings.append(finding("RA228", account.arm_id, job=job, runbook=name, reason=error))

    def _probe(self, target: str, script: Script, where: str) -> Verdict:
        """Return the verdict on a place; an identity that sees nothing of what it was granted is asked again."""
        verdict = Verdict(where, None, "not run")
        for pause in pauses(self._patience.access):
            try:
                ran = self._run(target, script, where)
            except (AzureError, StepError) as error:
                return not_run(where, self._expected, error)
            verdict = judge(ran, self._expected, self._patience.job)
            if not verdict.sees_nothing or not pause:
                break
            time.sleep(pause)
        if verdict.proof is not None:
            self._call.record.note(IDENTITY_PROOF, verdict.proof)
        return verdict

    def _run(self, target: str, script: Script, where: str) -> Ran:
        session, account, job = self._call.session, self._call.account, str(uuid.uuid4())
        run_on = "" if where == CLOUD else where
        self._call.record.note(PROBE_JOB, {"runbook": target, "job": job, "where": where})
        properties = {"runbook": {"name": script.name}, "parameters": {}, "runOn": run_on}
        # Nobody else has this name: a conflict means that the request was repeated, since its first answer was lost.
        with suppress(Conflict):
            jobs.create_job(session, account, job, properties)
        ended = wait_for(reach_of_job(self._call, job), self._patience.job)
        if ended.late is not None:
            return Ran(where, job, ended)
        streams = streams_of(jobs.job_streams(session, account, job))
        return Ran(where, job, ended, streams, jobs.job_output(session, account, job))


def reach_of_job(call: Call, job: str) -> Reach:
    """Return how a job is reached."""
    return Reach(
        read=lambda: jobs.get_job(call.session, call.account, job)["properties"],
        stop=lambda: jobs.stop_job(call.session, call.account, job),
    )
