# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Writing custom roles and replacing role assignments, with the waits that replication needs (contract 4.1, 4.8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

from .._azure import authorization
from .._azure.errors import Absent, AzureError, Conflict, Failed, Forbidden
from .._azure.ids import last_segment
from .._azure.session import Session
from .._finding import Finding, finding
from .._step import Change, Plan, StepError
from .access_model import Assignment, assignment_of, same_condition
from .access_writing import request_properties as assignment_properties
from .limit_plan import CREATE, DELETE, ROLE_DEFINITION
from .limit_role import State, has_all, is_of_this_kind, merged, request_properties, role_state
from .waiting import came_true

# What Azure answers while it does not know a role yet, or where it can be assigned (contract 4.8).
_NOT_YET = ("RoleDefinitionDoesNotExist", "RoleAssignmentScopeNotAssignableToRoleDefinition")
_THERE = "RoleAssignmentExists"
_IN_USE = "RoleDefinitionHasAssignments"
# A 403 that no right of the login helps against (contract 4.5).
_DENIED_BY_POLICY = "RequestDisallowedByPolicy"
_DEFINITIONS = "/providers/Microsoft.Authorization/roleDefinitions/"


Alone = Callable[[], AbstractContextManager[None]]


class Replacer:
    """Carries out a plan of ``limit_plan`` or ``limit_restoring``; used by several threads.

    ``covers`` maps the id of a role assignment that goes to the one that has to be there first. ``timeout`` is in
    seconds, for each thing that is waited for. ``alone`` holds the lock that all accounts of a ledger share: who
    changes the custom role, which is theirs together, holds it.
    """

    def __init__(self, session: Session, covers: Mapping[str, Mapping[str, Any]], timeout: float, alone: Alone) -> None:
        self._session = session
        self._alone = alone
        self._covers = covers
        self._timeout = timeout
        self._settled: set[str] = set()
        self.findings: list[Finding] = []

    def made(self, change: Change) -> bool:
        """Tell whether this run made a change, and not somebody else before it, or nobody."""
        return change.target not in self._settled

    def reread(self, change: Change) -> Any:
        """Return the target as it is now. What is as planned already counts as unchanged, and is not written again.

        Nothing is taken away before what replaces it can be read: raises StepError where it cannot.
        """
        if change.kind == ROLE_DEFINITION:
            return self._reread_definition(change)
        now = self._assignment(change)
        if now == change.after:
            self._settled.add(change.target)
            return change.before
        if change.target in self._covers:
            self._require_cover(change)
        return now

    def _reread_definition(self, change: Change) -> State | None:
        """What others add to a role meanwhile is no conflict: what is to be written is merged with it."""
        now = self._definition(change.target)
        if change.after is None:
            if now is None:
                self._settled.add(change.target)
            return now or change.before
        if has_all(now, change.after):
            self._settled.add(change.target)
        return change.before if now is None or is_of_this_kind(now) else now

    def write(self, change: Change) -> dict[str, Any]:
        """Make a change, unless it is there already; tell whether this run made it."""
        if self.made(change):
            write = self._write_definition if change.kind == ROLE_DEFINITION else self._write_assignment
            write(change)
        return {"made": self.made(change)}

    def verify(self, plan: Plan) -> None:
        """Read back until all is as planned. Raises StepError, naming what is not within the time."""
        for change in plan.changes:
            if not self.made(change):
                continue
            if not came_true(partial(self._is_as_planned, change), self._timeout):
                raise StepError(
                    f"Azure answered that it was done, but {change.target} is not as planned after {self._timeout:g} "
                    "seconds. The state before is in the ledger. Run again to see whether it is by then."
                )

    def _is_as_planned(self, change: Change) -> bool:
        if change.kind != ROLE_DEFINITION:
            return bool(self._assignment(change) == change.after)
        if change.after is None:
            return self._definition(change.target) is None
        # The next run looks for the role by its name.
        listed = authorization.find_definitions(self._session, _scope_of(change.target), change.after["name"])
        return any(has_all(role_state(item), change.after) for item in listed)

    def _definition(self, target: str) -> State | None:
        try:
            return role_state(authorization.get_definition(self._session, _scope_of(target), last_segment(target)))
        except Absent:
            return None

    def _assignment(self, change: Change) -> Mapping[str, Any] | None:
        """Return a role assignment in the shape of a change; names and types that follow from ids are as planned."""
        planned = change.after or change.before
        item = authorization.get_assignment(self._session, planned["scope"], last_segment(change.target))
        return None if item is None else {**planned, **_compared(assignment_of(item), planned)}

    def _require_cover(self, change: Change) -> None:
        cover, gone = self._covers[change.target], change.before
        if came_true(lambda: self._is_held(cover), self._timeout):
            return
        raise StepError(
            f"{gone['role']} at {gone['scope']} was left: {cover['role']}, which replaces it, cannot be read there "
            f"after {self._timeout:g} seconds. Run again; both are assigned until then."
        )

    def _is_held(self, wanted: Mapping[str, Any]) -> bool:
        items = authorization.list_for_principal(self._session, wanted["scope"], wanted["principal_id"])
        return any(_is(assignment_of(item), wanted) for item in items)

    def _write_definition(self, change: Change) -> None:
        scope, guid = _scope_of(change.target), last_segment(change.target)
        try:
            if change.action == DELETE:
                self._delete_definition(change, scope, guid)
            else:
                self._put_definition(change, scope, guid)
        except Forbidden as error:
            if error.code == _DENIED_BY_POLICY:
                raise
            state = change.after or change.before
            right = "delete" if change.action == DELETE else "write"
            raise StepError(
                f"The custom role {state['name']} may not be written: {error} The login needs "
                f"Microsoft.Authorization/roleDefinitions/{right} at each of {', '.join(state['assignable_scopes'])}; "
                "Owner and User Access Administrator have it."
            ) from None
        except (Conflict, Failed) as error:
            raise _explained(error, change) from None

    def _put_definition(self, change: Change, scope: str, guid: str) -> None:
        """Add to the role what lacks. A PUT replaces it as a whole, so other accounts wait until this one is read."""
        with self._alone():
            now = self._definition(change.target)
            if has_all(now, change.after):
                self._settled.add(change.target)
                return
            state = change.after if now is None else merged(now, change.after)
            authorization.put_definition(self._session, scope, guid, request_properties(state))
            came_true(lambda: has_all(self._definition(change.target), change.after), self._timeout)

    def _delete_definition(self, change: Change, scope: str, guid: str) -> None:
        """Role assignments that were just deleted may count for a while; others, that nobody could see, keep it."""

        def deleted() -> bool:
            try:
                authorization.delete_definition(self._session, scope, guid)
            except (Conflict, Failed) as error:
                if error.code != _IN_USE:
                    raise
                return False
            return True

        if not came_true(deleted, self._timeout):
            self._settled.add(change.target)
            why = "Azure says that role assignments of it stay"
            self.findings.append(finding("RA358", change.target, name=change.before["name"], why=why))

    def _write_assignment(self, change: Change) -> None:
        try:
            if change.action == CREATE:
                self._assign(change)
            else:
                authorization.delete_assignment(self._session, change.before["scope"], last_segment(change.target))
        except Forbidden as error:
            if error.code == _DENIED_BY_POLICY:
                raise
            created = change.action == CREATE
            state, right = (change.after, "write") if created else (change.before, "delete")
            raise StepError(
                f"{state['role']} at {state['scope']} could not be {'assigned' if created else 'removed'}: "
                f"{error} The login needs Microsoft.Authorization/roleAssignments/{right} there; Owner and User Access "
                "Administrator have it."
            ) from None

    def _assign(self, change: Change) -> None:
        after = change.after

        def assigned() -> bool:
            try:
                authorization.put_assignment(
                    self._session, after["scope"], last_segment(change.target), assignment_properties(after)
                )
            except Conflict as error:
                # Somebody made the same under another name (contract 4.1).
                if error.code != _THERE or not self._is_held(after):
                    raise
                self._settled.add(change.target)
            except (Absent, Failed) as error:
                if error.code not in _NOT_YET:
                    raise
                return False
            return True

        if not came_true(assigned, self._timeout):
            raise StepError(
                f"{after['role']} at {after['scope']} was not assigned: Azure did not know the role there after "
                f"{self._timeout:g} seconds. A fresh role can take minutes; run again, or raise replication_timeout."
            )


