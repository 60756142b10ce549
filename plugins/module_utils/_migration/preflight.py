# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Preflight: what the login that will migrate an account may do, before the first write.

Reads only. What may not be read is not known, and a finding; it is never held.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._azure import caller
from .._azure.ids import AccountId, same_id
from .._azure.session import Session
from .._finding import Finding, finding
from . import preflight_reading as reading
from .preflight_needs import Needs, azure_scopes, needed
from .preflight_obstacles import Lock, Policy, lock_findings, locked_steps, policy_findings
from .preflight_plan import (
    Grantor,
    GraphRights,
    Judged,
    Rights,
    anything_known,
    judge,
    lack_findings,
    missing,
    only_reads,
    shown_steps,
)

Json = dict[str, Any]


def read_preflight(
    session: Session, account: AccountId, needs: Needs, *, principal_id: str | None, max_parallel: int
) -> tuple[Json, list[Finding]]:
    """Return the ``preflight`` part of an assessment, and its findings.

    It is the session's own login that is judged, as Azure itself tells what it may do; with ``principal_id``, the
    object id of another login, it is that one, by its role assignments. Findings of severity error mean that a step
    would fail. Raises Throttled, LoginFailed and Unreachable; what is only forbidden or gone is a finding.
    """
    me = caller.find_bearer(session)
    other = None if principal_id is None or same_id(principal_id, me.object_id) else principal_id
    seen = _read(session, account, needs, other, max_parallel)
    judged = judge(needed(account.arm_id, needs), seen.rights, seen.graph)
    reads_only = principal_id is None and only_reads(judged)
    known = anything_known(judged) and not reads_only
    grantors, unread = _grantors(session, judged, other or me.object_id, max_parallel) if known else ({}, [])
    stopped = [(lock, locked_steps(lock, account.arm_id, needs)) for lock in seen.locks]
    stopping = [(lock, steps) for lock, steps in stopped if steps]
    findings = [
        *seen.findings,
        *unread,
        *([finding("RA911", account.arm_id)] if reads_only else []),
        *(lack_findings(account.arm_id, judged, grantors) if known else ()),
        *lock_findings(stopping),
        *policy_findings(seen.policies),
    ]
    return {
        "judged": known,
        "login": {
            "object_id": other or me.object_id,
            "application_id": None if other else me.application_id,
            "tenant_id": me.tenant_id,
        },
        "steps": shown_steps(needs, judged, known),
        "locks": [lock.as_dict() for lock, dummy in stopping],
        "policies": [item.as_dict() for item in seen.policies],
        "grantors": [item.as_dict() for item in dict.fromkeys(who for found in grantors.values() for who in found)],
    }, findings


class _Seen:
    """What was read, and what could not be."""

    def __init__(self) -> None:
        self.rights: dict[str, Rights] = {}
        self.graph = GraphRights(known=False)
        self.locks: list[Lock] = []
        self.policies: list[Policy] = []
        self.findings: list[Finding] = []


def _read(session: Session, account: AccountId, needs: Needs, other: str | None, max_parallel: int) -> _Seen:
    """Read everything that is not about who could help; nothing, where nothing has to be done."""
    wanted = needed(account.arm_id, needs)
    seen = _Seen()
    if not wanted:
        return seen
    scopes = azure_scopes(wanted)
    if other is None:
        seen.rights, unread = reading.read_rights(session, scopes, max_parallel)
    else:
        seen.rights, unread = reading.read_rights_of(session, scopes, other, max_parallel)
    seen.findings += unread
    if any(need.in_graph for need in wanted):
        seen.graph, unread = reading.read_graph_rights(session, other)
        seen.findings += unread
    asked = reading.lock_scopes(account.arm_id, [*needs.role_scopes, *needs.vaults])
    seen.locks, unread = reading.read_locks(session, asked, max_parallel)
    seen.findings += unread
    if needs.changes_identity:
        seen.policies, unread = reading.read_policies(session, account, needs)
        seen.findings += unread
    return seen


def _grantors(
    session: Session, judged: Sequence[Judged], login: str | None, max_parallel: int
) -> tuple[dict[str, list[Grantor]], list[Finding]]:
    """Return, by scope where something lacks, who may give out roles there; nothing is read where nothing lacks."""
    return reading.read_grantors(session, azure_scopes(missing(judged)), login, max_parallel)
