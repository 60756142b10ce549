# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Which directory roles the identity should get, and which not and why. Pure (contract 5.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._azure.caller import GraphClaims
from .._finding import finding
from .access_ends import TIME_BOUND
from .access_part import DIRECTORY_ROLE, Copying, Right
from .directory_claims import may_give_directory_role
from .directory_plan import Block, Candidate, dormant_block
from .directory_privileged import privileged_directory_role


@dataclass(frozen=True)
class DirectoryRole:
    """A directory role that somebody was given, active. ``scope`` is "/" for the whole directory.

    ``definition`` is None where Graph did not tell it; ``end`` is when it ends by itself, None where it stays.
    """

    role_id: str
    scope: str
    definition: Mapping[str, Any] | None = field(default=None, compare=False)
    of_application: bool = False
    end: str | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """Its display name, or its id where that is not known."""
        return str((self.definition or {}).get("displayName") or self.role_id)

    @property
    def right(self) -> Right:
        """Return it as a right."""
        return Right(DIRECTORY_ROLE, self.name, self.scope, (self.role_id.lower(), self.scope.lower()))

    @property
    def privileged(self) -> str | None:
        """Return why it is given only to who asks for it by name, or None."""
        if self.definition is None:
            return "its definition could not be read, so what it allows is not known"
        return privileged_directory_role({"id": self.role_id, **self.definition})


def directory_role_of(item: Mapping[str, Any]) -> DirectoryRole:
    """Return a directory role from the JSON of its assignment."""
    scope, of_application = item.get("directoryScopeId"), False
    if not scope:
        scope, of_application = item.get("appScopeId") or "", True
    return DirectoryRole(item["roleDefinitionId"], str(scope), item.get("roleDefinition"), of_application)


def directory_role_candidates(
    copying: Copying, held: Mapping[str, Sequence[DirectoryRole]], claims: GraphClaims | None
) -> list[Candidate]:
    """Return the directory roles of Run As principals as candidates; ``held`` has them by principal."""
    may = may_give_directory_role(claims)
    return [
        Candidate(role.right, holder, block=_block(copying, holder, role), may=may)
        for holder, roles in held.items()
        for role in roles
    ]


def _block(copying: Copying, holder: str, role: DirectoryRole) -> Block | None:
    choices = copying.choices
    names = (role.name, role.role_id)
    if choices.excludes_right(DIRECTORY_ROLE, *names):
        return Block("excluded")
    dormant = dormant_block(copying, role.right, holder)
    if dormant is not None:
        return dormant
    missing = _missing(role)
    if missing:
        named = f"Directory role {role.name}"
        return Block("not offered", (finding("RA338", role.name, role=named, scope=role.scope, why=missing),))
    if choices.includes_right(DIRECTORY_ROLE, *names):
        return None
    if role.end is not None:
        return Block(TIME_BOUND, (finding("RA339", role.name, role=role.name, scope=role.scope, end=role.end),))
    why = role.privileged
    if why is None:
        return None
    reason = "privileged" if role.definition is not None else "unreadable"
    return Block(reason, (finding("RA331", role.name, role=role.name, scope=role.scope, why=why),))


def _missing(role: DirectoryRole) -> str | None:
    """Return why Azure would refuse to give a role again, or None."""
    if role.of_application:
        return "its scope is one of an application, which is not copied"
    return "it is disabled" if (role.definition or {}).get("isEnabled") is False else None
