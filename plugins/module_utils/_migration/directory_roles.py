# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Directory roles as a kind of access: what a Run As principal may do in Microsoft Entra itself."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .._azure import directory_access
from .._azure.directory_access import GraphWrite
from .._azure.eligibility import NOT_LICENSED
from .._azure.errors import AzureError, Failed
from .._step import Change
from .access_part import DIRECTORY_ROLE, HandOver, Part, Right
from .directory_kind import DirectoryKind, findings_of
from .directory_plan import Making, approval_of, decide, held_back
from .directory_roles_plan import DirectoryRole, directory_role_candidates, directory_role_of
from .unread import Unread


class DirectoryRoles(DirectoryKind):
    """The active directory roles of the Run As principals and of the identity; see ``access_part.Kind``."""

    changes_of = frozenset({DIRECTORY_ROLE})

    def plan(self) -> Part:
        """Return what is to be done about each directory role of the Run As principals."""
        sources, unread = self._sources(lambda holdings: holdings.directory_roles)
        if not any(sources.values()):
            return Part(findings=findings_of(unread))
        own, unread_own = self._identity(lambda holdings: holdings.directory_roles)
        there = {directory_role_of(item).right.key: str(item["id"]) for item in own}
        ends, unread_ends = self._ends(sources, there)
        held = {holder: [_ending(item, ends) for item in items] for holder, items in sources.items()}
        candidates = directory_role_candidates(self._copying, held, self._reading.claims)
        part = decide(held_back(candidates) if unread_own else candidates, there, Making(self._change, self._asked))
        rights = tuple(directory_role_of(item).right for item in own)
        return replace(part, findings=findings_of(unread + unread_own + unread_ends) + part.findings, held=rights)

    def _ends(
        self, sources: Mapping[str, Sequence[Mapping[str, Any]]], there: Container[tuple[str, ...]]
    ) -> tuple[dict[str, str], list[Unread]]:
        """Return when directory roles end that do, by the id of their assignment, and what could not be read.

        It matters only where the identity would be given one.
        """
        holders = [
            holder
            for holder, items in sources.items()
            if any(directory_role_of(item).right.key not in there for item in items)
        ]
        ends: dict[str, str] = {}
        unread: list[Unread] = []
        asks = [directory_access.ask_directory_role_ends(holder) for holder in holders]
        for holder, read in zip(holders, self._reading.lists(asks), strict=True):
            if not isinstance(read, AzureError):
                found = {item.get("roleAssignmentOriginId"): item.get("endDateTime") for item in read}
                ends |= {str(origin): str(end) for origin, end in found.items() if origin and end}
            elif not (isinstance(read, Failed) and read.code == NOT_LICENSED):
                unread.append(Unread.of(f"When the directory roles of principal {holder} end", holder, read))
        return ends, unread

    def held(self) -> list[Right]:
        """Return the directory roles that the identity holds now. Raises the error that keeps them from being read."""
        if self._copying.target.principal_id is None:
            return []
        items = self._read_again(directory_access.ask_directory_roles(self._principal))
        return [directory_role_of(item).right for item in items]

    def _unread(self, principal_id: str, error: AzureError) -> Unread:
        what = (
            f"Which directory roles principal {principal_id} holds (the login needs RoleManagement.Read.Directory in "
            "Microsoft Graph)"
        )
        return Unread.of(what, principal_id, error)

    def _change(self, right: Right) -> Change:
        role, scope = right.key
        approval = approval_of(self._copying, {"directory_role": role, "scope": scope})
        target = f"/roleManagement/directory/roleAssignments/{role}|{scope}|{self._principal}"
        track = f"{DIRECTORY_ROLE}|{role}|{scope}"
        return Change("create", DIRECTORY_ROLE, target, None, self._after(right), track=track, approval=approval)

    def _asked(self, right: Right) -> HandOver:
        return self._hand_over(right, self._after(right))

    def _after(self, right: Right) -> dict[str, Any]:
        facts = {"role": right.role, "scope": right.scope, "role_definition": right.key[0]}
        return {**facts, "principal_id": self._principal}

    def _right_in(self, after: Mapping[str, Any]) -> Right:
        return Right(DIRECTORY_ROLE, after["role"], after["scope"], (after["role_definition"], after["scope"].lower()))

    def _write_of(self, after: Mapping[str, Any]) -> GraphWrite:
        return directory_access.give_directory_role(after["principal_id"], after["role_definition"], after["scope"])

    def _hand_over(self, right: Right, after: Mapping[str, Any]) -> HandOver:
        return HandOver(
            kind=DIRECTORY_ROLE,
            role=right.role,
            scope=right.scope,
            reason=f"The Run As account holds directory role {right.role}, and its runbooks may rely on it.",
            needs="a Privileged Role Administrator or Global Administrator",
            command=self._command(after),
        )

    def _found(self, change: Change) -> str | None:
        wanted = self.right_of(change).key
        items = self._read_again(directory_access.ask_directory_roles(change.after["principal_id"]))
        return next((str(item["id"]) for item in items if directory_role_of(item).right.key == wanted), None)


def _ending(item: Mapping[str, Any], ends: Mapping[str, str]) -> DirectoryRole:
    return replace(directory_role_of(item), end=ends.get(str(item["id"])))
