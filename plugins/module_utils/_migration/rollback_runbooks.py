# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Taking the contents of runbooks back, byte for byte, with the links to their schedules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from .. import _ledger
from .._azure import automation
from .._azure.ids import last_segment
from .._finding import Finding, finding
from .._ledger import LedgerError
from .._masked_diff import masked_diff
from .._step import Change, Hands, Outcome, in_parallel
from . import dependants, runbook_reading, runbook_writing
from ._call import Call
from .dependants import Repaired, Snapshot
from .job_schedules import JOB_SCHEDULE
from .rollback_contents import Contents
from .rollback_part import RUNBOOKS, Part, Said
from .rollback_runbook_plan import Standing, Taken, in_order, take_back
from .runbook_memory import DRAFT, DRAFT_SETTLED, PUBLISHED
from .runbook_plan import Decision, Runbook, digest

STEP = "update_runbook"
RUNBOOK = "runbook"


class Runbooks:
    """The runbooks of an account that the migration wrote to."""

    kinds = frozenset({DRAFT, PUBLISHED, JOB_SCHEDULE})

    def __init__(self, call: Call) -> None:
        self._call = call
        self._listed: Sequence[Mapping[str, Any]] = ()
        self._read: dict[str, Runbook] = {}
        self._taken: list[Taken] = []
        self._snapshot: Snapshot | None = None
        self._hands: Hands | None = None
        self._decisions: list[Decision] = []

    def plan(self, remembered: Sequence[Contents], records: Sequence[Mapping[str, Any]]) -> Part:
        """Return what is to be done with each runbook, and with links to schedules that an earlier run lost."""
        unfinished = dependants.recall_unfinished(self._call, records)
        if not remembered and not unfinished.links:
            return Part()
        self._listed = automation.list_runbooks(self._call.session, self._call.account)
        self._taken = in_order(in_parallel(self._decide, remembered, self._call.max_parallel))
        publishing = {one.name for one in self._taken if any(change.kind == PUBLISHED for change in one.changes)}
        self._snapshot = dependants.observe(self._call, publishing, unfinished)
        self._decisions = [self._decision(one) for one in self._taken]
        self._hands = runbook_writing.hands(self._call, self._decisions, self._snapshot.missing_links)
        return self._part(self._snapshot)

    def _decide(self, contents: Contents) -> Taken:
        name = last_segment(contents.target)
        item = next((item for item in self._listed if str(item["name"]).lower() == name.lower()), None)
        if item is None:
            return Taken(name, contents.target, conflicts=(_gone(name, contents.target),))
        runbook = runbook_reading.read(self._call, item)
        if isinstance(runbook, Decision):
            return Taken(name, contents.target, unread=runbook.findings)
        self._read[runbook.name.lower()] = runbook
        now = Standing(runbook.name, runbook.target, _digest(runbook.published), _digest(runbook.draft))
        keep = self._call.parameters["pending_draft"] == "keep"
        return take_back(now, contents, keep_drafts=keep, why_lacking=partial(self._why_lacking, now))

    def _why_lacking(self, now: Standing, name: str) -> str | None:
        """Tell why the ledger does not hold a content; what the runbook holds right now is put there before."""
        if name in (now.published, now.draft):
            return None
        try:
            _ledger.read_blob(self._call.ledger, name)
        except LedgerError as error:
            return str(error)
        return None

    def _decision(self, taken: Taken) -> Decision:
        """Return it as what is written of runbooks elsewhere (runbook_writing)."""
        runbook = self._read.get(taken.name.lower())
        return Decision(
            runbook=taken.name,
            type=runbook.type if runbook else "",
            state=runbook.state if runbook else "",
            target=runbook.target if runbook else taken.target,
            verdict="",
            changes=taken.changes,
            set_aside=taken.set_aside,
            planned=taken.published,
        )

    def _part(self, snapshot: Snapshot) -> Part:
        lacking = [
            Said(RUNBOOK, one.target, STEP, finding("RA844", one.target, runbook=one.name, reason=one.lacking[0][1]))
            for one in self._taken
            if one.lacking
        ]
        unread = [Said(RUNBOOK, one.target, STEP, said) for one in self._taken for said in one.unread]
        links = [replace(change, wave=RUNBOOKS) for change in snapshot.missing_changes]
        conflicts = [Said(RUNBOOK, one.target, STEP, said) for one in self._taken for said in one.conflicts]
        return Part(
            changes=(*(change for one in self._taken for change in one.changes), *links),
            findings=(*(said for one in self._taken for said in one.findings), *snapshot.findings),
            not_restored=tuple(lacking),
            conflicts=tuple(conflicts),
            pending=tuple(unread),
            diffs=tuple(self._diffs()) if self._call.diff_mode else (),
        )

    def _diffs(self) -> list[dict[str, Any]]:
        diffs = []
        for one in self._taken:
            if one.diff_of is not None:
                before, after = (self._content(one, name) for name in one.diff_of)
                if before is not None and after is not None:
                    diffs.append({"prepared": masked_diff(one.name, before, after)})
        return diffs

    def _content(self, taken: Taken, name: str) -> bytes | None:
        runbook = self._read[taken.name.lower()]
        for content in (runbook.published, runbook.draft):
            if content is not None and digest(content) == name:
                return content
        try:
            return _ledger.read_blob(self._call.ledger, name)
        except LedgerError:
            return None

    @property
    def counts(self) -> dict[str, int]:
        """How many runbooks are to be taken back, and how many are as they were."""
        return {"changed": sum(bool(one.changes) for one in self._taken), "back": sum(one.back for one in self._taken)}

    def contents_after(self) -> dict[str, str]:
        """Return the digests of the published contents that are taken back, by lower-case name of the runbook."""
        return {one.name.lower(): one.published for one in self._taken if one.published is not None}

    def known(self, name: str) -> bytes | None:
        """Return the published content of a runbook that was read, by its lower-case name."""
        runbook = self._read.get(name)
        return runbook.published if runbook else None

    def keep(self) -> None:
        """Put what is about to be replaced into the ledger, and record the links of what is about to be published."""
        call = self._call
        if call.journal is None or self._snapshot is None:
            return
        for one in self._taken:
            if one.settles is not None:
                call.journal.note(DRAFT_SETTLED, {"runbook": one.target, "draft": one.settles})
            runbook = self._read.get(one.name.lower())
            for content in (runbook.published, runbook.draft) if runbook and one.changes else ():
                if content is not None:
                    call.journal.save_blob(content)
        dependants.keep(call, self._snapshot)

    def now(self, change: Change) -> Any:
        """Return the digest of a content, or a link, as it is now; what is about to be published must be the draft."""
        return self._hands.reread(change) if self._hands else None

    def write(self, change: Change) -> None:
        """Make one change."""
        if self._hands:
            self._hands.write(change)

    def verify(self) -> None:
        """Raise StepError for runbooks that, read back, are not in the planned state."""
        runbook_writing.refuse_difference(self._call, self._decisions)

    def compare_links(self, outcome: Outcome) -> Repaired:
        """Compare links and webhooks after publishing, and make again what was lost."""
        return dependants.compare_and_repair(self._call, self._snapshot, outcome) if self._snapshot else Repaired()


def _digest(content: bytes | None) -> str | None:
    return None if content is None else digest(content)


def _gone(name: str, target: str) -> Finding:
    return finding("RA850", target, what=f"Runbook {name}")
