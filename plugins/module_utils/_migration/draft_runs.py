# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Which rewritten drafts are to be run as test jobs: the option verify_runbooks, checked against the runbooks.

A test job really runs the script, so nothing is run that was not asked for by name and with its parameters;
and only a draft that the migration wrote (docs/contract.md, 2.12).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .._azure import automation, jobs
from .._azure.errors import Absent
from .._azure.ids import normal_id
from .._finding import Finding, finding
from .._step import Change, StepError
from ._call import Call
from .job_waiting import ENDS
from .probe_memory import TEST_JOB, Memory, standing_runbook_proof
from .run_as import parse_time
from .runbook_memory import NOTHING
from .runbook_memory import Memory as RunbookMemory
from .runbook_plan import digest
from .runbook_reading import NEW, PUBLISHED

Json = Mapping[str, Any]

# A wave of their own: no test job begins before the identity is proved.
WAVE = 2


@dataclass(frozen=True)
class Asked:
    """An entry of the option. ``parameters`` may be secret: they are in no plan, record or result but by name."""

    name: str
    parameters: Mapping[str, Any]
    run_on: str


@dataclass(frozen=True)
class DraftRun:
    """A runbook whose draft is to be run, or need not be: ``proof`` is the record of a test that still counts."""

    asked: Asked
    name: str
    target: str
    draft: str | None
    proof: Json | None = None

    @property
    def change(self) -> Change | None:
        """The test job as a change: what it does to the world is not known, so it counts as one."""
        if self.proof is not None or self.draft is None:
            return None
        after = {"draft": self.draft, "parameters": sorted(self.asked.parameters), "run_on": self.asked.run_on}
        return Change("run", TEST_JOB, self.target, None, after, track=self.target, wave=WAVE)

    @property
    def body(self) -> dict[str, Any]:
        """The body of the request: values as PowerShell would write them in JSON (contract 2.7)."""
        return {"parameters": serialised(self.asked.parameters), "runOn": self.asked.run_on}


def serialised(parameters: Mapping[str, Any]) -> dict[str, str]:
    """Return the values as texts of JSON."""
    return {name: json.dumps(value, ensure_ascii=False) for name, value in parameters.items()}


def asked_for(option: Sequence[Mapping[str, Any]] | None) -> list[Asked]:
    """Read the option. Raises StepError for a runbook that is named twice."""
    asked = [
        Asked(str(entry["name"]).strip(), _parameters(entry), str(entry.get("run_on") or "").strip())
        for entry in option or []
    ]
    names = [entry.name.lower() for entry in asked]
    twice = sorted({entry.name for entry in asked if names.count(entry.name.lower()) > 1})
    if twice:
        raise StepError(f"verify_runbooks names {', '.join(twice)} twice. Name each runbook once. Nothing was changed.")
    return asked


