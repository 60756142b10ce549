# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The roles of the identity for Site Recovery: read, planned, written and read back.

A mapping is moved only where its identity can have its role: where the login may not give it, or nobody knows whether
the identity has it, the mappings of that vault stay as they are.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .._azure import authorization, permissions
from .._azure.errors import Absent, Conflict, Failed, Forbidden
from .._azure.ids import last_segment, normal_id
from .._azure.session import Session
from .._finding import Finding, finding
from .._step import Change, StepError, in_parallel
from .access_lists import Lists
from .access_model import Assignment, assignment_of
from .access_part import HandOver
from .access_roles import role_hand_over
from .access_writing import Writer
from .actions import allows
from .site_recovery_model import Vault
from .site_recovery_plan import Blocked, Decided
from .site_recovery_roles import Holder, Place, RolePlan, assignment_state, ours_of, plan_place, scopes_of
from .waiting import came_true, pauses

_GIVE = "Microsoft.Authorization/roleAssignments/write"

Judged = Sequence[tuple[Vault, Sequence[Decided]]]


@dataclass(frozen=True)
class RoleWishes:
    """What the task wants of roles."""

    scope: str
    lower: bool


@dataclass(frozen=True)
class Access:
    """What becomes of roles, and of mappings once it is known which of them can have theirs."""

    judged: Judged
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    hand_over: tuple[HandOver, ...] = ()
    scopes: tuple[str, ...] = ()

    @property
    def decided(self) -> list[Decided]:
        """What becomes of each mapping."""
        return [one for dummy, decided in self.judged for one in decided]


@dataclass
class Roles:
    """Plans the roles of one identity. ``records`` are those of the account's journal, ``step`` is this step's name.

    ``expected`` are role assignments that it will hold by then, though Azure does not know of them yet.
    """

    session: Session
    holder: Holder
    wishes: RoleWishes
    records: Sequence[Mapping[str, Any]]
    step: str
    max_parallel: int
    expected: tuple[Assignment, ...] = ()
    _held: dict[str, list[Assignment] | Exception] = field(default_factory=dict)

    def plan(self, judged: Judged) -> Access:
        """Return what becomes of roles and mappings."""
        blocked = Blocked()
        places = self._places(judged, blocked)
        plans = {place.scope: self._plan(place) for place in places}
        refused = self._refused(plans)
        hand_over = []
        for place in places:
            if place.scope in refused:
                first = refused[place.scope]
                hand_over.append(_asked(first))
                self._block(blocked, place, first)
        left = [(vault, blocked.apply(decided)) for vault, decided in judged]
        again = [place for place in self._places(left, Blocked()) if place.scope not in refused]
        final = [self._plan(place) for place in again]
        findings = [item for plan in final for item in plan.findings]
        findings += [found for dummy, found in blocked.reasons.values()]
        return Access(
            left,
            tuple(change for plan in final for change in plan.changes),
            tuple(dict.fromkeys(findings)),
            tuple(hand_over),
            tuple(place.scope for place in again),
        )

    def _places(self, judged: Judged, blocked: Blocked) -> list[Place]:
        """Return where the identity needs its role, with what it holds there; vaults of which nobody knows are blocked.

        What is blocked has no place, so that no role is given for its sake.
        """
        wanted: dict[str, tuple[str, list[Vault], bool]] = {}
        for vault, decided in judged:
            using = [one for one in decided if one.needs_identity]
            scopes = scopes_of(vault, self.wishes.scope) if using else ()
            if scopes is None:
                reason = next((item.reason for item in vault.unread), "its machines could not be read.")
                self._block_vault(blocked, vault, reason)
                continue
            for scope in scopes:
                kept, vaults, moves = wanted.setdefault(normal_id(scope), (scope, [], False))
                moves = moves or any(one.is_written for one in using)
                wanted[normal_id(scope)] = (kept, [*vaults, vault], moves)
        self._read([scope for scope, dummy, dummy2 in wanted.values()])
        places = []
        for scope, vaults, moves in wanted.values():
            held = self._held[scope]
            if isinstance(held, Exception):
                for vault in vaults:
                    self._block_vault(blocked, vault, str(held))
                continue
            places.append(Place(scope, tuple(vaults), moves, (*held, *self.expected)))
        return places

    def _read(self, scopes: Sequence[str]) -> None:
        """Read what the identity holds at scopes, each once. One that Azure has not made yet holds nothing."""
        new = [scope for scope in scopes if scope not in self._held]
        self._held |= dict(zip(new, in_parallel(self._read_one, new, self.max_parallel), strict=True))

    def _read_one(self, scope: str) -> list[Assignment] | Exception:
        if self.holder.principal_id is None:
            return []
        try:
            items = authorization.list_for_principal(self.session, scope, self.holder.principal_id)
        except (Forbidden, Absent, Conflict, Failed) as error:
            return error
        return [assignment_of(item) for item in items]

    def _plan(self, place: Place) -> RolePlan:
        principal = self.holder.principal_id
        ours = ours_of(self.records, self.step, place.held, principal) if principal else set()
        return plan_place(self.holder, place, frozenset(ours), lower=self.wishes.lower)

    def _refused(self, plans: Mapping[str, RolePlan]) -> dict[str, Change]:
        """Return the first role that would be given at each scope where the login may give none."""
        given = {scope: first for scope, plan in plans.items() if (first := _first_given(plan)) is not None}
        may = in_parallel(self._may_give, list(given), self.max_parallel)
        return {scope: first for (scope, first), allowed in zip(given.items(), may, strict=True) if not allowed}

    def _may_give(self, scope: str) -> bool:
        """Tell whether the login may give roles at a scope; where that cannot be read, the write will tell."""
        try:
            entries = permissions.list_permissions(self.session, scope)
        except (Forbidden, Absent, Conflict, Failed):
            return True
        return any(allows(entry, _GIVE) for entry in entries)

    def _block(self, blocked: Blocked, place: Place, change: Change) -> None:
        name = last_segment(self.holder.account_id)
        for vault in place.vaults:
            facts = {"account": name, "role": change.after["role"], "scope": place.scope, "vault": vault.name}
            reason = ("the login may not give the identity its role", finding("RA708", vault.id, **facts))
            blocked.reasons.setdefault(normal_id(vault.id), reason)

    def _block_vault(self, blocked: Blocked, vault: Vault, reason: str) -> None:
        found = finding(
            "RA709", vault.id, account=last_segment(self.holder.account_id), vault=vault.name, reason=reason
        )
        blocked.reasons.setdefault(normal_id(vault.id), ("where the identity needs its role is not known", found))


