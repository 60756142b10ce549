# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Creating role assignments for a principal that Azure may not know yet (azure-contracts, section 4.1)."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from .._azure import authorization
from .._azure.errors import Conflict, Failed
from .._azure.ids import last_segment
from .._azure.session import Session
from .._finding import Finding, finding
from .._step import Change, ChangeConflict, StepError
from .access_lists import Lists
from .access_model import Assignment, assignment_of, definition_id, same_condition
from .waiting import pauses


class Writer:
    """Creates the planned role assignments; used by several threads, each with changes of its own.

    ``replication_timeout`` is in seconds, per role assignment.
    """

    def __init__(self, session: Session, lists: Lists, replication_timeout: float) -> None:
        self._session = session
        self._lists = lists
        self._timeout = replication_timeout
        self._found: dict[str, str] = {}
        self.findings: list[Finding] = []

    def reread(self, change: Change) -> dict[str, Any] | None:
        """Return the role assignment as it is now: None where it is not there, or is just what is planned.

        The plan's lists may be older, and lag behind (section 4.1): so what an earlier run of ours made moments ago is
        found here, and what somebody else made.
        """
        wanted = Assignment("", change.after["scope"], change.after["role_definition"], "").key
        now = next((item for item in self._lists.now() if item.key == wanted), None)
        if now is None or self._is_as_planned(change, now):
            return None
        return {"id": now.id, "condition": now.condition}

    def write(self, change: Change) -> dict[str, Any]:
        """Create the role assignment and return its id, and whether it was created by this run."""
        if change.target not in self._found:
            try:
                self._put(change)
            except Conflict as error:
                self._accept_existing(change, error)
        return {"id": self._found.get(change.target, change.target), "created": change.target not in self._found}

    def _put(self, change: Change) -> None:
        """PUT, and again for as long as Azure does not know the principal; no other refusal is repeated here."""
        after = change.after
        for pause in pauses(self._timeout):
            try:
                authorization.put_assignment(
                    self._session, after["scope"], last_segment(change.target), request_properties(after)
                )
                return
            except Failed as error:
                if error.code != "PrincipalNotFound":
                    raise
            time.sleep(pause)
        raise StepError(
            f"{after['role']} at {after['scope']} was not assigned: Azure did not know principal "
            f"{after['principal_id']} after {self._timeout:g} seconds. A fresh identity can take minutes; run again, "
            "or raise replication_timeout."
        )

    def _accept_existing(self, change: Change, error: Conflict) -> None:
        """Take what is there already, under another name, if it is the same.

        Its id in the message has no dashes (section 4.1) and says nothing of its
        condition, so the list is read.
        """
        if error.code != "RoleAssignmentExists":
            raise error
        after = change.after
        items = authorization.list_for_principal(self._session, after["scope"], after["principal_id"])
        for assignment in (assignment_of(item) for item in items):
            if _is_role(assignment, after):
                self._accept(change, assignment)
                return
        raise ChangeConflict(
            f"{error} It cannot be read yet: somebody else made it moments ago. Run again to compare it."
        )

    def _accept(self, change: Change, there: Assignment) -> None:
        if self._is_as_planned(change, there):
            return
        after = change.after
        other = finding("RA306", there.id, role=after["role"], scope=after["scope"], existing=there.id)
        self.findings.append(other)
        raise ChangeConflict(other.sentence)

    def _is_as_planned(self, change: Change, there: Assignment) -> bool:
        if not _is(there, change.after):
            return False
        self._found[change.target] = there.id
        return True


def request_properties(after: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties of the PUT; with principalType Azure does not look the principal up (section 4.1)."""
    properties = {
        "roleDefinitionId": definition_id(after["scope"], after["role_definition"]),
        "principalId": after["principal_id"],
        "principalType": after["principal_type"],
        "condition": after["condition"],
        "conditionVersion": after["condition_version"],
        "description": after["description"],
    }
    return {name: value for name, value in properties.items() if value is not None}


def _is(assignment: Assignment, after: Mapping[str, Any]) -> bool:
    return _is_role(assignment, after) and same_condition(assignment.condition, after["condition"])


def _is_role(assignment: Assignment, after: Mapping[str, Any]) -> bool:
    wanted = Assignment("", after["scope"], after["role_definition"], after["principal_id"])
    return assignment.key == wanted.key and assignment.principal_id.lower() == wanted.principal_id.lower()
