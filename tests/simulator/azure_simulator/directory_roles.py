# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Directory roles of Microsoft Entra: a handful of definitions, who holds them, what they allow (contract 5.5)."""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Iterator
from typing import Any

from azure_simulator import entra
from azure_simulator.world import DirectoryObject, World, new_id

Wire = dict[str, Any]

GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
# Built-in roles: the id of a definition is its template id, the same in every tenant.
TEMPLATES = {
    "Global Administrator": GLOBAL_ADMINISTRATOR,
    "Privileged Role Administrator": "e8611ab8-c189-46e8-94e1-60213ab1f814",
    "Global Reader": "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
    "Directory Readers": "88d8e3e3-8f55-4a1e-953a-9b9898b8876b",
    "User Administrator": "fe930be7-5e62-47db-91af-98c3a49a38b1",
    "Groups Administrator": "fdd7a751-b60b-444a-984c-02652fe8fa1c",
    "Exchange Administrator": "29232cdf-9323-42fd-ade2-1d097af3e4de",
}
# What a role allows in Graph, as the permissions of applications; Global Administrator may do all.
_ALLOWS = {
    "Privileged Role Administrator": {"AppRoleAssignment.ReadWrite.All", "RoleManagement.ReadWrite.Directory"},
    "User Administrator": {"GroupMember.ReadWrite.All"},
    "Groups Administrator": {"GroupMember.ReadWrite.All"},
}
_READS = "Directory.Read.All"
_STATE = "directory_role_assignments"
_ENDS = "directory_role_ends"
_NAMESPACE = uuid.UUID("0b7f2a54-6f0c-5c2b-9f0e-4e4d8c1f5b60")


def definition(template_id: str) -> Wire | None:
    """A role definition as Graph v1.0 shows it; None if there is none of this id."""
    name = next((name for name, known in TEMPLATES.items() if known == template_id.lower()), None)
    if name is None:
        return None
    return {
        "id": TEMPLATES[name],
        "description": f"The role {name}.",
        "displayName": name,
        "isBuiltIn": True,
        "isEnabled": True,
        "resourceScopes": ["/"],
        "templateId": TEMPLATES[name],
        "version": "1",
        "rolePermissions": [],
    }


def assignments(world: World) -> dict[str, Wire]:
    """All directory role assignments, by their id."""
    found: dict[str, Wire] = world.provider_state.setdefault(_STATE, {})
    return found


def of_principal(world: World, object_id: str) -> Iterator[Wire]:
    """The assignments that carry an object's own id."""
    for item in list(assignments(world).values()):
        if item["principalId"].lower() == object_id.lower():
            yield item


def same(world: World, object_id: str, role_id: str, scope: str) -> Wire | None:
    """The assignment that is just this one, if it is there."""
    for item in of_principal(world, object_id):
        if (item["roleDefinitionId"], item["directoryScopeId"].lower()) == (role_id.lower(), scope.lower()):
            return item
    return None


def ends(world: World) -> dict[str, int]:
    """When assignments end, in ticks, by their id; those that stay are not in it."""
    found: dict[str, int] = world.provider_state.setdefault(_ENDS, {})
    return found


def assign(world: World, principal: DirectoryObject, role_id: str, scope: str = "/", end: int | None = None) -> Wire:
    """Give a directory role to a principal, for good or until ``end``, in ticks."""
    digest = hashlib.sha256(new_id().encode()).digest()
    item = {
        "id": base64.urlsafe_b64encode(digest).decode().rstrip("=") + "-1",
        "principalId": principal.id,
        "directoryScopeId": scope,
        "roleDefinitionId": role_id.lower(),
    }
    assignments(world)[item["id"]] = item
    if end is not None:
        ends(world)[item["id"]] = end
    return item


def held(world: World, object_id: str) -> set[str]:
    """The template ids of the roles that a principal holds for the whole tenant, by itself or through groups."""
    holders = entra.principal_and_groups(world, object_id)
    return {
        item["roleDefinitionId"]
        for holder in holders
        for item in of_principal(world, holder)
        if item["directoryScopeId"] == "/"
    }


def permissions(world: World, object_id: str) -> set[str]:
    """What the directory roles of a principal allow in Graph, as names of permissions."""
    templates = held(world, object_id)
    names = {name for name, template in TEMPLATES.items() if template in templates}
    return {permission for name in names for permission in _ALLOWS.get(name, ())} | ({_READS} if names else set())


def is_global_administrator(world: World, object_id: str) -> bool:
    return GLOBAL_ADMINISTRATOR in held(world, object_id)


def as_members(world: World, object_id: str) -> list[Wire]:
    """The directoryRole objects that memberOf shows among the groups; their ids are those of activated roles."""
    found = []
    for item in of_principal(world, object_id):
        role = definition(item["roleDefinitionId"])
        if role is not None and item["directoryScopeId"] == "/":
            found.append(
                {
                    "@odata.type": "#microsoft.graph.directoryRole",
                    "id": str(uuid.uuid5(_NAMESPACE, role["id"])),
                    "deletedDateTime": None,
                    "description": role["description"],
                    "displayName": role["displayName"],
                    "roleTemplateId": role["id"],
                }
            )
    return found
