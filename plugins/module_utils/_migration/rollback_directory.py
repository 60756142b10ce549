# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Taking back what the identity was given in Microsoft Entra: app roles, directory roles, memberships."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .._azure import directory_access, directory_undo
from .._azure.caller import GraphClaims
from .._azure.errors import Absent, AzureError
from .._azure.session import Session
from .._finding import finding
from .._step import Change
from . import directory_claims
from .access_part import APP_ROLE, DIRECTORY_ROLE, GROUP
from .directory_reading import DirectoryReading, Holdings, Read, read_directory
from .directory_roles_plan import directory_role_of
from .groups_plan import groups_of
from .rollback_chains import Undo
from .rollback_part import ACCESS, Part, Said, change_back, diff_of
from .unread import Unread

Json = Mapping[str, Any]

_HOLDS: dict[str, Callable[[Holdings], Read]] = {
    APP_ROLE: lambda holdings: holdings.app_roles,
    DIRECTORY_ROLE: lambda holdings: holdings.directory_roles,
    GROUP: lambda holdings: holdings.direct,
}
_ASKS = {
    APP_ROLE: directory_access.ask_app_roles,
    DIRECTORY_ROLE: directory_access.ask_directory_roles,
    GROUP: directory_access.ask_direct_groups,
}
_NEEDS = {
    APP_ROLE: "Privileged Role Administrator",
    DIRECTORY_ROLE: "Privileged Role Administrator",
    GROUP: "Groups Administrator",
}


class DirectoryAccess:
    """What the identity holds in Microsoft Entra. ``claims`` are what the token tells of the login's rights."""

    kinds = frozenset({APP_ROLE, DIRECTORY_ROLE, GROUP})

    def __init__(self, session: Session, claims: GraphClaims | None) -> None:
        self._session = session
        self._claims = claims
        self._reading: DirectoryReading | None = None
        self._ids: dict[str, str] = {}

    def plan(self, undos: Sequence[Undo]) -> Part:
        """Return what is to be done about each thing that was given."""
        if not undos:
            return Part()
        principals = {str(_given(undo)["principal_id"]) for undo in undos}
        self._reading = read_directory(self._session, principals, self._claims)
        return Part.joined(self._planned(undo, self._reading) for undo in undos)

    def _planned(self, undo: Undo, reading: DirectoryReading) -> Part:
        given = _given(undo)
        read = _HOLDS[undo.kind](reading.of(given["principal_id"]))
        if isinstance(read, AzureError):
            unread = Unread.of(f"Whether the identity still has {_called(undo.kind, given)}", undo.target, read)
            return self._handed_over(undo, unread.finding().sentence)
        found = _found(undo.kind, given, read)
        if found is None:
            return Part(back=(undo,))
        self._ids[undo.target] = found
        if not self._may(undo.kind, given, reading):
            return self._handed_over(undo, "The login may not take it back.")
        change = change_back(undo, dict(given), ACCESS, action="remove" if undo.kind == GROUP else "delete")
        return Part(changes=(change,), diffs=(diff_of(change),))

    def _handed_over(self, undo: Undo, reason: str) -> Part:
        given = _given(undo)
        facts: dict[str, Any] = {
            "what": f"Taking back {_called(undo.kind, given)}",
            "reason": reason,
            "needs": _NEEDS[undo.kind],
        }
        said = finding("RA847", undo.target, task="take it back", **facts)
        return Part(pending=(Said(undo.kind, undo.target, undo.step, said, self._command(undo)),))

    def _command(self, undo: Undo) -> str | None:
        path = _path(undo.kind, _given(undo), self._ids.get(undo.target))
        if path is None:
            return None
        return shlex.join(["az", "rest", "--method", "DELETE", "--url", f"{self._session.cloud.graph}/v1.0{path}"])

    def _may(self, kind: str, given: Json, reading: DirectoryReading) -> bool:
        """Tell whether the login may take it back: what gives may take (contract 5.3 to 5.5)."""
        if kind == DIRECTORY_ROLE:
            return directory_claims.may_give_directory_role(self._claims)
        if kind == GROUP:
            return directory_claims.may_add_member(self._claims, bool(given.get("role_assignable")))
        resource = reading.resources([given["resource_id"]])[str(given["resource_id"]).lower()]
        application = "" if isinstance(resource, AzureError) else str(resource.get("appId"))
        return directory_claims.may_give_app_role(self._claims, application)

    def now(self, change: Change) -> Any:
        """Return what was given where the identity has it now, else None."""
        reading = self._reading or read_directory(self._session, [], self._claims)
        given = change.before
        (read,) = reading.lists([_ASKS[change.kind](given["principal_id"])])
        if isinstance(read, AzureError):
            raise read
        found = _found(change.kind, given, read)
        if found is None:
            return None
        self._ids[change.target] = found
        return dict(given)

    def write(self, change: Change) -> None:
        """Take one thing back; what is gone by then is no error."""
        given = change.before
        try:
            if change.kind == GROUP:
                directory_undo.remove_from_group(self._session, given["group_id"], given["principal_id"])
            elif change.kind == APP_ROLE:
                directory_undo.take_app_role(self._session, given["resource_id"], self._ids[change.target])
            else:
                directory_undo.take_directory_role(self._session, self._ids[change.target])
        except Absent:
            return


def _given(undo: Undo) -> Json:
    state: Json = next(state for state in reversed(undo.states) if state is not None)
    return state


def _called(kind: str, given: Json) -> str:
    return f"{kind.replace('_', ' ')} {given['role']} at {given['scope']}"


def _found(kind: str, given: Json, items: Sequence[Json]) -> str | None:
    """Return the id of the assignment that gives it, or of the group; None where there is none."""
    if kind == GROUP:
        return next((group.id for group in groups_of(items) if group.id == str(given["group_id"]).lower()), None)
    if kind == APP_ROLE:
        wanted = (str(given["resource_id"]).lower(), str(given["app_role_id"]).lower())
        return next(
            (str(one["id"]) for one in items if (one["resourceId"].lower(), one["appRoleId"].lower()) == wanted), None
        )
    key = (given["role_definition"], str(given["scope"]).lower())
    return next((str(one["id"]) for one in items if directory_role_of(one).right.key == key), None)


def _path(kind: str, given: Json, found: str | None) -> str | None:
    if kind == GROUP:
        return f"/groups/{given['group_id']}/members/{given['principal_id']}/$ref"
    if found is None:
        return None
    if kind == APP_ROLE:
        return f"/servicePrincipals/{given['resource_id']}/appRoleAssignedTo/{found}"
    return f"/roleManagement/directory/roleAssignments/{found}"
