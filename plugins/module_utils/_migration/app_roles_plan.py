# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Which app roles the identity should get, and which not and why. Pure (contract 5.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .._azure.caller import GraphClaims
from .._azure.errors import Absent, AzureError
from .._finding import Finding, finding
from .access_part import APP_ROLE, Copying, Right
from .directory_claims import may_give_app_role
from .directory_plan import Block, Candidate, dormant_block
from .directory_privileged import note_of, privileged_app_role
from .unread import unread_finding

# The app role that stands for access to an application that has no app roles.
_DEFAULT = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class AppRole:
    """An app role that somebody was given. ``resource`` is the display name of the application that offers it.

    ``name`` is the role's value, or its id where the application could not be read (``error``) or has it no more
    (``missing`` says why).
    """

    resource_id: str
    role_id: str
    name: str
    resource: str
    application_id: str = ""
    missing: str | None = None
    error: AzureError | None = None

    @property
    def right(self) -> Right:
        """Return it as a right."""
        return Right(APP_ROLE, self.name, self.resource, (self.resource_id.lower(), self.role_id.lower()))

    @property
    def privileged(self) -> str | None:
        """Return why it is given only to who asks for it by name, or None."""
        return privileged_app_role(self.application_id, self.name)


def app_role_of(item: Mapping[str, Any], resource: Mapping[str, Any] | AzureError) -> AppRole:
    """Return an app role from the JSON of its assignment and of the application that offers it."""
    known = AppRole(item["resourceId"], item["appRoleId"], item["appRoleId"], item.get("resourceDisplayName") or "")
    if isinstance(resource, Absent):
        return _missing(known, "the application is gone")
    if isinstance(resource, AzureError):
        return replace(known, error=resource)
    name = str(resource.get("displayName") or known.resource)
    application_id = str(resource.get("appId") or "")
    if known.role_id == _DEFAULT:
        return replace(known, name="Default Access", resource=name, application_id=application_id)
    offered = {role["id"].lower(): role for role in resource.get("appRoles") or ()}
    role = offered.get(known.role_id.lower())
    if role is None:
        return _missing(replace(known, resource=name), "the application does not offer it any more")
    value = str(role.get("value") or role.get("displayName") or known.role_id)
    told = replace(known, name=value, resource=name, application_id=application_id)
    return _missing(told, "it is disabled there") if role.get("isEnabled") is False else told


def app_role_candidates(
    copying: Copying, held: Mapping[str, Sequence[AppRole]], claims: GraphClaims | None
) -> list[Candidate]:
    """Return the app roles of Run As principals as candidates; ``held`` has them by principal."""
    return [_candidate(copying, holder, role, claims) for holder, roles in held.items() for role in roles]


def _candidate(copying: Copying, holder: str, role: AppRole, claims: GraphClaims | None) -> Candidate:
    return Candidate(
        role.right,
        holder,
        block=_block(copying, holder, role),
        notes=_notes(role),
        may=may_give_app_role(claims, role.application_id),
    )


def _block(copying: Copying, holder: str, role: AppRole) -> Block | None:
    choices = copying.choices
    names = (role.name, role.role_id, f"{role.resource}/{role.name}")
    if choices.excludes_right(APP_ROLE, *names):
        return Block("excluded")
    dormant = dormant_block(copying, role.right, holder)
    if dormant is not None:
        return dormant
    if role.missing:
        return Block(
            "not offered", (finding("RA338", role.name, role=_named(role), scope=role.resource, why=role.missing),)
        )
    if choices.includes_right(APP_ROLE, *names):
        return None
    if role.error is not None:
        what = f"What app role {role.role_id} of {role.resource} allows"
        return Block("unreadable", (unread_finding(what, role.resource_id, role.error),))
    why = role.privileged
    return (
        Block("privileged", (finding("RA330", role.name, role=role.name, scope=role.resource, why=why),))
        if why
        else None
    )


def _notes(role: AppRole) -> tuple[Finding, ...]:
    note = note_of(role.application_id, role.name)
    return (finding("RA333", role.name, role=role.name, scope=role.resource, note=note),) if note else ()


def _named(role: AppRole) -> str:
    return f"App role {role.name}"


def _missing(role: AppRole, why: str) -> AppRole:
    return replace(role, missing=why)
