# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""What copy_runas_roles says in the end: what was copied and what not, and how both principals compare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .._azure.ids import last_segment
from .._finding import Finding
from .._step import Change, Outcome, Plan
from ._call import Call
from .access_copy import Copy
from .access_part import KINDS, Copying, HandOver, Target
from .access_proof import EVENT, prove
from .chosen_identity import SYSTEM
from .hand_over import file_name, write_hand_over
from .unread import is_unread


def diffs_of(copy: Copy, target: Target) -> tuple[Mapping[str, Any], ...]:
    """Return the entry of diff mode: what the identity holds, before and after."""
    part = copy.part
    if not part.changes:
        return ()
    header = f"{target.account.name} access of the identity {target.identity}"
    before = [_line(entry) for entry in part.unchanged]
    after = before + [_line(copy.right_of(change).as_dict()) for change in part.changes]
    return (
        {
            "before_header": header,
            "after_header": header,
            "before": {"access": sorted(before)},
            "after": {"access": sorted(after)},
        },
    )


def once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings without those that say of the same thing again that it could not be read."""
    told: dict[object, Finding] = {}
    for item in findings:
        # The reason names whose role assignments were asked for, and differs; what could not be read does not.
        key = (item.resource, item.sentence.partition(" could not be read")[0]) if is_unread(item) else item
        told.setdefault(key, item)
    return tuple(told.values())


def _line(entry: Mapping[str, Any]) -> str:
    condition = f" if {entry['condition']}" if entry["condition"] else ""
    return f"{entry['role']} at {entry['scope']}{condition}"


def facts_of(
    call: Call, copying: Copying, plan: Plan, copy: Copy, outcome: Outcome, known: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return the step's own result keys; what another process had made counts as unchanged.

    ``known`` is the comparison that the ledger recorded last.
    """
    made = [(change, change.target) for change in plan.changes] if call.check_mode else []
    there: list[tuple[Change, str]] = []
    for done in outcome.done:
        (made if done.facts["created"] else there).append((done.change, done.facts["id"]))
    findings = (*plan.findings, *copy.findings)
    asked = copy.hand_over(outcome)
    return {
        "changed": bool(made),
        "changes": [change.as_dict() for change, dummy in made],
        "findings": [item.as_dict() for item in findings],
        "partial": not outcome.complete or bool(asked) or any(is_unread(item) for item in findings),
        "source": [source.as_dict() for source in copying.sources],
        "identity": _identity(copying.target),
        "copied": [_shown(copy, *one) for one in made],
        "unchanged": [*copy.part.unchanged, *(_shown(copy, *one) for one in there)],
        "not_copied": list(copy.part.not_copied),
        "hand_over": [entry.as_dict() for entry in asked],
        "hand_over_file": _handed_over(call, copying, asked),
        "proof": _proof(call, copy, outcome, known, whole=not any(is_unread(item) for item in findings)),
    }


def _handed_over(call: Call, copying: Copying, asked: Sequence[HandOver]) -> str | None:
    """Write the hand-over file, but for check mode, whose commands could not name a principal that is to come."""
    if call.check_mode:
        return None
    identity = copying.target.identity
    name = file_name(
        "" if identity == SYSTEM else last_segment(identity),
        call.parameters["connection"] or "",
        "" if copying.choices.kinds == frozenset(KINDS) else "_".join(sorted(copying.choices.kinds)),
    )
    path = write_hand_over(call.ledger, name, copying.target, asked)
    return str(path) if path else None


def _shown(copy: Copy, change: Change, arm_id: str) -> dict[str, Any]:
    return {**copy.right_of(change).as_dict(), "id": arm_id}


def _proof(
    call: Call, copy: Copy, outcome: Outcome, known: Mapping[str, Any] | None, *, whole: bool
) -> dict[str, Any] | None:
    """Compare both principals, and keep it in the ledger where that is news; None where it could not be read back."""
    held = copy.held(outcome, check_mode=call.check_mode)
    if held is None or not copy.part.fates:
        return None
    proof = {**prove(copy.part.fates, held, copy.roles).as_dict(), "whole": whole}
    if not call.check_mode and proof != known:
        call.record.note(EVENT, {"proof": proof})
    return proof


def _identity(target: Target) -> dict[str, Any]:
    system = target.identity == SYSTEM
    return {
        "type": "SystemAssigned" if system else "UserAssigned",
        "id": None if system else target.identity,
        "principal_id": target.principal_id,
    }