def _first_given(plan: RolePlan) -> Change | None:
    return next((change for change in plan.changes if change.action == "create"), None)


def _asked(change: Change) -> HandOver:
    reason = "The identity updates the agents of Site Recovery there, and the login may not give roles at that scope."
    return replace(role_hand_over(change), reason=reason)


def asked_for(changes: Sequence[Change]) -> list[HandOver]:
    """Return what to ask of an owner for roles that Azure refused to give."""
    return [_asked(change) for change in changes if change.action == "create"]


class RoleHands:
    """Gives and takes role assignments of one identity; used by several threads.

    ``timeout`` is in seconds: for how long a fresh identity is waited for, and a fresh role assignment.
    """

    def __init__(
        self, session: Session, holder: Holder, scopes: Sequence[str], timeout: float, max_parallel: int
    ) -> None:
        self._session = session
        self._holder = holder
        self._timeout = timeout
        lists = Lists(session, holder.principal_id, max_parallel)
        lists.read(scopes)
        self._writer = Writer(session, lists, timeout)
        self._created: set[str] = set()

    @property
    def findings(self) -> list[Finding]:
        """What was found while writing."""
        return self._writer.findings

    def reread(self, change: Change) -> Any:
        """Return the target of a change as it is now, in the shape of its ``before``."""
        if change.action == "create":
            return self._writer.reread(change)
        for pause in pauses(self._timeout if change.target in self._created else 0.0):
            there = self._there(change.before["scope"], change.target)
            if there is not None:
                return self._state(there)
            time.sleep(pause)
        return None

    def write(self, change: Change) -> Mapping[str, Any]:
        """Make a change. What was given is read back until it is seen."""
        if change.action == "delete":
            scope, name = change.before["scope"], last_segment(change.target)
            return {"was_there": authorization.delete_assignment(self._session, scope, name)}
        facts = self._give(change)
        self._created.add(change.target)
        if not came_true(lambda: self._there(change.after["scope"], facts["id"]) is not None, self._timeout):
            raise StepError(
                f"{change.after['role']} at {change.after['scope']} was assigned, but cannot be read back after "
                f"{self._timeout:g} seconds. No mapping was written without it. Run again, or raise "
                "replication_timeout."
            )
        return facts

    def _give(self, change: Change) -> Mapping[str, Any]:
        try:
            return self._writer.write(change)
        except Forbidden as error:
            raise Forbidden(
                f"{error} Let the login give roles there, or have it done by the command under hand_over; no mapping "
                "was written without it.",
                status=error.status,
                code=error.code,
                detail=error.detail,
            ) from None

    def _there(self, scope: str, target: str) -> Assignment | None:
        item = authorization.get_assignment(self._session, scope, last_segment(target))
        return assignment_of(item) if item is not None else None

    def _state(self, there: Assignment) -> dict[str, Any]:
        state = assignment_state(self._holder, there.scope, there.role)
        return state | {
            "principal_id": there.principal_id,
            "condition": there.condition,
            "condition_version": there.condition_version,
            "description": there.description,
        }
