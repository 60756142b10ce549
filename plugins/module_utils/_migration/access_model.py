# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""Role assignments and roles as values, and what a role allows. Pure (azure-contracts, section 4)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._azure.ids import last_segment, normal_id, subscription_of
from .access_choices import inside
from .actions import allows

CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"

# Owner, User Access Administrator, Role Based Access Control Administrator: privileged even where they cannot be read.
_PRIVILEGED_BUILTINS = frozenset(
    {
        "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
        "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
        "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
    }
)

# Each of these lets its holder give out roles: at once, by widening a role that he holds, or through Entra's
# Privileged Identity Management.
_GIVES_OUT_ROLES = (
    "Microsoft.Authorization/roleAssignments/write",
    "Microsoft.Authorization/roleDefinitions/write",
    "Microsoft.Authorization/elevateAccess/action",
    "Microsoft.Authorization/roleAssignmentScheduleRequests/write",
    "Microsoft.Authorization/roleEligibilityScheduleRequests/write",
)

# The namespace of the names that this collection gives to role assignments; a new one would disown all earlier ones.
_NAMES = uuid.UUID("5f6a1f2e-0c6b-5f0e-9d2f-6f1d6f3a7c41")


@dataclass(frozen=True)
class Assignment:
    """A role assignment. ``role`` is the guid of its role definition, in lower case."""

    id: str
    scope: str
    role: str
    principal_id: str
    condition: str | None = None
    condition_version: str | None = None
    description: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What Azure allows a principal once: a role at a scope (section 4.1)."""
        return normal_id(self.scope), self.role


@dataclass(frozen=True)
class Role:
    """A role definition. ``permissions`` is None where it could not be read, ``reason`` then says why.

    ``custom`` tells roles that somebody made from those that Azure brings; ``assignable_scopes`` is where a role may
    be given, () where that is not known.
    """

    guid: str
    name: str
    permissions: tuple[Mapping[str, Any], ...] | None = ()
    reason: str = ""
    custom: bool = False
    assignable_scopes: tuple[str, ...] = ()

    def assignable_at(self, scope: str) -> bool:
        """Tell whether the role may be given at a scope, as far as can be told.

        What lies in a management group is not known here: then Azure decides.
        """
        if not self.assignable_scopes or any(_is_management_group(place) for place in self.assignable_scopes):
            return True
        return any(inside(scope, place) for place in self.assignable_scopes)

    @property
    def privileged(self) -> bool:
        """Tell whether its holder may give out roles; a role that could not be read is not known to."""
        return self.guid in _PRIVILEGED_BUILTINS or gives_out_roles(self.permissions or ())


def assignment_of(item: Mapping[str, Any]) -> Assignment:
    """Return a role assignment from its JSON; roles are compared by guid, for their ids differ by scope (section 4)."""
    properties = item["properties"]
    return Assignment(
        id=item["id"],
        scope=properties["scope"],
        role=last_segment(properties["roleDefinitionId"]).lower(),
        principal_id=properties["principalId"],
        condition=properties.get("condition") or None,
        condition_version=properties.get("conditionVersion") or None,
        description=properties.get("description") or None,
    )


def role_of(definition: Mapping[str, Any]) -> Role:
    """Return a role from the JSON of its definition."""
    properties = definition["properties"]
    return Role(
        definition["name"].lower(),
        properties["roleName"],
        tuple(properties.get("permissions") or ()),
        custom=str(properties.get("type") or "").lower() == "customrole",
        assignable_scopes=tuple(properties.get("assignableScopes") or ()),
    )


def built_in_only(definition: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return what is needed of the JSON of one of Azure's own roles, which stay as they are; None for a custom role."""
    properties = definition["properties"]
    if properties.get("type") != "BuiltInRole":
        return None
    kept = ("roleName", "type", "permissions", "assignableScopes")
    return {"name": definition["name"], "properties": {name: properties.get(name) for name in kept}}


def gives_out_roles(permissions: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether any entry of a role definition allows to give out roles."""
    return any(allows(entry, action) for entry in permissions for action in _GIVES_OUT_ROLES)


def same_condition(left: str | None, right: str | None) -> bool:
    """Compare two conditions but for white space. Case counts: StringEquals in a condition tells cases apart."""
    return " ".join((left or "").split()) == " ".join((right or "").split())


def names_principal(condition: str | None, principal_id: str) -> bool:
    """Tell whether a condition names a principal: copied as it is, it would go on about the old one."""
    return principal_id.lower() in (condition or "").lower()


def assignment_name(scope: str, role: str, principal_id: str) -> str:
    """Return the name of the role assignment that gives a principal a role at a scope: always the same one.

    So a second run, or one after a crash, writes the same thing again instead of a
    double. The principal is part of it, for a name cannot change its principal when an
    identity was made anew (RoleAssignmentUpdateNotPermitted, section 4.1). The
    condition is not: Azure allows one assignment of a role at a scope, whatever its
    condition, so a name per condition would only hide the one that is there.
    """
    return str(uuid.uuid5(_NAMES, "|".join((normal_id(scope), role, principal_id.lower()))))


def assignment_id(scope: str, name: str) -> str:
    """Return the id of a role assignment."""
    return f"{scope.rstrip('/')}/providers/Microsoft.Authorization/roleAssignments/{name}"


def definition_id(scope: str, role: str) -> str:
    """Return a role definition's id as Azure writes it at a scope: with the subscription, if any (section 4)."""
    subscription = subscription_of(scope)
    prefix = f"/subscriptions/{subscription}" if subscription else ""
    return f"{prefix}/providers/Microsoft.Authorization/roleDefinitions/{role}"


def _is_management_group(scope: str) -> bool:
    return normal_id(scope).startswith("/providers/microsoft.management/managementgroups/")


def is_subscription_or_wider(scope: str) -> bool:
    """Tell whether a scope is a whole subscription, a management group or the tenant."""
    parts = normal_id(scope).strip("/").split("/")
    return parts[0] != "subscriptions" or len(parts) == 2