def _parameters(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Read the parameters, which travel as one text so that Ansible masks them as a whole, and nothing else."""
    try:
        parameters = json.loads(entry["parameters"])
    except ValueError:
        parameters = None
    if not isinstance(parameters, dict):
        raise StepError(
            f"The parameters of {entry['name']} in verify_runbooks are no names with values. Write a dictionary, {{}} "
            "for a runbook that takes none. Nothing was changed."
        )
    return parameters


class DraftRuns:
    """The runbooks that are to be tested, as they were read."""

    def __init__(
        self, call: Call, memory: Memory, rewrites: Mapping[str, RunbookMemory], now: datetime, *, force: bool
    ) -> None:
        """``rewrites`` is what the ledger remembers of update_runbook."""
        self._call = call
        self._memory = memory
        self._rewrites = rewrites
        self._now = now
        self._force = force

    def observe(self, asked: Sequence[Asked], items: Sequence[Json]) -> tuple[list[DraftRun], list[Finding]]:
        """Return the tests, and what must be said of those that a check cannot plan yet.

        Raises StepError for a runbook that must not be run, naming it and why.
        """
        by_name = {str(item["name"]).lower(): str(item["name"]) for item in items}
        absent = [entry.name for entry in asked if entry.name.lower() not in by_name]
        if absent:
            raise StepError(
                f"Automation account {self._call.account.name} has no runbook named {', '.join(absent)}. Correct the "
                "option verify_runbooks. Nothing was changed."
            )
        tests = [self._observe(entry, by_name[entry.name.lower()]) for entry in asked]
        missing = [test for test in tests if test.draft is None and test.proof is None]
        return tests, [finding("RA236", test.target, runbook=test.name) for test in missing]

    def _observe(self, asked: Asked, name: str) -> DraftRun:
        session, account = self._call.session, self._call.account
        target = account.child("runbooks", name)
        runbook = automation.get_runbook(session, account, name)
        state = str(runbook["properties"].get("state"))
        draft = None if state == PUBLISHED else _digest(lambda: automation.draft_content(session, account, name))
        published = None if state == NEW else _digest(lambda: automation.published_content(session, account, name))
        wanted = [draft] if draft is not None else [published]
        proof = standing_runbook_proof(self._memory, target, wanted, asked.run_on)
        if proof is not None and not (self._force and draft is not None):
            return DraftRun(asked, name, target, draft, proof)
        if draft is None or not self._is_rewrite(target, draft):
            if self._call.check_mode and draft is None:
                return DraftRun(asked, name, target, None)
            raise StepError(self._no_rewrite(name, draft))
        _refuse_parameters(asked, name, _declared(self._call, name, runbook))
        self.refuse_running(name)
        return DraftRun(asked, name, target, draft)

    def _is_rewrite(self, target: str, draft: str) -> bool:
        return draft in self._rewrites.get(normal_id(target), NOTHING).ours

    def _no_rewrite(self, name: str, draft: str | None) -> str:
        what = "has no draft" if draft is None else "has a draft that the migration did not write"
        return (
            f"Runbook {name} of Automation account {self._call.account.name} {what}, so it is not run. Nothing was "
            "changed. Run update_runbook with publish: false first, or take it out of verify_runbooks."
        )

    def refuse_running(self, name: str) -> None:
        """Raise StepError where a test job of the runbook has not ended: there is one only, and it may be anybody's."""
        try:
            job = jobs.get_test_job(self._call.session, self._call.account, name)
        except Absent:
            return
        status = str(job.get("status"))
        if status.lower() in ENDS:
            return
        made = str(job.get("creationTime") or "")
        raise StepError(
            f"A test job of runbook {name} of Automation account {self._call.account.name} is {status}"
            f"{self._since(made)}; it is left alone, and no other was started. Wait until it has ended, or stop it in "
            "the test pane of the runbook, and run again."
        )

    def _since(self, made: str) -> str:
        """Tell since when, and for how long unless the clocks differ."""
        if not made:
            return ""
        age = self._now - parse_time(made)
        minutes = f", {int(age.total_seconds() // 60)} minutes ago" if age > timedelta(0) else ""
        return f" (made {made}{minutes})"


def _digest(read: Any) -> str | None:
    try:
        return digest(read())
    except Absent:
        return None


def _declared(call: Call, name: str, runbook: Json) -> dict[str, Json]:
    """Return the parameters that the draft declares; where Azure tells none of it, those of the published script."""
    draft = jobs.draft_of(call.session, call.account, name).get("parameters") or {}
    return dict(draft or runbook["properties"].get("parameters") or {})


def _refuse_parameters(asked: Asked, name: str, declared: Mapping[str, Json]) -> None:
    """Raise StepError for parameters that the runbook must be given and is not, or that it does not have.

    Nothing declared may mean that Azure does not know them (Python): then all that is given is sent.
    """
    given = {parameter.lower() for parameter in asked.parameters}
    lacking = [key for key, about in declared.items() if about.get("isMandatory") and key.lower() not in given]
    known = {key.lower() for key in declared}
    strange = sorted(key for key in asked.parameters if declared and key.lower() not in known)
    if lacking:
        raise StepError(
            f"Runbook {name} must be given {', '.join(sorted(lacking))}. Nothing was run. Name them in the parameters "
            "of verify_runbooks."
        )
    if strange:
        raise StepError(
            f"Runbook {name} has no parameter {', '.join(strange)}. Nothing was run. Correct the parameters of "
            f"verify_runbooks; it has {', '.join(sorted(declared))}."
        )
