# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Writing runbooks: how each change reaches Azure, and what is read again before and after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._azure import automation
from .._azure.errors import Absent
from .._azure.ids import last_segment
from .._ledger import LedgerError
from .._step import Change, ChangeConflict, Hands, StepError, in_parallel
from ._call import Call
from .job_schedules import JOB_SCHEDULE, Link, link_hands
from .runbook_memory import DISCARD, DRAFT, DRAFT_SAVED, DRAFT_SETTLED, PUBLISHED, RESTORE
from .runbook_plan import Decision, digest
from .runbook_reading import NEW
from .runbook_reading import PUBLISHED as STATE_PUBLISHED

STATE_EDIT = "Edit"


def settle(call: Call, decisions: Sequence[Decision]) -> None:
    """Record which drafts that were set aside need not be put back any more."""
    if call.journal is None:
        return
    for decision in decisions:
        if decision.settled:
            call.journal.note(DRAFT_SETTLED, {"runbook": decision.target, "draft": decision.settled})


def hands(call: Call, decisions: Sequence[Decision], links: Mapping[str, Link]) -> Hands:
    """Return how the changes of runbooks, and of links that an earlier run lost, reach Azure."""
    by_target = {decision.target: decision for decision in decisions}
    of_links = link_hands(call.session, call.account, links)

    def reread(change: Change) -> Any:
        return of_links.reread(change) if change.kind == JOB_SCHEDULE else _reread(call, change)

    def write(change: Change) -> None:
        if change.kind == JOB_SCHEDULE:
            of_links.write(change)
        else:
            _write(call, change, by_target[change.target])

    return Hands(reread, write)


def _reread(call: Call, change: Change) -> str | None:
    """Return the digest of what is there now. What is about to be published is what was planned, or a conflict."""
    name = last_segment(change.target)
    if change.kind == DRAFT:
        return _draft_digest(call, name)
    if _digest_of_draft_content(call, name) != change.after:
        raise ChangeConflict(
            f"The draft of runbook {name} is not what was written any more; it was not published. Run again to plan on "
            "what is there now."
        )
    return _published_digest(call, name)


def _draft_digest(call: Call, name: str) -> str | None:
    """The state tells whether there is a draft (section 2.2)."""
    runbook = automation.get_runbook(call.session, call.account, name)
    if runbook["properties"].get("state") == STATE_PUBLISHED:
        return None
    return _digest_of_draft_content(call, name)


def _digest_of_draft_content(call: Call, name: str) -> str | None:
    try:
        return digest(automation.draft_content(call.session, call.account, name))
    except Absent:
        return None


def _published_digest(call: Call, name: str) -> str | None:
    try:
        return digest(automation.published_content(call.session, call.account, name))
    except Absent:
        return None


def _write(call: Call, change: Change, decision: Decision) -> None:
    if change.kind == PUBLISHED:
        _publish(call, change)
        return
    if change.action == DISCARD:
        automation.discard_draft(call.session, call.account, last_segment(change.target))
        return
    if change.action != RESTORE and decision.set_aside:
        _note(call, DRAFT_SAVED, {"runbook": change.target, "draft": decision.set_aside, "planned": decision.planned})
    _replace_draft(call, change)
    if change.action == RESTORE:
        _note(call, DRAFT_SETTLED, {"runbook": change.target, "draft": change.after})


def _replace_draft(call: Call, change: Change) -> None:
    name = last_segment(change.target)
    automation.replace_draft(call.session, call.account, name, _kept(call, change.after))
    if _digest_of_draft_content(call, name) != change.after:
        raise StepError(
            f"Azure holds other content as the draft of runbook {name} than was sent. It was not published; the draft "
            f"before is in the ledger as {change.before}."
        )


def _publish(call: Call, change: Change) -> None:
    name = last_segment(change.target)
    automation.publish_draft(call.session, call.account, name)
    if _published_digest(call, name) != change.after:
        raise StepError(
            f"Azure published other content of runbook {name} than was sent; the content before is in the ledger as "
            f"{change.before}. Check who else writes this runbook."
        )


def _kept(call: Call, name: str) -> bytes:
    try:
        return call.record.read_blob(name)
    except LedgerError as error:
        raise StepError(str(error)) from None


def _note(call: Call, event: str, facts: Mapping[str, Any]) -> None:
    call.record.note(event, facts)


def refuse_difference(call: Call, decisions: Sequence[Decision]) -> None:
    """Raise StepError for runbooks that, read back, are not in the state that was planned.

    Contents were compared after each write; the state tells whether a draft is there that should not be.
    """
    changed = [decision for decision in decisions if decision.changes]
    states = in_parallel(lambda decision: _state(call, decision), changed, call.max_parallel)
    wrong = [
        f"{decision.runbook} ({state}, planned: {planned_state(decision)})"
        for decision, state in zip(changed, states, strict=True)
        if state != planned_state(decision)
    ]
    if wrong:
        raise StepError(
            f"Runbooks of Automation account {call.account.name} are not in the planned state after the change: "
            f"{', '.join(wrong)}. Somebody else writes them; run again to see what is left."
        )


def _state(call: Call, decision: Decision) -> str:
    return str(automation.get_runbook(call.session, call.account, decision.runbook)["properties"].get("state"))


def planned_state(decision: Decision) -> str:
    """Return the state that a runbook has after its changes (section 2.2)."""
    if decision.state == NEW:
        return NEW
    last = decision.changes[-1]
    return STATE_PUBLISHED if last.kind == PUBLISHED or last.action == DISCARD else STATE_EDIT
