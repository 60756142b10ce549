# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""App roles as a kind of access: what a Run As principal may do at Microsoft Graph, Exchange, SharePoint, own APIs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from .._azure import directory_access
from .._azure.directory_access import GraphWrite
from .._azure.errors import AzureError
from .._step import Change
from .access_part import APP_ROLE, HandOver, Part, Right
from .app_roles_plan import AppRole, app_role_candidates, app_role_of
from .directory_kind import DirectoryKind, findings_of
from .directory_plan import Making, approval_of, decide, held_back
from .directory_privileged import GRAPH
from .directory_reading import DirectoryReading
from .unread import Unread

_PRIVILEGED_ROLE = "a Privileged Role Administrator or Global Administrator"
_APPLICATION = "a Cloud Application Administrator, Privileged Role Administrator or Global Administrator"


class AppRoles(DirectoryKind):
    """The app roles of the Run As principals and of the identity; see ``access_part.Kind``."""

    changes_of = frozenset({APP_ROLE})

    def plan(self) -> Part:
        """Return what is to be done about each app role of the Run As principals."""
        sources, unread = self._sources(lambda holdings: holdings.app_roles)
        if not any(sources.values()):
            return Part(findings=findings_of(unread))
        own, unread_own = self._identity(lambda holdings: holdings.app_roles)
        held = {holder: named_app_roles(self._reading, items) for holder, items in sources.items()}
        candidates = app_role_candidates(self._copying, held, self._reading.claims)
        there: dict[tuple[str, ...], str] = {_key(item): str(item["id"]) for item in own}
        part = decide(held_back(candidates) if unread_own else candidates, there, Making(self._change, self._asked))
        rights = tuple(role.right for role in named_app_roles(self._reading, own))
        return replace(part, findings=findings_of(unread + unread_own) + part.findings, held=rights)

    def held(self) -> list[Right]:
        """Return the app roles that the identity holds now. Raises the error that keeps them from being read."""
        if self._copying.target.principal_id is None:
            return []
        items = self._read_again(directory_access.ask_app_roles(self._principal))
        return [role.right for role in named_app_roles(self._reading, items)]

    def _unread(self, principal_id: str, error: AzureError) -> Unread:
        what = (
            f"Which app roles principal {principal_id} holds (the login needs Application.Read.All in Microsoft Graph)"
        )
        return Unread.of(what, principal_id, error)

    def _change(self, right: Right) -> Change:
        after = self._after(right)
        resource, role = right.key
        approval = approval_of(self._copying, {"resource": resource, "app_role": role})
        target = f"/servicePrincipals/{resource}/appRoleAssignedTo/{role}/{self._principal}"
        return Change("create", APP_ROLE, target, None, after, track=f"{APP_ROLE}|{resource}|{role}", approval=approval)

    def _asked(self, right: Right) -> HandOver:
        return self._hand_over(right, self._after(right))

    def _after(self, right: Right) -> dict[str, Any]:
        resource, role = right.key
        return {
            "role": right.role,
            "scope": right.scope,
            "resource_id": resource,
            "app_role_id": role,
            "principal_id": self._principal,
        }

    def _right_in(self, after: Mapping[str, Any]) -> Right:
        return Right(APP_ROLE, after["role"], after["scope"], (after["resource_id"], after["app_role_id"]))

    def _write_of(self, after: Mapping[str, Any]) -> GraphWrite:
        return directory_access.give_app_role(after["principal_id"], after["resource_id"], after["app_role_id"])

    def _hand_over(self, right: Right, after: Mapping[str, Any]) -> HandOver:
        resource = self._reading.resources([after["resource_id"]])[after["resource_id"]]
        of_graph = isinstance(resource, AzureError) or str(resource.get("appId")).lower() == GRAPH
        return HandOver(
            kind=APP_ROLE,
            role=right.role,
            scope=right.scope,
            reason=f"The Run As account holds app role {right.role} of {right.scope}, and its runbooks may rely on it.",
            needs=_PRIVILEGED_ROLE if of_graph else _APPLICATION,
            command=self._command(after),
        )

    def _found(self, change: Change) -> str | None:
        wanted = self.right_of(change).key
        items = self._read_again(directory_access.ask_app_roles(change.after["principal_id"]))
        return next((str(item["id"]) for item in items if _key(item) == wanted), None)


def named_app_roles(reading: DirectoryReading, items: Iterable[Mapping[str, Any]]) -> list[AppRole]:
    """Return app roles from the JSON of their assignments, named by the applications that offer them."""
    every = list(items)
    resources = reading.resources(item["resourceId"] for item in every)
    return [app_role_of(item, resources[item["resourceId"].lower()]) for item in every]


def _key(item: Mapping[str, Any]) -> tuple[str, str]:
    return item["resourceId"].lower(), item["appRoleId"].lower()
