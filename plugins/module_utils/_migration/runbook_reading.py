# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Reading runbooks: which are meant, and what they hold; what is to be written or restored goes into the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

from .. import _ledger
from .._arguments import flat
from .._azure import automation
from .._azure.errors import Absent, AzureError, Conflict, Failed, Forbidden
from .._azure.ids import AccountId
from .._ledger import LedgerError
from .._masked_diff import masked_diff
from .._step import StepError
from ._call import Call
from .runbook_memory import NOTHING, Memory
from .runbook_plan import Decision, Runbook
from .unread import unread_finding

UNREADABLE = "unreadable"
NEW, PUBLISHED = "New", "Published"

# Errors that say something about one runbook; the others would meet every runbook.
_OF_ONE_RUNBOOK = (Forbidden, Absent, Conflict, Failed)


def chosen_runbooks(
    items: Sequence[Mapping[str, Any]], wanted: Sequence[str] | None, account: AccountId
) -> list[Mapping[str, Any]]:
    """Return the runbooks that are meant, by name; ``wanted`` holds names and patterns, None or [] means all.

    Raises StepError for a name that no runbook has. A pattern may match none.
    """
    names = flat(wanted or [])
    there = {str(item["name"]).lower() for item in items}
    absent = [name for name in names if not _is_pattern(name) and name.lower() not in there]
    if absent:
        raise StepError(
            f"Automation account {account.name} has no runbook named {', '.join(absent)}. Correct the option runbooks. "
            "Nothing was changed."
        )
    meant = [item for item in items if not names or _matches(str(item["name"]), names)]
    return sorted(meant, key=lambda item: str(item["name"]).lower())


def _is_pattern(name: str) -> bool:
    return any(char in name for char in "*?[")


def _matches(name: str, wanted: Sequence[str]) -> bool:
    return any(fnmatchcase(name.lower(), pattern.lower()) for pattern in wanted)


def read(call: Call, item: Mapping[str, Any], *, with_draft: bool = True) -> Runbook | Decision:
    """Return a runbook with what its state says there is; a decision to leave it alone where it cannot be read."""
    target = call.account.child("runbooks", str(item["name"]))
    try:
        return _read(call, item, target, with_draft=with_draft)
    except _OF_ONE_RUNBOOK as error:
        return _unreadable(item, target, error)


def _read(call: Call, item: Mapping[str, Any], target: str, *, with_draft: bool) -> Runbook:
    """Read what the state says there is (section 2.2); list items may be slim (section 2.1)."""
    session, account, name = call.session, call.account, str(item["name"])
    properties = item.get("properties") or {}
    if not properties.get("state") or not properties.get("runbookType"):
        properties = automation.get_runbook(session, account, name)["properties"]
    state = str(properties["state"])
    return Runbook(
        name=name,
        type=str(properties["runbookType"]),
        state=state,
        target=target,
        published=None if state == NEW else automation.published_content(session, account, name),
        draft=automation.draft_content(session, account, name) if with_draft and state != PUBLISHED else None,
    )


def _unreadable(item: Mapping[str, Any], target: str, error: AzureError) -> Decision:
    properties = item.get("properties") or {}
    said = unread_finding(f"Runbook {item['name']}", target, error)
    return Decision(
        runbook=str(item["name"]),
        type=str(properties.get("runbookType") or ""),
        state=str(properties.get("state") or ""),
        target=target,
        verdict=UNREADABLE,
        findings=(said,),
    )


def memory_of(call: Call, memories: Mapping[str, Memory], target: str) -> Memory:
    """Return what earlier runs did to a runbook; a draft that the ledger no longer holds cannot be put back."""
    memory = memories.get(target.lower(), NOTHING)
    if memory.saved is None:
        return memory
    try:
        _ledger.read_blob(call.ledger, memory.saved)
    except LedgerError:
        return replace(memory, lost=True)
    return memory


def stowed(call: Call, decision: Decision) -> Decision:
    """Put contents into the ledger (none in check mode), make the diff, and let go of the bytes."""
    if call.journal is not None and decision.changes:
        for content in (*decision.backup, *([decision.new] if decision.new is not None else [])):
            call.journal.save_blob(content)
    diff = None
    if call.diff_mode and decision.changes and decision.old is not None and decision.new is not None:
        diff = masked_diff(decision.runbook, decision.old, decision.new)
    return replace(decision, diff=diff, old=None, new=None, backup=())
