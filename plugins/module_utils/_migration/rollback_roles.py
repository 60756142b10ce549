# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Taking back role assignments: those that the migration gave go, those that it took away come back.

Names are computed from scope, role and principal, so what is found under one is what was
written, unless somebody changed its condition, or made it anew (contract 4.1).
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from .._azure import authorization, directory
from .._azure.errors import Absent, Conflict, Failed, Forbidden
from .._azure.ids import last_segment
from .._azure.session import Session
from .._finding import finding
from .._step import Change, StepError, in_parallel
from .access_model import assignment_of, same_condition
from .access_part import ROLE_ASSIGNMENT
from .access_writing import request_properties
from .limit_plan import ROLE_ASSIGNMENT as RUN_AS_ROLE_ASSIGNMENT
from .rollback_chains import Undo
from .rollback_part import ACCESS, ASSETS, Part, Said, change_back, diff_of
from .unread import Unread
from .waiting import came_true

Json = Mapping[str, Any]

_NEEDS = "Owner, User Access Administrator or Role Based Access Control Administrator at the scope"


class RoleAssignments:
    """The role assignments of the identity and, where they went with it, of the Run As account.

    ``timeout`` is in seconds, for a principal that Azure does not know yet. ``restored`` are the principals that come
    back in this run.
    """

    kinds = frozenset({ROLE_ASSIGNMENT, RUN_AS_ROLE_ASSIGNMENT})

    def __init__(self, session: Session, max_parallel: int, timeout: float, restored: frozenset[str]) -> None:
        self._session = session
        self._max_parallel = max_parallel
        self._timeout = timeout
        self._restored = restored

    def plan(self, undos: Sequence[Undo]) -> Part:
        """Return what is to be done about each role assignment."""
        return Part.joined(in_parallel(self._planned, undos, self._max_parallel))

    def _planned(self, undo: Undo) -> Part:
        state = undo.start or _last_state(undo)
        try:
            now = self._read(undo.target, state)
        except Forbidden as error:
            return self._unread(undo, state, error)
        if undo.is_start(now):
            return Part(back=(undo,))
        if not undo.is_ours(now):
            return _changed(undo, state)
        if undo.start is None:
            change = change_back(undo, now, ACCESS, action="delete")
            return Part(changes=(change,), diffs=(diff_of(change),))
        return self._given_again(undo, now)

    def _given_again(self, undo: Undo, now: Any) -> Part:
        principal = str(undo.start["principal_id"]).lower()
        if undo.kind == RUN_AS_ROLE_ASSIGNMENT and principal not in self._restored and not self._is_there(principal):
            facts = {"role": undo.start["role"], "scope": undo.start["scope"], "principal": principal}
            said = Said(undo.kind, undo.target, undo.step, finding("RA851", undo.target, **facts))
            return Part(not_restored=(said,))
        wave = ASSETS if undo.kind == RUN_AS_ROLE_ASSIGNMENT else ACCESS
        change = change_back(undo, now, wave, action="create")
        return Part(changes=(change,), diffs=(diff_of(change),))

    def _is_there(self, principal: str) -> bool:
        """Tell whether a principal is there; one that may not be read is tried."""
        try:
            directory.get_service_principal(self._session, principal)
        except Absent:
            return False
        except Forbidden:
            return True
        return True

    def _unread(self, undo: Undo, state: Json, error: Forbidden) -> Part:
        unread = Unread.of(f"Whether {state['role']} at {state['scope']} is there", undo.target, error)
        said = Said(undo.kind, undo.target, undo.step, unread.finding(), removal_command(undo.target))
        return Part(pending=(said,))

    def now(self, change: Change) -> Any:
        """Return a role assignment as it is now."""
        return self._read(change.target, change.before or change.after)

    def _read(self, target: str, planned: Json) -> dict[str, Any] | None:
        item = authorization.get_assignment(self._session, planned["scope"], last_segment(target))
        if item is None:
            return None
        there = assignment_of(item)
        same = same_condition(there.condition, planned["condition"])
        return {
            **planned,
            "role_definition": there.role,
            "principal_id": there.principal_id,
            "condition": planned["condition"] if same else there.condition,
            "condition_version": planned["condition_version"] if same else there.condition_version,
            "description": there.description,
        }

    def write(self, change: Change) -> Json:
        """Delete a role assignment, or give it again under the name that it had."""
        try:
            if change.after is None:
                authorization.delete_assignment(self._session, change.before["scope"], last_segment(change.target))
            else:
                self._put(change)
        except Forbidden as error:
            raise _explained(change, error) from None
        return {}

    def _put(self, change: Change) -> None:
        after = change.after
        properties = request_properties(after)

        def given() -> bool:
            try:
                authorization.put_assignment(self._session, after["scope"], last_segment(change.target), properties)
            except (Failed, Absent) as error:
                if error.code != "PrincipalNotFound":
                    raise
                return False
            except Conflict as error:
                if error.code != "RoleAssignmentExists" or self.now(change) is None:
                    raise
            return True

        if not came_true(given, self._timeout):
            raise StepError(
                f"{after['role']} at {after['scope']} was not given again: Azure did not know principal "
                f"{after['principal_id']} after {self._timeout:g} seconds. Run again, or raise replication_timeout."
            )


def removal_command(target: str) -> str:
    """Return the command that takes a role assignment away, for somebody who may."""
    return shlex.join(["az", "role", "assignment", "delete", "--ids", target])


def _last_state(undo: Undo) -> Json:
    state: Json = next(state for state in reversed(undo.states) if state is not None)
    return state


def _changed(undo: Undo, state: Json) -> Part:
    what = f"The role assignment of {state['role']} at {state['scope']}"
    return Part(conflicts=(Said(undo.kind, undo.target, undo.step, finding("RA840", undo.target, what=what)),))


def _explained(change: Change, error: Forbidden) -> Forbidden:
    state = change.before or change.after
    done, right = ("taken away", "delete") if change.after is None else ("given again", "write")
    return Forbidden(
        f"{state['role']} at {state['scope']} could not be {done}: {error} The login needs "
        f"Microsoft.Authorization/roleAssignments/{right} there: {_NEEDS}.",
        status=error.status,
        code=error.code,
        detail=error.detail,
    )