def _scope_of(target: str) -> str:
    return target.partition(_DEFINITIONS)[0]


def _compared(there: Assignment, planned: Mapping[str, Any]) -> dict[str, Any]:
    same = same_condition(there.condition, planned["condition"])
    return {
        "role_definition": there.role,
        "principal_id": there.principal_id,
        "condition": planned["condition"] if same else there.condition,
        "condition_version": planned["condition_version"] if same else there.condition_version,
        "description": there.description,
    }


def _is(assignment: Assignment, wanted: Mapping[str, Any]) -> bool:
    key = Assignment("", wanted["scope"], wanted["role_definition"], wanted["principal_id"]).key
    return assignment.key == key and same_condition(assignment.condition, wanted["condition"])


def _explained(error: AzureError, change: Change) -> AzureError | StepError:
    name = (change.after or change.before)["name"]
    if error.code == "RoleDefinitionWithSameNameExists":
        return StepError(
            f"A role named {name} is there, somewhere where this login cannot see it: names are unique in a tenant. "
            "Name another with role_name, or let the login read it."
        )
    if error.code == "RoleDefinitionLimitExceeded":
        return StepError(
            f"The custom role {name} was not made: the tenant has as many custom roles as Azure allows (5,000). Delete "
            "one that is not used, or name one of this kind with role_name."
        )
    return error
